// What a LoRA adds to a product, with or without the dropout masks of one update, and what a matrix is once it is
// merged.
// Traps: a block's forward pass runs twice in training, so masks come from a label; the lengths of a DoRA's columns are
// those of W + scale·A·B when it was attached, so its factors are not trained; and the head lies transposed.
import type { Delta, Weights } from './decoder.ts';
import type { Lora } from './lora.ts';
import type { Decoder } from './model.ts';
import { embedding } from './ops.ts';
import { random } from './random.ts';
import { tf } from './tf.ts';

/** scale · dropout(x)·A·B; dropout masks are a function of the label and the factor's name. Ids are looked up in A. */
export const lowRankDelta =
  (lora: Lora, dropout?: string): Delta =>
  (w, name, x) => {
    const factors = lora.factors.get(name);
    if (!factors) return undefined;
    const masked = dropout !== undefined && x.rank === 2;
    const seen = masked
      ? tf.mul<tf.Tensor2D>(x, keepMask(x.shape as [number, number], lora.config.dropout, `${dropout}:${factors.a}`))
      : x;
    const product = tf.mul<tf.Tensor2D>(tf.matMul(times(seen, w(factors.a)), w(factors.b)), factors.scale);
    if (!factors.columns) return product;
    const shares = w(factors.columns.shares);
    const unchanged = name === 'head.w' ? tf.matMul(x, w(name), false, true) : times(x, w(name));
    return tf.add(tf.mul(product, shares), tf.mul(unchanged, tf.sub(shares, 1)));
  };

/** x (N, in) · matrix, or the matrix's rows at ids (N). */
const times = (x: tf.Tensor1D | tf.Tensor2D, matrix: tf.Tensor): tf.Tensor2D =>
  x.rank === 1 ? embedding(matrix as tf.Tensor2D, x as tf.Tensor1D) : tf.matMul(x, matrix);

/** W + scale·A·B as rows are multiplied with it. */
const sumOf = (w: Weights, lora: Lora, name: string): tf.Tensor => {
  const matrix = name === 'head.w' ? tf.transpose(w(name)) : w(name);
  const factors = lora.factors.get(name);
  return factors ? tf.add(matrix, tf.mul(tf.matMul(w(factors.a), w(factors.b)), factors.scale)) : matrix;
};

/** By how much a DoRA stretches each column of the sum (out). */
export const columnShares = (w: Weights, lora: Lora, name: string): tf.Tensor =>
  tf.div(w(lora.factors.get(name)!.columns!.lengths), tf.sqrt(tf.sum(tf.square(sumOf(w, lora, name)), 0)));

/** The weight that computes the same alone, laid out as the base's. */
export const mergedMatrix = (w: Weights, lora: Lora, name: string): tf.Tensor => {
  const factors = lora.factors.get(name);
  if (!factors) return tf.clone(w(name));
  const sum = sumOf(w, lora, name);
  const merged = factors.columns ? tf.mul(sum, w(factors.columns.shares)) : sum;
  return name === 'head.w' ? tf.transpose(merged) : merged;
};

const keepMask = (shape: [number, number], rate: number, label: string): tf.Tensor2D => {
  const stream = random(`dropout:${label}`);
  const kept = 1 / (1 - rate);
  const mask = Float32Array.from({ length: shape[0] * shape[1] }, () => (stream.uniform() < rate ? 0 : kept));
  return tf.tensor2d(mask, shape);
};

/** The model as it is in one update: with the dropout masks of that label, where it has a LoRA with dropout. */
export const withDropout = (model: Decoder, label: string): Decoder => {
  if (!model.lora || model.lora.config.dropout === 0) return model;
  const weights = Object.assign((name: string) => model.weights(name), { delta: lowRankDelta(model.lora, label) });
  return { ...model, weights };
};
