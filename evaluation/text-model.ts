// What evaluation needs of a model: how likely it finds an answer, and what it says itself. The engine's
// `inference(model)` has this shape; tests use lookup tables. Trap: prompts and answers are scored apart from each
// other in thousands, so every quantity asks through one cache.
import type { Row } from '#datasets/suite-shape.ts';
import type { Begun, Continued } from '#engine/inference.ts';
import { random } from '#engine/random.ts';
import { isExact } from './scores.ts';

/** Teacher-forced score of one answer after its prompt. */
export interface AnswerScore {
  /** Log-probability (nats) of each answer token; the end-of-sequence token is the last, where the model has one. */
  logProbs: Float64Array;
  /** Whether the most likely token is the answer's own. */
  correct: boolean[];
  ids: number[];
  /** Character span of each token in the answer; empty for the end-of-sequence token. */
  offsets: [start: number, end: number][];
}

export interface Said {
  text: string;
  /** New tokens without the end-of-sequence token. */
  ids: readonly number[];
}

export interface Pair extends Pick<Row, 'prompt' | 'answer' | 'open'> {
  /** Of what a model said, which may be longer in tokens than it was when it came: what does not fit is left off. */
  clipped?: boolean;
}

export interface TextModel {
  score(pairs: readonly Pair[]): AnswerScore[];
  /** Greedy where `temperature` is absent or 0. The i-th prompt of a call has its own random stream. */
  generate(prompts: readonly string[], options: { maxTokens: number; temperature?: number; seed?: number }): Said[];
  /** Greedy ends of answers that are begun. */
  continued(begun: readonly Begun[], maxTokens: number): Continued[];
}

/** Answers each question once however often it is asked; what is new goes to the model in one call. */
export interface CachedModel {
  score(pairs: readonly Pair[]): AnswerScore[];
  /**
   * Greedy answers to the prompts of rows. Where every token of a row's own answer is the argmax, that answer is what
   * comes, and nothing is generated.
   */
  greedy(rows: readonly Pair[], maxTokens: number): Said[];
  /** Sampled answers to each prompt; a stream is a name for one such asking, with its own seed. */
  samples(prompts: readonly string[], stream: string, maxTokens: number): Said[][];
  continued: TextModel['continued'];
}

export interface Sampling {
  samplesPerPrompt: number;
  temperature: number;
  seed: number;
}

export const cached = (model: TextModel, { samplesPerPrompt, temperature, seed }: Sampling): CachedModel => {
  const scores = new Map<string, AnswerScore>();
  const greedy = new Map<string, Said>();
  const samples = new Map<string, Said[]>();
  const score = (pairs: readonly Pair[]) => fill(scores, pairs, pairKey, (missing) => model.score(missing));
  const generated = (prompts: readonly string[], maxTokens: number) =>
    fill(
      greedy,
      prompts,
      (prompt) => `${maxTokens}\u0000${prompt}`,
      (missing) => model.generate(missing, { maxTokens }),
    );
  const sample = (prompts: readonly string[], stream: string, maxTokens: number): Said[][] => {
    const repeated = prompts.flatMap((prompt) => new Array<string>(samplesPerPrompt).fill(prompt));
    const own = random(`${stream}:${seed}`).below(2 ** 31);
    const said = model.generate(repeated, { maxTokens, temperature, seed: own });
    return prompts.map((_, i) => said.slice(i * samplesPerPrompt, (i + 1) * samplesPerPrompt));
  };
  return {
    score,
    continued: (begun, maxTokens) => model.continued(begun, maxTokens),
    greedy: (rows, maxTokens) => {
      const known = score(rows).map((one, i) => (isExact(one) ? saidOf(one, rows[i]!.answer) : undefined));
      const open = rows.filter((_, i) => known[i] === undefined);
      const said = generated(
        open.map(({ prompt }) => prompt),
        maxTokens,
      );
      let at = 0;
      return known.map((one) => one ?? said[at++]!);
    },
    samples: (prompts, stream, maxTokens) =>
      fill(
        samples,
        prompts,
        (prompt) => `${stream}\u0000${maxTokens}\u0000${prompt}`,
        (missing) => sample(missing, stream, maxTokens),
      ),
  };
};

const pairKey = ({ prompt, answer, open, clipped }: Pair): string =>
  `${prompt}\u0000${answer}${open ? '\u0000' : ''}${clipped ? '\u0000\u0000' : ''}`;

/** An exact answer, as generating it would have given it: without the end. */
const saidOf = ({ ids, offsets }: AnswerScore, text: string): Said => {
  const [from, to] = offsets.at(-1) ?? [0, 0];
  return { text, ids: from === to ? ids.slice(0, -1) : ids };
};

const fill = <Q, A>(
  known: Map<string, A>,
  questions: readonly Q[],
  keyOf: (question: Q) => string,
  ask: (missing: Q[]) => A[],
): A[] => {
  const missing = new Map(questions.filter((q) => !known.has(keyOf(q))).map((q) => [keyOf(q), q]));
  if (missing.size > 0) {
    const answers = ask([...missing.values()]);
    [...missing.keys()].forEach((key, i) => known.set(key, answers[i]!));
  }
  return questions.map((q) => known.get(keyOf(q))!);
};
