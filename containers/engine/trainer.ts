// The training loop: batches of like length in a seeded order, a schedule, an optimiser. It knows nothing of unlearning.
// Trap: the event loop must turn once per update, or native memory of disposed tensors is never returned.
import { bucketByLength, makeBatch, rowLength, type Row } from './batch.ts';
import type { Model } from './model.ts';
import { answerCrossEntropy } from './losses.ts';
import { globalNorm } from './global-norm.ts';
import type { Optimizer } from './optimizers.ts';
import { random } from './random.ts';
import { lossAndGradients, type SweepOptions } from './sweep.ts';
import { tf } from './tf.ts';

export interface TrainOptions extends SweepOptions {
  updates: number;
  batchSize: number;
  seed: number;
  /** Learning rate of update u (0-based). */
  schedule: (update: number) => number;
  optimizer: Optimizer;
  /** Parameters to train. */
  trainable: ReadonlySet<string>;
  /** Gradients longer than this (global L2 norm) are shortened to it: one odd batch must not undo the rest. */
  clip?: number;
  /** Called after every update and awaited; true stops. */
  onUpdate?: (progress: { update: number; loss: number; learningRate: number }) => unknown;
  /** First update to run, when a run is resumed. */
  from?: number;
}

/** Trains on answer cross-entropy; returns the losses by update. */
export const train = async (model: Model, rows: readonly Row[], options: TrainOptions): Promise<number[]> => {
  const losses: number[] = [];
  const batches = batchesOf(rows, options.batchSize, options.seed);
  const parameters = new Map([...model.parameters].filter(([name]) => options.trainable.has(name)));
  for (let update = 0; update < options.updates; update++) {
    const batchRows = batches.next().value;
    if (update < (options.from ?? 0)) continue; // the order is part of the seed: skip, don't reshuffle
    const batch = makeBatch(batchRows, model.config.maxPositions);
    const { loss, gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), options.trainable, {
      ...options,
      dropout: `${options.seed}:${update}`,
    });
    const learningRate = options.schedule(update);
    const clipped = options.clip === undefined ? gradients : clip(gradients, options.clip);
    options.optimizer.step(parameters, clipped, learningRate);
    tf.dispose([...clipped.values()]);
    losses.push(loss);
    if ((await options.onUpdate?.({ update, loss, learningRate })) === true) break;
    await new Promise(setImmediate);
  }
  return losses;
};

/** Takes the gradients over. */
const clip = (gradients: Map<string, tf.Tensor>, limit: number): Map<string, tf.Tensor> => {
  const norm = globalNorm(gradients);
  if (norm <= limit) return gradients;
  const shortened = new Map([...gradients].map(([name, gradient]) => [name, tf.mul(gradient, limit / norm)]));
  tf.dispose([...gradients.values()]);
  return shortened;
};

/** Endless batches: each epoch shuffles the rows, groups like lengths within windows of eight batches, and shuffles the batches. */
export function* batchesOf(rows: readonly Row[], batchSize: number, seed: number): Generator<Row[], never> {
  const stream = random(`batches:${seed}`);
  for (;;) {
    const shuffled = stream.shuffle(rows);
    const window = batchSize * 8;
    const batches: Row[][] = [];
    for (let at = 0; at < shuffled.length; at += window) {
      batches.push(...bucketByLength(shuffled.slice(at, at + window), rowLength, batchSize));
    }
    yield* stream.shuffle(batches);
  }
}
