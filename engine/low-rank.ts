// What a LoRA adds to a product, with or without the dropout masks of one update. Trap: a block's forward pass runs
// twice in training, so masks come from a label.
import type { Delta } from './decoder.ts';
import type { Lora } from './lora.ts';
import type { Decoder } from './model.ts';
import { random } from './random.ts';
import { tf } from './tf.ts';

/** scale · dropout(x)·A·B; dropout masks are a function of the label and the factor's name. */
export const lowRankDelta =
  (lora: Lora, dropout?: string): Delta =>
  (w, name, x) => {
    const factor = lora.factors.get(name);
    if (!factor) return undefined;
    const seen =
      dropout === undefined ? x : tf.mul(x, keepMask(x.shape, lora.config.dropout, `${dropout}:${factor.a}`));
    const product = tf.matMul(tf.matMul(seen as tf.Tensor2D, w(factor.a) as tf.Tensor2D), w(factor.b));
    return tf.mul(product, lora.scale);
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
