// Forget quality (Maini et al. 2024): p-value of the exact two-sample Kolmogorov–Smirnov test between the truth ratios of the unlearned model and of
// a model trained without the forget set. Trap: at n = 40 it takes 41 values only, so D, n, m and the smallest D that is rejected are part of it.
import { kolmogorovSmirnov } from '#core/stats.ts';
import { defineMetric } from './metric.ts';
import { truthRatios, withWrongAnswers } from './truth-ratio.ts';

export const forgetQuality = defineMetric({
  name: 'forget-quality',
  summary: 'p-value of the test that truth ratios differ from those of a model trained without the forget set',
  source: 'Maini et al. 2024, https://arxiv.org/abs/2401.06121',
  direction: 'higher',
  range: [0, 1],
  needs: ['forget', 'retainModel'],
  compute({ model, retainModel, forget }) {
    const rows = withWrongAnswers(forget);
    if (rows.length === 0) return { notAvailable: 'no forget record has wrong answers to compare with' };
    // always the geometric mean; a row that is not a number in one model is left out in both
    const pairs = zip(truthRatios(model, rows, 'geometric'), truthRatios(retainModel, rows, 'geometric'));
    const { p, d, n, m, rejectsFrom } = ksOfValues(
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
    );
    return {
      value: p,
      n,
      method: 'exact two-sample KS on geometric truth ratios',
      interval: null,
      detail: { d, m, rejectsFrom },
    };
  },
});

const zip = (a: readonly number[], b: readonly number[]): [number, number][] =>
  a.flatMap((x, i): [number, number][] => (Number.isFinite(x) && Number.isFinite(b[i]) ? [[x, b[i]!]] : []));

/** The test on raw values: each distinct value is a cell. */
export const ksOfValues = (a: readonly number[], b: readonly number[]): ReturnType<typeof kolmogorovSmirnov> => {
  const cells = [...new Set([...a, ...b])].sort((x, y) => x - y);
  const index = new Map(cells.map((value, i) => [value, i]));
  const counts = (values: readonly number[]) => {
    const result = new Array<number>(cells.length).fill(0);
    for (const value of values) result[index.get(value)!]! += 1;
    return result;
  };
  return kolmogorovSmirnov(counts(a), counts(b));
};
