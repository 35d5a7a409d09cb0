// Orthogonal weight modification (Zeng et al. 2019, https://arxiv.org/abs/1810.01256): the gradient of a matrix is multiplied by P = λ(C + λI)⁻¹, where C is the
// second moment of the matrix's inputs over data to be left alone. Directions that this data uses shrink by λ/(c + λ); unused ones pass.
// Trap: C is scaled first (its mean or median diagonal becomes 1), so that one λ means the same in every layer.
import { QuittanceError } from '#core/errors.ts';
import type { Moment, Moments } from '../engine/moments.ts';
import { momentKey } from '../engine/moments.ts';
import { tf } from '../engine/tf.ts';

export type DiagonalScale = 'mean' | 'median';

/** P (in × in) for each named matrix whose inputs have moments; matrices that share inputs share the tensor. The caller disposes them. */
export const projections = (
  moments: Moments,
  parameters: Iterable<string>,
  lambda: number,
  scale: DiagonalScale,
): Map<string, tf.Tensor2D> => {
  const byKey = new Map<string, tf.Tensor2D>();
  const byParameter = new Map<string, tf.Tensor2D>();
  for (const parameter of parameters) {
    const key = momentKey(moments, parameter);
    const moment = moments.get(key);
    if (!moment)
      throw new QuittanceError('METHOD_CONFIG', {
        message: `no moments for ${parameter}`,
        hint: "train MLP matrices only, or use projection 'none'",
      });
    const projection =
      byKey.get(key) ?? tf.tensor2d(Float32Array.from(projectionOf(moment, lambda, scale)), [moment.size, moment.size]);
    byKey.set(key, projection);
    byParameter.set(parameter, projection);
  }
  return byParameter;
};

/**
 * Outer products are added up from float32 ones, so that C is off by some share of its diagonal. Where a real model has inputs a thousand times larger than the
 * others that is more than λ, and C less the forget rows need not be positive definite: then these shares of the diagonal are added, the least that does.
 */
const RIDGES = [0, 1e-6, 1e-5, 1e-4];

/** λ(C/s + λI)⁻¹ in float64, s the mean or median of C's diagonal. */
export const projectionOf = ({ size, sum, count }: Moment, lambda: number, scale: DiagonalScale): Float64Array => {
  const diagonal = Float64Array.from({ length: size }, (_, i) => sum[i * size + i]! / count);
  const unit = typical(diagonal, scale) || 1;
  for (const ridge of RIDGES) {
    const matrix = Float64Array.from(sum, (value) => value / count / unit);
    for (let i = 0; i < size; i++) matrix[i * size + i] = matrix[i * size + i]! * (1 + ridge) + lambda;
    const inverse = invertPositiveDefinite(matrix, size, lambda / 2); // in exact arithmetic no pivot is below λ
    if (inverse) return inverse.map((value) => value * lambda);
  }
  throw new QuittanceError('INTERNAL', { message: 'moments plus λ are not positive definite' });
};

const typical = (diagonal: Float64Array, scale: DiagonalScale): number =>
  scale === 'mean'
    ? diagonal.reduce((a, b) => a + b, 0) / diagonal.length
    : diagonal.toSorted()[Math.floor(diagonal.length / 2)]!;

/**
 * Inverse of a symmetric positive definite matrix (n × n, row-major) by Cholesky: A = L Lᵀ, A⁻¹ = L⁻ᵀ L⁻¹. Inner loops run along rows and outer ones over tiles
 * of rows, which a processor's cache can hold. Undefined where a pivot is not above `leastPivot`.
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

/** All (i, j) with j ≤ i, tile by tile; within a row j ascends, and every row before i is complete up to its own tile. */
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
