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

/** λ(C/s + λI)⁻¹ in float64, s the mean or median of C's diagonal. */
export const projectionOf = ({ size, sum, count }: Moment, lambda: number, scale: DiagonalScale): Float64Array => {
  const diagonal = Float64Array.from({ length: size }, (_, i) => sum[i * size + i]! / count);
  const unit = typical(diagonal, scale) || 1;
  const matrix = Float64Array.from(sum, (value) => value / count / unit);
  for (let i = 0; i < size; i++) matrix[i * size + i] = matrix[i * size + i]! + lambda;
  const inverse = invertPositiveDefinite(matrix, size);
  return inverse.map((value) => value * lambda);
};

const typical = (diagonal: Float64Array, scale: DiagonalScale): number =>
  scale === 'mean'
    ? diagonal.reduce((a, b) => a + b, 0) / diagonal.length
    : diagonal.toSorted()[Math.floor(diagonal.length / 2)]!;

/** Inverse of a symmetric positive definite matrix (n × n, row-major) by Cholesky: A = L Lᵀ, A⁻¹ = L⁻ᵀ L⁻¹. */
export const invertPositiveDefinite = (a: Float64Array, n: number): Float64Array => {
  const lower = cholesky(a, n);
  const inverse = invertLower(lower, n);
  const result = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) {
      const factor = inverse[k * n + i]!;
      for (let j = 0; j <= i; j++) result[i * n + j] = result[i * n + j]! + factor * inverse[k * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) result[j * n + i] = result[i * n + j]!;
  return result;
};

const cholesky = (a: Float64Array, n: number): Float64Array => {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      if (i === j && !(sum > 0))
        throw new QuittanceError('INTERNAL', {
          message: 'moments plus λ are not positive definite',
          got: `pivot ${sum} at ${i}`,
        });
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / lower[j * n + j]!;
    }
  }
  return lower;
};

const invertLower = (lower: Float64Array, n: number): Float64Array => {
  const inverse = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    inverse[j * n + j] = 1 / lower[j * n + j]!;
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= lower[i * n + k]! * inverse[k * n + j]!;
      inverse[i * n + j] = sum / lower[i * n + i]!;
    }
  }
  return inverse;
};
