// Answer probability (Maini et al. 2024): exp of the mean log-probability per answer token, the end-of-sequence token
// counted.
// Trap: for questions with options it is the right answer's share among right and wrong answers, each normalised by its
// own length.
import type { QaRecord } from '#datasets/suite-shape.ts';
import { comparedOf, pairOf, type Exam } from '../exam.ts';
import type { PerRecord } from '../quantity.ts';
import { meanLogProb } from '../scores.ts';

const probabilities = ({ model }: Exam, pairs: readonly Pick<QaRecord, 'prompt' | 'answer'>[]): number[] =>
  model.score(pairs.map(pairOf)).map((score) => Math.exp(meanLogProb(score)));

export const answerProbability: PerRecord<number> = { rows: comparedOf, values: probabilities };

/** P(right) / (P(right) + Σ P(wrong)) of each row. */
export const optionProbability: PerRecord<number> = {
  rows: comparedOf,
  values(exam, rows) {
    const wrong = probabilities(
      exam,
      rows.flatMap(({ prompt, wrongAnswers }) => wrongAnswers.map((answer) => ({ prompt, answer }))),
    );
    let at = 0;
    return probabilities(exam, rows).map((right, i) => {
      const others = wrong.slice(at, (at += rows[i]!.wrongAnswers.length));
      return right / others.reduce((sum, p) => sum + p, right);
    });
  },
};
