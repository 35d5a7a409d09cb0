// Forget quality (Maini et al. 2024): the exact two-sample Kolmogorov–Smirnov test between the truth ratios of the
// unlearned model and of a model trained without the forget set. The tables keep the order of the two samples, which is
// all that the test reads. Trap: at n = 40 it takes 41 values only, so D, n, m and the smallest D that is rejected are
// part of it.
import type { Histogram } from '#core/evaluation.ts';
import type { Whole } from '../quantity.ts';
import { truthRatios, withWrongAnswers } from './truth-ratio.ts';

export const quality: Whole = ({ model, retainModel, rows }, tables) => {
  const compared = withWrongAnswers(rows.forget);
  if (typeof compared === 'string') return compared;
  if (!retainModel) return 'no model trained without the forget set was given';
  // always the geometric mean; a row that is not a number in one model is left out in both
  const [own, others] = [truthRatios(model, compared, 'geometric'), truthRatios(retainModel, compared, 'geometric')];
  const sound = compared.flatMap((_, i) => (Number.isFinite(own[i]) && Number.isFinite(others[i]) ? [i] : []));
  if (sound.length === 0) return 'no record gave a number in both models';
  const [a, b] = ranked(
    sound.map((i) => own[i]!),
    sound.map((i) => others[i]!),
  );
  if (a.counts.length > MOST_CELLS) return `too many distinct values to keep their order: ${a.counts.length}`;
  tables.histograms['forget.quality'] = a;
  tables.histograms['retainModel.quality'] = b;
  return undefined;
};

/** What a histogram of the tables holds at most. */
const MOST_CELLS = 4096;

/** Two samples over the cells of their distinct values, smallest first. */
export const ranked = (a: readonly number[], b: readonly number[]): [Histogram, Histogram] => {
  const cells = [...new Set([...a, ...b])].sort((x, y) => x - y);
  const index = new Map(cells.map((value, i) => [value, i]));
  const over = (values: readonly number[]): Histogram => {
    const counts = new Array<number>(cells.length).fill(0);
    for (const value of values) counts[index.get(value)!]! += 1;
    return { lo: 0, width: 1, counts, unit: 'rank' };
  };
  return [over(a), over(b)];
};
