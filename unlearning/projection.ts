// Orthogonal weight modification (Zeng et al. 2019, https://arxiv.org/abs/1810.01256): the gradient of a matrix is
// multiplied by P = λ(C + λI)⁻¹, where C is the second moment of the matrix's inputs over data to be left alone.
// Directions that this data uses shrink by λ/(c + λ); unused ones are unchanged.
// Trap: C is first scaled so that its mean or median diagonal becomes 1, so that one λ means the same in every layer.
import { QuittanceError } from '#core/errors.ts';
import { type Moment, type CorpusMoments, momentKey } from '#engine/corpus-moments.ts';
import { tf } from '#engine/tf.ts';
import { deflate, invertPositiveDefinite } from './positive-definite.ts';

export type DiagonalScale = 'mean' | 'median';

/**
 * P (in × in) for each named matrix whose inputs have moments; matrices that share inputs share the tensor. The caller
 * disposes them.
 */
export const projections = (
  moments: CorpusMoments,
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
        hint: 'set update.trainable=mlp, or update.projection=none',
      });
    const projection =
      byKey.get(key) ?? tf.tensor2d(Float32Array.from(projectionOf(moment, lambda, scale)), [moment.size, moment.size]);
    byKey.set(key, projection);
    byParameter.set(parameter, projection);
  }
  return byParameter;
};

/**
 * C is added up from float32 products, so each entry is off by some share of the diagonal. In a real model some inputs
 * are a thousand times larger than others, and the error then exceeds λ; after the forget rows are subtracted C need
 * not be positive definite. These shares of the diagonal are tried in order, and the smallest that suffices is added.
 */
const RIDGES = [0, 1e-6, 1e-5, 1e-4];
/**
 * After a deletion the model gives the next forget rows slightly other inputs than those summed in C. The difference is
 * negative in a few directions that nothing else uses, where inputs are huge (a first token's). Up to this many such
 * eigenvalues are set to zero.
 */
const DEFLATIONS = 16;

/** λ(C/s + λI)⁻¹ in float64, s the mean or median of C's diagonal. */
export const projectionOf = ({ size, sum, count }: Moment, lambda: number, scale: DiagonalScale): Float64Array => {
  const diagonal = Float64Array.from({ length: size }, (_, i) => sum[i * size + i]! / count);
  const unit = Math.abs(typical(diagonal, scale)) || 1;
  const matrix = Float64Array.from(sum, (value) => value / count / unit);
  for (const ridge of RIDGES) {
    const inverse = regularised(matrix, size, ridge, lambda);
    if (inverse) return inverse.map((value) => value * lambda);
  }
  for (let k = 0; k < DEFLATIONS && deflate(matrix, size, lambda); k++) {
    const inverse = regularised(matrix, size, 0, lambda);
    if (inverse) return inverse.map((value) => value * lambda);
  }
  throw new QuittanceError('WEIGHTS_INVALID', {
    message: 'the moments are not those of this model',
    expected: `sums of outer products, so that adding λ = ${lambda} makes them positive definite`,
    hint: 'collect the moments again, or take them from controls',
  });
};

/** Of C with a share of its diagonal and λ added; in exact arithmetic no pivot is below λ. */
const regularised = (matrix: Float64Array, size: number, ridge: number, lambda: number): Float64Array | undefined => {
  const sum = matrix.map((value, at) => (at % (size + 1) === 0 ? value * (1 + ridge) + lambda : value));
  return invertPositiveDefinite(sum, size, lambda / 2);
};

const typical = (diagonal: Float64Array, scale: DiagonalScale): number =>
  scale === 'mean'
    ? diagonal.reduce((a, b) => a + b, 0) / diagonal.length
    : diagonal.toSorted()[Math.floor(diagonal.length / 2)]!;
