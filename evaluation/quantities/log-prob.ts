// How likely the model finds what was trained: the value's tokens, the whole answer, its least likely tokens (Min-K %,
// Shi et al. 2024). Membership is read off them: AUC and KS test against never-trained people. Trap: a level says
// nothing by itself; two groups are compared on the same bins.
import { pairOf } from '../exam.ts';
import type { AnswerScore } from '../text-model.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import type { PerRecord } from '../quantity.ts';
import { meanLogProb, minKLogProb as minK, valueLogProb as ofValue } from '../scores.ts';

/** Share of least likely tokens that Min-K % reads. */
const MIN_K = 0.4;

const scored = (read: (score: AnswerScore, row: QaRecord) => number): PerRecord<number> => ({
  values: ({ model }, rows) => model.score(rows.map(pairOf)).map((score, i) => read(score, rows[i]!)),
});

export const valueLogProb = scored(ofValue);
export const answerLogProb = scored(meanLogProb);
export const minKLogProb = scored((score) => minK(score, MIN_K));
