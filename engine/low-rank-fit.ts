// The low-rank product nearest to a matrix, by subspace iteration from a random start (Halko, Martinsson and Tropp
// 2011,
// https://arxiv.org/abs/0909.4061, algorithm 4.4): D ≈ A·B, A (in, rank) with orthonormal columns, B = Aᵀ·D.
// Trap: a column within the span of those before it must become zero, not rounding errors of length 1.
import { random } from './random.ts';
import { tf } from './tf.ts';

const ITERATIONS = 4;

/** The caller disposes matrix and factors. */
export const lowRankFit = (matrix: tf.Tensor2D, rank: number): { a: tf.Tensor2D; b: tf.Tensor2D } => {
  const [, outSize] = matrix.shape;
  const stream = random('low-rank-fit');
  const start = Float32Array.from({ length: outSize * rank }, () => stream.normal());
  let a = orthonormal(tf.tidy(() => tf.matMul(matrix, tf.tensor2d(start, [outSize, rank]))));
  for (let i = 0; i < ITERATIONS; i++) {
    const back = orthonormal(tf.matMul(matrix, a, true));
    a.dispose();
    a = orthonormal(tf.matMul(matrix, back));
    back.dispose();
  }
  return { a, b: tf.matMul(a, matrix, true) };
};

/** What is left of a column, as a share of it, below which it is within the span of the others. */
const NOTHING = 1e-6;

/** Orthonormal columns of the same span, in float64 by Gram–Schmidt, twice for accuracy; disposes the tensor. */
const orthonormal = (tensor: tf.Tensor2D): tf.Tensor2D => {
  const [rows, columns] = tensor.shape;
  const values = Float64Array.from(tensor.dataSync());
  tensor.dispose();
  const dot = (p: number, q: number) => {
    let sum = 0;
    for (let i = 0; i < values.length; i += columns) sum += values[i + p]! * values[i + q]!;
    return sum;
  };
  for (let c = 0; c < columns; c++) {
    const before = Math.sqrt(dot(c, c));
    for (let p = 0; p < 2 * c; p++) {
      const along = dot(p % c, c);
      for (let i = 0; i < values.length; i += columns) values[i + c]! -= along * values[i + (p % c)]!;
    }
    const left = Math.sqrt(dot(c, c));
    const by = left > NOTHING * before ? 1 / left : 0;
    for (let i = 0; i < values.length; i += columns) values[i + c]! *= by;
  }
  return tf.tensor2d(Float32Array.from(values), [rows, columns]);
};
