// The training loop: batches of like length in a seeded order, a schedule, an optimiser. It knows nothing of unlearning.
// Trap: the event loop must turn once per update, or native memory of disposed tensors is never returned.
import { bucketByLength, makeBatch, rowLength, type Row } from './batch.ts';
import type { Model } from './model.ts';
import { answerCrossEntropy } from './losses.ts';
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
  /** Called after every update; true stops. */
  onUpdate?: (progress: {
    update: number;
    loss: number;
    learningRate: number;
  }) => boolean | void | Promise<boolean | void>;
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
    const { loss, gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), options.trainable, options);
    const learningRate = options.schedule(update);
    options.optimizer.step(parameters, gradients, learningRate);
    tf.dispose([...gradients.values()]);
    losses.push(loss);
    if (await options.onUpdate?.({ update, loss, learningRate })) break;
    await new Promise(setImmediate);
  }
  return losses;
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
