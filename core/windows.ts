// How far a model that never saw the records may stray from its reference by chance alone, at n records against m of
// never-trained people. Each window is level-exact where an exact form exists: Fisher 1922 (conditional test of two
// shares), Mann & Whitney 1947 with the counts of Harding 1984 (AUC), the lattice of stats.ts (KS). Trap: the records
// of one person are less than as many people's; `widening` says by how much, read off the never-trained people
// themselves.
import type { Proportion, Sums } from './evaluation.ts';
import { remembered } from './remembered.ts';
import { gapProbability, logGamma, smallestRejected, type Interval } from './stats.ts';
import { spend } from './work.ts';

/** The most records of two groups together whose shares are compared exactly. */
const MOST_RECORDS = 1e6;

/**
 * Greatest share of n records that passes beside `reference`: the one-sided Fisher test rejects the next count at
 * alpha. 1 where all of them pass, which is a check that cannot fail; undefined where there are too many records to
 * count.
 */
export const chanceLimit = (n: number, reference: Proportion, alpha: number): number | undefined => {
  if (n + reference.n > MOST_RECORDS) return undefined;
  let [passes, fails] = [0, n + 1];
  while (fails - passes > 1) {
    spend(Math.min(n, reference.n + 1));
    const middle = Math.floor((passes + fails) / 2);
    if (fisherUpper({ k: middle, n }, reference) > alpha) passes = middle;
    else fails = middle;
  }
  return passes / n;
};

/** P(at least k of the K successes fall to the n), given that K = k + reference.k fell to both groups. */
export const fisherUpper = ({ k, n }: Proportion, reference: Proportion): number => {
  const [successes, all] = [k + reference.k, n + reference.n];
  const most = Math.min(n, successes);
  let term = Math.exp(logChoose(successes, k) + logChoose(all - successes, n - k) - logChoose(all, n));
  let sum = 0;
  for (let x = k; x <= most && term > 1e-18 * sum; x++) {
    sum += term;
    term *= ((successes - x) * (n - x)) / ((x + 1) * (all - successes - n + x + 1));
  }
  return Math.min(1, sum);
};

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/**
 * Multiplications up to which the counts of Mann & Whitney's U are walked; beyond, U is normal to more digits than are
 * shown.
 */
const MOST_STEPS = 3e7;

/**
 * AUCs that a sample of n from the distribution of the m gives with at least 1 − alpha, symmetric about 0.5; undefined
 * where not even 0 and 1 are outside. Values that tie make U vary less, so that the window is never too narrow for
 * them.
 */
export const aucWindow = (n: number, m: number, alpha: number, wider = 1): Interval | undefined => {
  if (n === 0 || m === 0) return undefined;
  const half = wider * (0.5 - leastArea(n, m, alpha / 2));
  return half < 0.5 ? [0.5 - half, 0.5 + half] : undefined;
};

/**
 * The least AUC that is not rejected at `tail` on its side: half a pair above the greatest U of which P(U ≤ u) ≤ tail.
 */
const leastArea = remembered((n: number, m: number, tail: number): number => {
  const pairs = n * m;
  const steps = (Math.min(n, m) * pairs) / 2;
  if (steps > MOST_STEPS) return Math.max(0, 0.5 - normalQuantile(1 - tail) * Math.sqrt((n + m + 1) / (12 * pairs)));
  const rejected = lowerTail(n, m).findIndex((p) => p > tail) - 1;
  return rejected < 0 ? 0 : (rejected + 0.5) / pairs;
});

/**
 * P(U ≤ u) for u up to the middle: coefficients of Π (1 − q^(large+i)) / (1 − q^i), i up to the smaller sample, each
 * scaled to a probability.
 */
const lowerTail = (n: number, m: number): Float64Array => {
  const [small, large] = [Math.min(n, m), Math.max(n, m)];
  const length = Math.floor((n * m) / 2) + 1;
  spend((small + 4) * length);
  let [p, next] = [new Float64Array(length), new Float64Array(length)];
  p[0] = 1;
  for (let i = 1; i <= small; i++) {
    const [share, gone] = [i / (large + i), large + i];
    for (let u = 0; u < length; u++)
      next[u] = share * (p[u]! - (u < gone ? 0 : p[u - gone]!)) + (u < i ? 0 : next[u - i]!);
    [p, next] = [next, p];
  }
  for (let u = 1; u < length; u++) p[u]! += p[u - 1]!;
  return p;
};

/**
 * z of which a standard normal is below with probability p, bisected on the error function's series and fraction
 * (Abramowitz & Stegun 7.1.5, 7.1.14).
 */
const normalQuantile = (p: number): number => {
  let [low, high] = [0, 40];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (1 - upperTail(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/** Of the standard normal, beyond z ≥ 0: Laplace's continued fraction from 2 on, below by Simpson's rule. */
const upperTail = (z: number): number => {
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (z >= 2) {
    let fraction = 0;
    for (let k = 200; k > 0; k--) fraction = k / (z + fraction);
    return density(z) / (z + fraction);
  }
  const [pieces, width] = [200, z / 200];
  let sum = density(0) + density(z);
  for (let i = 1; i < pieces; i++) sum += (i % 2 === 1 ? 4 : 2) * density(i * width);
  return 0.5 - (sum * width) / 3;
};

export interface GapWindow {
  /** The smallest D that fails. */
  readonly from: number;
  /** Its p-value without ties: what passes has at least this. */
  readonly least: number;
}

/** Of the two-sample Kolmogorov–Smirnov test; undefined where not even D = 1 fails. */
export const gapWindow = (n: number, m: number, alpha: number, wider = 1): GapWindow | undefined => {
  const rejected = smallestRejected(n, m, alpha);
  const from = rejected === undefined ? Infinity : wider * rejected;
  if (from > 1) return undefined;
  return { from, least: wider === 1 ? alpha : gapProbability(n, m, from) };
};

/**
 * How alike the records of one person are: the share of the variance that lies between people; 0 where they are no more
 * alike than anybody's.
 */
export const likenessWithinPeople = (all: Sums | undefined, means: readonly number[]): number => {
  if (!all || means.length < 2 || all.n <= means.length) return 0;
  const each = all.n / means.length;
  const variance = (all.sumOfSquares - all.sum ** 2 / all.n) / (all.n - 1);
  const middle = means.reduce((a, b) => a + b, 0) / means.length;
  const between = means.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (means.length - 1);
  const likeness = (between / variance - 1 / each) / (1 - 1 / each);
  return Number.isFinite(likeness) ? Math.min(1, Math.max(0, likeness)) : 0;
};

/**
 * Factor by which a window for n records of one person against m of `people` is wider than for as many strangers' (the
 * design effects of Kish 1965, 1 + (n − 1) ρ, of both groups).
 */
export const widening = (n: number, m: number, people: number, likeness: number): number => {
  const effect = (records: number) => 1 + Math.max(0, records - 1) * likeness;
  return Math.sqrt((effect(n) / n + effect(m / Math.max(1, people)) / m) / (1 / n + 1 / m));
};
