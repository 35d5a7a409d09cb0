// Gradients of a batch that does not fit into memory at once, computed from a few of its rows at a time: the sum over
// the parts is the gradient of the whole. Cross-entropy weights each part by its share of the answer tokens. Any other
// objective is evaluated once on the logits of all parts, and its slope there is then propagated back part by part (Gao
// et al. 2021, https://arxiv.org/abs/2101.06983, §3). Traps: the mean of the parts' means is another loss where parts
// have different numbers of tokens; and a part is computed twice, so both passes must use the same dropout masks.
import { bucketByLength, makeBatch, rowLength, rowsOf, type Batch, type Row } from './batch.ts';
import { answerCrossEntropy } from './losses.ts';
import { withDropout } from './low-rank.ts';
import type { Decoder } from './model.ts';
import {
  forwardHidden,
  forwardLogits,
  lossAndGradients,
  type Gradients,
  type Objective,
  type SweepOptions,
} from './sweep.ts';
import { tf } from './tf.ts';

/** How much of a batch is in memory at once. */
export interface Parts extends Pick<SweepOptions, 'tape'> {
  /** Rows; default: all. */
  rowsAtOnce?: number;
}

/** Cross-entropy over the answer tokens of all rows, `atOnce` of them in memory; parts are of like length. */
export const accumulatedGradients = (
  model: Decoder,
  rows: readonly Row[],
  trainable: ReadonlySet<string>,
  atOnce: number,
  options: SweepOptions = {},
): Gradients => {
  const parts = atOnce >= rows.length ? [rows] : bucketByLength(rows, rowLength, atOnce);
  const batches = parts.map((part) => makeBatch(part, model.config.maxPositions));
  const tokens = batches.reduce((sum, { targets }) => sum + targets.length, 0);
  return batches
    .map((batch, i) => {
      const share = batch.targets.length / tokens;
      const objective = (logits: tf.Tensor2D): tf.Scalar => tf.mul(answerCrossEntropy(batch)(logits), share);
      const dropout = options.dropout === undefined || i === 0 ? {} : { dropout: `${options.dropout}:${i}` };
      return () => lossAndGradients(model, batch, objective, trainable, { ...options, ...dropout });
    })
    .reduce<Gradients | undefined>((total, part) => plus(total, part()), undefined)!;
};

/**
 * Loss and gradients of any objective on the whole batch, the activations of `rowsAtOnce` rows in memory beside the
 * logits of all.
 */
export const gradientsInParts = (
  model: Decoder,
  batch: Batch,
  objective: Objective,
  trainable: ReadonlySet<string>,
  { rowsAtOnce = Infinity, ...options }: SweepOptions & Parts,
): Gradients => {
  if (rowsAtOnce >= batch.rows) return lossAndGradients(model, batch, objective, trainable, options);
  const { depth } = options;
  const parts = Array.from({ length: Math.ceil(batch.rows / rowsAtOnce) }, (_, i) => {
    const dropout = options.dropout === undefined ? {} : { dropout: `${options.dropout}:${i}` };
    return { batch: rowsOf(batch, i * rowsAtOnce, (i + 1) * rowsAtOnce), options: { ...options, ...dropout } };
  });
  const { loss, slope } = slopeAtLogits(
    objective,
    parts.map((part) => {
      const masked = maskedModel(model, part.options);
      return depth === undefined ? forwardLogits(masked, part.batch) : forwardHidden(masked, part.batch, depth);
    }),
  );
  let from = 0;
  const gradients = parts.reduce<Gradients | undefined>((total, part) => {
    const share = tf.slice(slope, [from, 0], [part.batch.targets.length, -1]);
    from += part.batch.targets.length;
    const along: Objective = (logits) => tf.sum(tf.mul(logits, share));
    const sum = plus(total, lossAndGradients(model, part.batch, along, trainable, part.options));
    share.dispose();
    return sum;
  }, undefined)!;
  slope.dispose();
  return { ...gradients, loss };
};

const maskedModel = (model: Decoder, { dropout }: SweepOptions): Decoder =>
  dropout === undefined ? model : withDropout(model, dropout);

/** The objective's value for the logits or hidden states of all parts, and its slope there; disposes them. */
const slopeAtLogits = (objective: Objective, parts: readonly tf.Tensor2D[]): { loss: number; slope: tf.Tensor2D } => {
  const logits = tf.concat([...parts], 0);
  tf.dispose([...parts]);
  const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => objective(x as tf.Tensor2D))(logits);
  const [loss = NaN] = value.dataSync();
  tf.dispose([logits, value]);
  return { loss, slope: grad as tf.Tensor2D };
};

/** The sum of the two, both of which it disposes. */
const plus = (a: Gradients | undefined, b: Gradients): Gradients => {
  if (!a) return b;
  const gradients = new Map(
    [...a.gradients].map(([name, gradient]) => [name, tf.add(gradient, b.gradients.get(name)!)] as const),
  );
  tf.dispose([...a.gradients.values(), ...b.gradients.values()]);
  return { loss: a.loss + b.loss, gradients };
};
