// Truth ratio (Maini et al. 2024, https://arxiv.org/abs/2401.06121): how likely wrong answers are beside the right one in other words. Trap: two
// definitions are in use that do not agree, the geometric mean over wrong answers (default here) and the arithmetic; results name theirs.
import type { QaRecord } from '#datasets/world.ts';
import type { CachedModel } from './language-model.ts';
import { defineMetric, meanValue, type TruthRatioMean } from './metric.ts';
import { mean, meanLogProb } from './scores.ts';

/** Records that have wrong answers. */
export const withWrongAnswers = (rows: readonly QaRecord[]): QaRecord[] =>
  rows.filter((row) => row.wrongAnswers.length > 0);

/** R of each record: mean likelihood of its wrong answers over that of the right one, each normalised by its length. */
export const truthRatios = (model: CachedModel, rows: readonly QaRecord[], kind: TruthRatioMean): number[] => {
  const right = rows.map((row) => ({ prompt: row.prompt, answer: row.paraphrasedAnswer ?? row.answer }));
  const wrong = rows.flatMap(({ prompt, wrongAnswers }) => wrongAnswers.map((answer) => ({ prompt, answer })));
  const scores = model.score([...right, ...wrong]).map(meanLogProb); // nats per token
  let at = right.length;
  return rows.map(({ wrongAnswers }, i) => {
    const wrongScores = scores.slice(at, (at += wrongAnswers.length));
    const numerator = kind === 'geometric' ? Math.exp(mean(wrongScores)) : mean(wrongScores.map(Math.exp));
    return numerator / Math.exp(scores[i]!);
  });
};

/** As the forget set is summed up: 1 where right and wrong answers are equally likely. */
const closeness = (ratio: number): number => Math.min(ratio, 1 / ratio);

/** As every other set is summed up: 1 where wrong answers are impossible. */
export const truthfulness = (ratio: number): number => Math.max(0, 1 - ratio);

export const truthRatio = defineMetric({
  name: 'truth-ratio',
  summary: 'how alike the model finds right and wrong answers on the forget set; 1 is no difference',
  source: 'Maini et al. 2024, https://arxiv.org/abs/2401.06121',
  direction: 'higher',
  range: [0, 1],
  needs: ['forget'],
  compute({ model, forget, options }) {
    const rows = withWrongAnswers(forget);
    if (rows.length === 0) return { notAvailable: 'no forget record has wrong answers to compare with' };
    const values = truthRatios(model, rows, options.truthRatio).map(closeness);
    return meanValue(values, `mean of min(R, 1/R), ${options.truthRatio} mean over wrong answers`, [0, 1]);
  },
});
