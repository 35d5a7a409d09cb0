// Area under the ROC curve of two lists of values, by ranks (Mann–Whitney). For histograms of stored tables see
// core/summaries.ts.

/** P(a > b) + ½ P(a = b) over all pairs; NaN where a list is empty. */
export const auc = (a: readonly number[], b: readonly number[]): number => {
  const sorted = b.toSorted((x, y) => x - y);
  const wins = a.reduce((sum, value) => {
    const below = countBelow(sorted, value, false);
    return sum + below + (countBelow(sorted, value, true) - below) / 2;
  }, 0);
  return wins / (a.length * b.length);
};

/** How many of the ascending values are less than `value`, or at most it. */
const countBelow = (sorted: readonly number[], value: number, orEqual: boolean): number => {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const isBelow = orEqual ? sorted[middle]! <= value : sorted[middle]! < value;
    if (isBelow) from = middle + 1;
    else to = middle;
  }
  return from;
};
