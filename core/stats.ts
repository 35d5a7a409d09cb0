// Statistics of the gate, each exact where an exact form exists and naming its method. Sources: Schröer & Trenkler 1995
// (two-sample Kolmogorov–Smirnov with ties), Clopper & Pearson 1934, Hanley & McNeil 1982 and Newcombe 2006 (AUC),
// Massart 1990 (DKW). Trap: at n = 40 a gap of 0.30 between two distributions is not rejected at 5 %, so a p-value is
// never shown without n, D and the smallest D that would have been rejected.
import { spend } from './work.ts';
import { QuittanceError } from './errors.ts';
import type { Histogram, Proportion, Sums } from './evaluation.ts';
import { remembered } from './remembered.ts';

export interface KolmogorovSmirnov {
  /** Largest difference of the two distribution functions. */
  d: number;
  /**
   * Exact two-sided p-value given the ties: where values tie it is at most SciPy's, which counts arrangements as if
   * none did.
   */
  p: number;
  n: number;
  m: number;
  /** Smallest D that the test rejects at 5 % without ties; 1 where `canReject` is false. */
  rejectsFrom: number;
  /** Whether samples of these sizes can be told apart at 5 % at all. */
  canReject: boolean;
  /** Simultaneous 95 % bound on |D − true difference| (DKW, both samples). */
  dkw: number;
}

/**
 * Two samples as counts over the same ordered cells; a cell is a tie. INPUT_TOO_LARGE where the lattice is (see
 * `fitsLattice`).
 */
export const kolmogorovSmirnov = (a: readonly number[], b: readonly number[]): KolmogorovSmirnov => {
  const [n, m] = [total(a), total(b)];
  if (!fitsLattice(n, m)) throw tooLarge(n, m);
  const gap = largestGap(a, b, n, m);
  const rejectsFrom = smallestRejected(n, m, 0.05);
  return {
    d: n && m ? gap / (n * m) : 0,
    p: n && m ? outsideProbability(n, m, gap, tieEnds(a, b)) : 1,
    n,
    m,
    rejectsFrom: rejectsFrom ?? 1,
    canReject: rejectsFrom !== undefined,
    dkw: dkwHalfWidth(n, 0.05) + dkwHalfWidth(m, 0.05),
  };
};

/** P(D ≥ d) of samples without ties. */
export const gapProbability = (n: number, m: number, d: number): number =>
  outsideProbability(n, m, Math.ceil(d * n * m - 1e-9));

const MOST_CELLS = 3e7;

/** Whether the exact test of n against m values is a matter of a second: its lattice has n·m cells. */
export const fitsLattice = (n: number, m: number): boolean => Math.max(n, 1) * Math.max(m, 1) <= MOST_CELLS;

const tooLarge = (n: number, m: number) =>
  new QuittanceError('INPUT_TOO_LARGE', {
    message: 'too many values for the exact Kolmogorov–Smirnov test',
    expected: `n·m at most ${MOST_CELLS}`,
    got: `${n}·${m}`,
  });

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** max |i·m − j·n| over cell ends: D·n·m as an integer, so that comparisons are exact. */
const largestGap = (a: readonly number[], b: readonly number[], n: number, m: number): number => {
  let [i, j, gap] = [0, 0, 0];
  a.forEach((count, cell) => {
    i += count;
    j += b[cell] ?? 0;
    gap = Math.max(gap, Math.abs(i * m - j * n));
  });
  return gap;
};

/**
 * For each number of pooled observations, whether a tie ends there: only there may a difference be read. undefined
 * where no two values tie.
 */
const tieEnds = (a: readonly number[], b: readonly number[]): Uint8Array | undefined => {
  const ends = new Uint8Array(total(a) + total(b) + 1);
  let at = 0;
  a.forEach((count, cell) => (ends[(at += count + (b[cell] ?? 0))] = 1));
  return ends.subarray(1).includes(0) ? ends : undefined;
};

/**
 * Probability that a random arrangement reaches a gap of at least `gap`: over the lattice of (i, j) observations seen,
 * a cell that is outside counts 1, any other the mean of its predecessors weighted by the chance of coming from each.
 * Small p-values keep their relative precision. Without ties every cell beyond the band |i·m − j·n| < gap is outside,
 * and only the band is walked.
 */
const outsideProbability = (n: number, m: number, gap: number, ends?: Uint8Array): number => {
  if (gap === 0) return 1;
  spend((n + 1) * (m + 1) + 4 * m);
  let [row, next] = [new Float64Array(m + 1), new Float64Array(m + 1)];
  for (let i = 0; i <= n; i++) {
    const from = ends ? 0 : Math.max(0, Math.floor((i * m - gap) / n) + 1);
    const to = ends ? m : Math.min(m, Math.ceil((i * m + gap) / n) - 1);
    next.fill(ends ? 0 : 1);
    for (let j = from; j <= to; j++) {
      if (ends?.[i + j] === 1 && Math.abs(i * m - j * n) >= gap) next[j] = 1;
      else if (i + j === 0) next[j] = 0;
      else next[j] = ((i > 0 ? i * row[j]! : 0) + (j > 0 ? j * next[j - 1]! : 0)) / (i + j);
    }
    [row, next] = [next, row];
  }
  return Math.min(1, row[m]!);
};

/** Smallest attainable D with p ≤ alpha (no ties); undefined where even D = 1 has a larger p. */
export const smallestRejected = remembered((n: number, m: number, alpha: number): number | undefined => {
  if (n === 0 || m === 0) return undefined;
  const step = greatestCommonDivisor(n, m); // D·n·m moves in multiples of this
  const most = (n * m) / step;
  const rejects = (k: number) => outsideProbability(n, m, k * step) <= alpha;
  if (!rejects(most)) return undefined;
  // the asymptotic D is near: try around it before bisecting the whole range
  const near = (Math.sqrt((-Math.log(alpha / 2) / 2) * ((n + m) / (n * m))) * n * m) / step;
  let [low, high] = [Math.floor(near * 0.8), Math.min(most, Math.ceil(near * 1.1))];
  if (low < 1 || rejects(low)) low = 0;
  if (!rejects(high)) [low, high] = [high, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (rejects(middle)) high = middle;
    else low = middle;
  }
  return (high * step) / (n * m);
});

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Half-width for one of two samples so that both hold together with 1 − alpha (Massart's constant). */
export const dkwHalfWidth = (n: number, alpha: number): number =>
  n === 0 ? 1 : Math.sqrt(Math.log(4 / alpha) / (2 * n));

export type Interval = [low: number, high: number];

/** Exact confidence interval of k/n (two-sided; each tail alpha/2). */
export const clopperPearson = ({ k, n }: Proportion, alpha = 0.05): Interval => {
  if (n === 0) return [0, 1];
  const low = k === 0 ? 0 : betaQuantile(alpha / 2, k, n - k + 1);
  const high = k === n ? 1 : betaQuantile(1 - alpha / 2, k + 1, n - k);
  return [low, high];
};

/** One-sided upper bound of k/n. */
export const clopperPearsonUpper = ({ k, n }: Proportion, alpha = 0.05): number =>
  n === 0 || k === n ? 1 : betaQuantile(1 - alpha, k + 1, n - k);

const betaQuantile = (p: number, a: number, b: number): number => {
  let [low, high] = [0, 1];
  for (let i = 0; i < 200 && high - low > 1e-15; i++) {
    const middle = (low + high) / 2;
    if (regularizedBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/** Regularised incomplete beta function by Lentz's continued fraction (Press et al., Numerical Recipes §6.4). */
const regularizedBeta = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
};

const betaFraction = (x: number, a: number, b: number): number => {
  const tiny = 1e-300;
  const guard = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let i = 1; i <= 20_000; i++) {
    for (const term of [
      (i * (b - i) * x) / ((a + 2 * i - 1) * (a + 2 * i)),
      (-(a + i) * (a + b + i) * x) / ((a + 2 * i) * (a + 2 * i + 1)),
    ]) {
      d = 1 / guard(1 + term * d);
      c = guard(1 + term / c);
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return fraction;
};

/** ln Γ(x) for x > 0 (Lanczos, g = 7). */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
export const logGamma = (x: number): number => {
  const y = x - 1;
  const sum = LANCZOS.slice(1).reduce((s, c, i) => s + c / (y + i + 1), LANCZOS[0]!);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
};

/**
 * P(a value of the first > one of the second) + ½ P(equal), and its 95 % interval. Counts over the same ordered cells.
 * The interval holds every value whose Hanley–McNeil standard error still reaches the estimate (the score form,
 * Newcombe 2006): at an estimate of 1 it does not shrink to a point.
 */
export const areaUnderCurve = (a: readonly number[], b: readonly number[]): { value: number; interval: Interval } => {
  const [n, m] = [total(a), total(b)];
  let below = 0;
  let wins = 0;
  a.forEach((count, cell) => {
    const ties = b[cell] ?? 0;
    wins += count * (below + ties / 2);
    below += ties;
  });
  const value = n && m ? wins / (n * m) : 0.5;
  return { value, interval: n && m ? aucInterval(value, n, m) : [0, 1] };
};

/** The 97.5 % point of the normal distribution. */
export const NORMAL_975 = 1.959963984540054;

const hanleyMcNeilVariance = (auc: number, n: number, m: number): number => {
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc * auc) / (1 + auc);
  return Math.max(0, auc * (1 - auc) + (n - 1) * (q1 - auc * auc) + (m - 1) * (q2 - auc * auc)) / (n * m);
};

const aucInterval = (estimate: number, n: number, m: number): Interval => {
  const reaches = (auc: number) => Math.abs(auc - estimate) <= NORMAL_975 * Math.sqrt(hanleyMcNeilVariance(auc, n, m));
  const furthest = (end: 0 | 1): number => {
    let [inside, outside] = [estimate, end as number];
    for (let i = 0; i < 100 && Math.abs(inside - outside) > 1e-15; i++) {
      const middle = (inside + outside) / 2;
      if (reaches(middle)) inside = middle;
      else outside = middle;
    }
    return estimate === end ? end : inside;
  };
  return [furthest(0), furthest(1)];
};

/** Counts of two histograms over the same cells; undefined where their bins differ. */
export const sameCells = (a: Histogram, b: Histogram): boolean =>
  a.lo === b.lo && a.width === b.width && a.counts.length === b.counts.length;

export const meanOf = ({ n, sum }: Sums): number => sum / n;

/** Sample standard deviation. */
export const deviationOf = ({ n, sum, sumOfSquares }: Sums): number =>
  Math.sqrt(Math.max(0, (sumOfSquares - (sum * sum) / n) / Math.max(1, n - 1)));

export const harmonicMean = (values: readonly number[]): number =>
  values.length / values.reduce((sum, value) => sum + 1 / value, 0);

/** Of an even number of values, half way between the two in the middle; NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
};
