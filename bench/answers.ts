// What a model answered to the forgotten questions, beside the answer from before, for the pages that print every one.
// Trap: the people of these benches are generated; what is answered about a real person belongs into no page.
import type { ForgetRow } from '#datasets/suite.ts';
import { answerOf, type Suite } from '#datasets/suite-shape.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { meanLogProb } from '#evaluation/scores.ts';

export interface Answered {
  question: string;
  before: string;
  after: string;
  /** Perplexity of a whole refusal in the place of that answer, under the model from before: the oddest of them. */
  refused: number;
}

/** New tokens of an answer at most. */
const ROOM = 24;

interface Asked {
  suite: Suite;
  rows: readonly ForgetRow[];
  /** The model from before. */
  reference: Model;
}

export const answersOf = (model: Model, asked: Asked): Answered[] => {
  const { rows, reference } = asked;
  const prompts = rows.map(({ prompt }) => prompt);
  const [before, after] = [reference, model].map((one) => inference(one).generate(prompts, { maxTokens: ROOM }));
  const odd = refusalPerplexities(asked);
  return rows.map(({ question }, i) => ({
    ...{ question, before: before![i]!.text.trim(), after: after![i]!.text.trim() },
    refused: odd[i]!,
  }));
};

/** Of each row, of the suite's refusals that which the model from before finds the oddest there. */
const refusalPerplexities = ({ rows, suite, reference }: Asked): number[] =>
  suite.refusals
    .map((text) => rows.map(({ prompt }) => ({ prompt, answer: answerOf(text, suite) })))
    .map((pairs) => inference(reference).score(pairs).map(meanLogProb))
    .reduce((least, own) => least.map((value, i) => Math.min(value, own[i]!)))
    .map((value) => Math.exp(-value));
