// Symmetric matrices that should be positive definite, in float64, row-major: their inverse by Cholesky, and a repair
// for those that rounding or the difference of two sums has made slightly indefinite. Source: Golub and Van Loan,
// Matrix Computations, §4.2 (Cholesky) and §8.2 (inverse iteration).
// Trap: with an eigenvalue −ε close to −λ, λ/(λ − ε) is huge, so that a direction which should be left alone would be
// moved most of all.

/**
 * Inverse of a symmetric positive definite matrix (n × n, row-major) by Cholesky: A = L Lᵀ, A⁻¹ = L⁻ᵀ L⁻¹. Inner loops
 * run along rows and outer ones over tiles of rows, which a processor's cache can hold. Undefined where a pivot is not
 * above `leastPivot`.
 */
export const invertPositiveDefinite = (a: Float64Array, n: number, leastPivot = 0): Float64Array | undefined => {
  const lower = cholesky(a, n, leastPivot);
  if (!lower) return undefined;
  const columns = transposed(invertLower(lower, n), n); // row i is column i of L⁻¹: zero before i
  const result = new Float64Array(n * n);
  forLowerTiles(n, (i, j) => {
    const value = dot(columns, i * n + i, columns, j * n + i, n - i);
    result[i * n + j] = value;
    result[j * n + i] = value;
  });
  return result;
};

const TILE = 32;

/**
 * All (i, j) with j ≤ i, tile by tile; within a row j ascends, and every row before i is complete up to its own tile.
 */
const forLowerTiles = (n: number, visit: (i: number, j: number) => void): void => {
  for (let top = 0; top < n; top += TILE)
    for (let left = 0; left <= top; left += TILE)
      for (let i = top; i < Math.min(top + TILE, n); i++)
        for (let j = left; j <= Math.min(left + TILE - 1, i); j++) visit(i, j);
};

const cholesky = (a: Float64Array, n: number, leastPivot: number): Float64Array | undefined => {
  const lower = new Float64Array(n * n);
  const refused: number[] = [];
  forLowerTiles(n, (i, j) => {
    const sum = a[i * n + j]! - dot(lower, i * n, lower, j * n, j);
    if (i === j && !(sum > leastPivot)) refused.push(i);
    lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / lower[j * n + j]!;
  });
  return refused.length === 0 ? lower : undefined;
};

/** Row i of L⁻¹ is (eᵢ − Σₖ Lᵢₖ · row k) / Lᵢᵢ, over k < i. */
const invertLower = (lower: Float64Array, n: number): Float64Array => {
  const inverse = new Float64Array(n * n);
  forLowerTiles(n, (i, k) => {
    const row = i * n;
    if (k < i) {
      const factor = lower[row + k]!;
      for (let j = 0; j <= k; j++) inverse[row + j] = inverse[row + j]! - factor * inverse[k * n + j]!;
      return;
    }
    inverse[row + i] = 1;
    const pivot = lower[row + i]!;
    for (let j = 0; j <= i; j++) inverse[row + j] = inverse[row + j]! / pivot;
  });
  return inverse;
};

const transposed = (a: Float64Array, n: number): Float64Array => {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[j * n + i] = a[i * n + j]!;
  return result;
};

/** Σ aᵢ bᵢ over `length` elements from two offsets; four sums at once, which a processor can overlap. */
const dot = (a: Float64Array, from: number, b: Float64Array, at: number, length: number): number => {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = length - (length % 4);
  for (let i = 0; i < whole; i += 4) {
    s0 += a[from + i]! * b[at + i]!;
    s1 += a[from + i + 1]! * b[at + i + 1]!;
    s2 += a[from + i + 2]! * b[at + i + 2]!;
    s3 += a[from + i + 3]! * b[at + i + 3]!;
  }
  for (let i = whole; i < length; i++) s0 += a[from + i]! * b[at + i]!;
  return s0 + s1 + s2 + s3;
};

const ITERATIONS = 100;

/**
 * Takes the most negative eigenvalue of `a` (n × n) to zero, in place: a + ε v vᵀ. `scale`: how small an eigenvalue
 * matters. False where there is none below zero by a thousandth of it, or where `a` is not finite.
 */
export const deflate = (a: Float64Array, n: number, scale: number): boolean => {
  const inverse = shiftedInverse(a, n, scale);
  if (!inverse) return false;
  const v = leadingVector(inverse, n);
  const value = dot(v, 0, times(a, v, n), 0, n);
  if (!(value < -scale / 1000)) return false;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j] = a[i * n + j]! - value * v[i]! * v[j]!;
  return true;
};

/**
 * (a + σI)⁻¹ by the least σ = scale · 4ᵏ that makes it positive definite: its leading eigenvector is that of a's most
 * negative eigenvalue.
 */
const shiftedInverse = (a: Float64Array, n: number, scale: number): Float64Array | undefined => {
  for (let k = 0, shift = scale; k < 40; k++, shift *= 4) {
    const shifted = a.map((value, at) => (at % (n + 1) === 0 ? value + shift : value));
    const inverse = invertPositiveDefinite(shifted, n);
    if (inverse) return inverse;
  }
  return undefined;
};

/** Power iteration from the column with the largest diagonal element. */
const leadingVector = (a: Float64Array, n: number): Float64Array => {
  let largest = 0;
  for (let i = 1; i < n; i++) if (a[i * n + i]! > a[largest * n + largest]!) largest = i;
  let v = unit(a.slice(largest * n, largest * n + n));
  for (let k = 0; k < ITERATIONS; k++) v = unit(times(a, v, n));
  return v;
};

const times = (a: Float64Array, v: Float64Array, n: number): Float64Array => v.map((_, i) => dot(a, i * n, v, 0, n));

const unit = (v: Float64Array): Float64Array => {
  const length = Math.sqrt(dot(v, 0, v, 0, v.length));
  return v.map((value) => value / length);
};
