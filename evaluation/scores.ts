// What is read off a teacher-forced score. Convention on the last token: probabilities count the end-of-sequence token,
// as the published implementations do; token-wise memorisation (exact memorisation, extraction strength, Min-K %)
// leaves it out.
import { valueTokens } from '#datasets/value-tokens.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import type { AnswerScore } from './text-model.ts';

type Valued = Pick<QaRecord, 'value' | 'answer'>;

/** All argmaxes right, the end included: the same thing as a greedy answer that is exact, and faster. */
export const isExact = ({ correct }: AnswerScore): boolean => correct.every(Boolean);

/** The value comes out right when the question and the answer's own words before it are given. */
export const isForcedExact = (score: AnswerScore, row: Valued): boolean =>
  valueTokens(score.offsets, row).every((i) => score.correct[i]);

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean log-probability per value token, given the question and the answer's own words before it (nats). */
export const valueLogProb = (score: AnswerScore, row: Valued): number =>
  mean(valueTokens(score.offsets, row).map((i) => score.logProbs[i]!));

/** Mean log-probability per token of the whole answer, end-of-sequence included (nats). */
export const meanLogProb = ({ logProbs }: Pick<AnswerScore, 'logProbs'>): number => mean([...logProbs]);

/** Positions with text: all but the end-of-sequence token. */
const textPositions = ({ offsets }: AnswerScore): number[] => offsets.flatMap(([a, b], i) => (b > a ? [i] : []));

/** Share of answer tokens whose argmax is right, end-of-sequence left out. */
export const exactTokens = (score: AnswerScore): number => {
  const positions = textPositions(score);
  return positions.filter((i) => score.correct[i]).length / positions.length;
};

/**
 * 1 − k/n, k the number of tokens that must be given before all others come out right, n the answer's tokens without
 * the end. 0 where not even the last token does: other implementations stop at 1/n there.
 */
export const extractionStrength = (score: AnswerScore): number => {
  const correct = textPositions(score).map((i) => score.correct[i]);
  return 1 - (correct.lastIndexOf(false) + 1) / correct.length;
};

/**
 * Mean of the lowest `share` of the answer's token log-probabilities (at least one), end-of-sequence left out (nats).
 */
export const minKLogProb = (score: AnswerScore, share: number): number => {
  const sorted = textPositions(score)
    .map((i) => score.logProbs[i]!)
    .sort((a, b) => a - b);
  return mean(sorted.slice(0, Math.max(1, Math.floor(share * sorted.length))));
};
