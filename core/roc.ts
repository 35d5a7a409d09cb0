// How well one number tells two groups apart: the area under its ROC curve with DeLong's interval (DeLong et al. 1988,
// by ranks as Sun and Xu 2014 have it), and how many of the first are found while hardly any of the second is
// mistaken for one (Carlini et al. 2022, https://arxiv.org/abs/2112.03570).
// Trap: where the groups do not overlap DeLong's variance is 0. Then the interval is that of as many independent pairs
// as the smaller group has members, all of which came out the same way.
import { clopperPearson, NORMAL_975, type Interval } from './stats.ts';

export interface Area {
  /** P(a > b) + ½ P(a = b). */
  readonly value: number;
  /** 95 %. */
  readonly interval: Interval;
  /** DeLong's; 0 where the groups do not overlap. */
  readonly standardError: number;
}

/** Both lists need a value at least. */
export const areaByDeLong = (a: readonly number[], b: readonly number[]): Area => {
  const [together, ranksA, ranksB] = [midRanks([...a, ...b]), midRanks(a), midRanks(b)];
  const [n, m] = [a.length, b.length];
  // share of the other group that lies below each of the first, and above each of the second
  const below = ranksA.map((rank, i) => (together[i]! - rank) / m);
  const above = ranksB.map((rank, j) => 1 - (together[n + j]! - rank) / n);
  const value = below.reduce((sum, share) => sum + share, 0) / n;
  const standardError = Math.sqrt(variance(below) / n + variance(above) / m);
  return { value, standardError, interval: intervalOf(value, standardError, Math.min(n, m)) };
};

const intervalOf = (value: number, error: number, pairs: number): Interval => {
  if (value === 0 || value === 1) return clopperPearson({ k: value * pairs, n: pairs });
  return [Math.max(0, value - NORMAL_975 * error), Math.min(1, value + NORMAL_975 * error)];
};

/** Of a sample; 0 of a single value. */
const variance = (values: readonly number[]): number => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return values.length > 1 ? squares / (values.length - 1) : 0;
};

/** Ranks from 1, equal values sharing the mean of theirs. */
const midRanks = (values: readonly number[]): number[] => {
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
};

export interface Found {
  /** How many of the first group score higher than the threshold, and of the second. */
  readonly found: number;
  readonly mistaken: number;
}

/** The most of `a` that a threshold finds while at most this share of `b` is above it. */
export const foundAt = (a: readonly number[], b: readonly number[], mostMistaken: number): Found => {
  const descending = b.toSorted((x, y) => y - x);
  const threshold = descending[Math.floor(mostMistaken * b.length + 1e-9)] ?? -Infinity;
  const above = (values: readonly number[]) => values.filter((value) => value > threshold).length;
  return { found: above(a), mistaken: above(b) };
};
