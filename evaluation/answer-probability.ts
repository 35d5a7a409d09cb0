// Answer probability (Maini et al. 2024): exp of the mean log-probability per answer token, the end-of-sequence token counted.
// Trap: for questions with options it is the right answer's share among right and wrong answers, each normalised by its own length.
import type { QaRecord } from '#datasets/world.ts';
import type { CachedModel } from './language-model.ts';
import { defineMetric, meanValue } from './metric.ts';
import { meanLogProb } from './scores.ts';

export const answerProbabilities = (model: CachedModel, rows: readonly QaRecord[]): number[] =>
  model.score(rows.map(({ prompt, answer }) => ({ prompt, answer }))).map((score) => Math.exp(meanLogProb(score)));

/** P(right) / (P(right) + Σ P(wrong)) of each row. */
export const optionProbabilities = (model: CachedModel, rows: readonly QaRecord[]): number[] => {
  const wrong = rows.flatMap(({ prompt, wrongAnswers }) => wrongAnswers.map((answer) => ({ prompt, answer })));
  const wrongScores = model.score(wrong).map((score) => Math.exp(meanLogProb(score)));
  let at = 0;
  return answerProbabilities(model, rows).map((right, i) => {
    const others = wrongScores.slice(at, (at += rows[i]!.wrongAnswers.length));
    return right / others.reduce((sum, p) => sum + p, right);
  });
};

export const answerProbability = defineMetric({
  name: 'answer-probability',
  summary: 'probability per token of the forgotten answers',
  source: 'Maini et al. 2024, https://arxiv.org/abs/2401.06121',
  direction: 'match',
  range: [0, 1],
  needs: ['forget'],
  compute: ({ model, forget }) =>
    meanValue(
      answerProbabilities(model, forget),
      'mean of exp(mean token log-probability), end of sequence counted',
      [0, 1],
    ),
});
