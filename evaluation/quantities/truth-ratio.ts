// Truth ratio (Maini et al. 2024, https://arxiv.org/abs/2401.06121): how likely wrong answers are beside the right one
// in other words. Trap: two definitions are in use that do not agree, the geometric mean over wrong answers (default
// here) and the arithmetic; results name theirs.
import type { QaRecord } from '#datasets/suite-shape.ts';
import { comparedOf } from '../exam.ts';
import type { CachedModel } from '../text-model.ts';
import type { PerRecord } from '../quantity.ts';
import { mean, meanLogProb } from '../scores.ts';

export const withWrongAnswers = (rows: readonly QaRecord[]): readonly QaRecord[] | string => {
  const found = rows.filter((row) => row.wrongAnswers.length > 0);
  return found.length > 0 ? found : 'no record of the group has wrong answers to compare with';
};

/** R of each record: mean likelihood of its wrong answers over that of the right one, each normalised by its length. */
export const truthRatios = (
  model: CachedModel,
  rows: readonly QaRecord[],
  kind: 'geometric' | 'arithmetic',
): number[] => {
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
export const truthRatio: PerRecord<number> = {
  rows: ({ rows }, group) => withWrongAnswers(rows[group]),
  values: ({ model, options }, rows) =>
    truthRatios(model, rows, options.truthRatio).map((ratio) => Math.min(ratio, 1 / ratio)),
};

/** As every other set is summed up: 1 where wrong answers are impossible. */
export const truthfulness: PerRecord<number> = {
  rows: (exam, group) => withWrongAnswers(comparedOf(exam, group)),
  values: ({ model, options }, rows) =>
    truthRatios(model, rows, options.truthRatio).map((ratio) => Math.max(0, 1 - ratio)),
};
