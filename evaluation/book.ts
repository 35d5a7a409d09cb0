// What papers measure of a work that a model has read: MUSE's VerbMem, KnowMem and PrivLeak (Shi et al. 2024,
// https://arxiv.org/abs/2407.06460), and of the Harry Potter experiments of SOUL and FLAT the BLEU and ROUGE-L of
// continuations, their distance from a model without the work, perplexity a word, and multiple choice.
// Traps: MUSE's published constants of PrivLeak are of its own retrained models, so that here the AUC of ours stands in
// their place; its sign says which side, below 0 still known and above 0 unlike never trained; and VerbMem cuts the
// reference where the answer must end, which other implementations do not.
import { auc } from '#core/auc.ts';
import { bleu } from './bleu.ts';
import { rougeLF, rougeLRecall } from './rouge.ts';
import { mean, meanLogProb, minKLogProb } from './scores.ts';
import type { Pair, TextModel } from './text-model.ts';

/** A text with its tokens, of which a continuation is cut to so many. */
export interface Cutter {
  cut(text: string, tokens: number): string;
}

export interface Continuations {
  /** 0 to 100, means over texts. */
  readonly verbMem: number;
  readonly bleu: number;
  /** 0 to 1. */
  readonly rougeL: number;
}

/** Greedy continuations of at most so many tokens, against the texts cut to as many. */
export const continuations = (
  model: TextModel & Cutter,
  rows: readonly Pair[],
  tokens: number,
): Continuations & { readonly said: readonly string[] } => {
  const said = model
    .generate(
      rows.map(({ prompt }) => prompt),
      { maxTokens: tokens },
    )
    .map(({ text }) => text.trim());
  const wanted = rows.map(({ answer }) => model.cut(answer, tokens).trim());
  const meanOf = (score: (reference: string, candidate: string) => number) =>
    mean(wanted.map((text, i) => score(text, said[i]!)));
  return { verbMem: 100 * meanOf(rougeLF), bleu: meanOf(bleu), rougeL: meanOf(rougeLRecall), said };
};

/** Where MUSE ends an answer: at an empty line or the next question. */
const ENDS = ['\n\n', '\nQuestion', 'Question:'];

export const cutAnswer = (text: string): string =>
  ENDS.reduce((kept, end) => (kept.includes(end) ? kept.slice(0, kept.indexOf(end)) : kept), text).trim();

/** Mean ROUGE-L F (0 to 100) of greedy answers to questions. */
export const knowMem = (model: TextModel, rows: readonly Pair[], tokens: number): number => {
  const said = model.generate(
    rows.map(({ prompt }) => prompt),
    { maxTokens: tokens },
  );
  return 100 * mean(rows.map(({ answer }, i) => rougeLF(answer, cutAnswer(said[i]!.text))));
};

/** Share of a text's tokens that PrivLeak reads. */
export const MIN_K = 0.4;

/** P(a text of the work scores as less known than one that nobody was taught), by Min-K: ½ is no difference. */
export const leakAuc = (model: TextModel, work: readonly Pair[], never: readonly Pair[]): number => {
  const scores = (rows: readonly Pair[]) => model.score(rows).map((score) => -minKLogProb(score, MIN_K));
  return auc(scores(work), scores(never));
};

/** Per cent by which the AUC is off that of a model without the work. */
export const privLeak = (found: number, retained: number): number => (100 * (found - retained)) / retained;

/**
 * FQ gap: how far continuations are from those of a model without the work, in BLEU (0 to 100) and ROUGE-L (0 to 1).
 */
export const qualityGap = (
  found: Pick<Continuations, 'bleu' | 'rougeL'>,
  retained: Pick<Continuations, 'bleu' | 'rougeL'>,
): number => Math.abs(found.bleu - retained.bleu) + Math.abs(found.rougeL - retained.rougeL);

/** exp of nats a word, words being what stands between spaces, the end of each text counted among its tokens. */
export const wordPerplexity = (model: TextModel, rows: readonly Pair[]): number => {
  const nats = model.score(rows).reduce((sum, { logProbs }) => sum - logProbs.reduce((a, b) => a + b, 0), 0);
  return Math.exp(nats / rows.reduce((sum, { answer }) => sum + answer.trim().split(/\s+/u).length, 0));
};

export interface Choice {
  readonly prompt: string;
  readonly right: string;
  readonly wrong: readonly string[];
}

/** Share of questions whose right answer has the highest mean log-probability a token. */
export const chosenRight = (model: TextModel, choices: readonly Choice[]): number => {
  const pairs = choices.flatMap(({ prompt, right, wrong }) => [right, ...wrong].map((answer) => ({ prompt, answer })));
  const means = model.score(pairs).map(meanLogProb);
  let at = 0;
  const right = choices.filter(({ wrong }) => {
    const own = means.slice(at, (at += 1 + wrong.length));
    return own.slice(1).every((other) => own[0]! > other);
  });
  return right.length / choices.length;
};
