// Gradients of a batch that does not fit at once: the same rows a few at a time, each part weighted by its share of the answer tokens, so that the sum is the
// gradient of the whole. Trap: a mean of the parts' means is another loss where the parts have different numbers of tokens.
import { bucketByLength, makeBatch, rowLength, type Row } from './batch.ts';
import { answerCrossEntropy } from './losses.ts';
import type { Model } from './model.ts';
import { lossAndGradients, type Gradients, type SweepOptions } from './sweep.ts';
import { tf } from './tf.ts';

/** Cross-entropy over the answer tokens of all rows, `atOnce` of them in memory; parts are of like length. */
export const accumulatedGradients = (
  model: Model,
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

/** Takes both over. */
const plus = (a: Gradients | undefined, b: Gradients): Gradients => {
  if (!a) return b;
  const gradients = new Map(
    [...a.gradients].map(([name, gradient]) => [name, tf.add(gradient, b.gradients.get(name)!)] as const),
  );
  tf.dispose([...a.gradients.values(), ...b.gradients.values()]);
  return { loss: a.loss + b.loss, gradients };
};
