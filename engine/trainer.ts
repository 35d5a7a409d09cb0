// The training loop: batches of rows of similar length in a seeded order, a schedule, an optimiser. It knows nothing of
// unlearning. A run that was saved and resumed ends with the same weights, because the order of batches is replayed
// from the seed.
// Trap: the event loop must turn once an update, or native memory of disposed tensors is never freed.
import { z } from 'zod';
import type { RunSaves } from './run-saves.ts';
import { accumulatedGradients, type Parts } from './accumulate.ts';
import { bucketByLength, rowLength, type Row } from './batch.ts';
import { restoreValues, valuesOf, type Model } from './model.ts';
import { globalNorm } from './global-norm.ts';
import type { Optimizer } from './optimizers.ts';
import { random, type Random } from './random.ts';
import type { SweepOptions } from './sweep.ts';
import { tf } from './tf.ts';

export interface TrainOptions extends SweepOptions, Parts {
  updates: number;
  batchSize: number;
  seed: number;
  /** Learning rate of update u (0-based). */
  schedule: (update: number) => number;
  optimizer: Optimizer;
  /** Parameters to train. */
  trainable: ReadonlySet<string>;
  /**
   * Gradients longer than this (global L2 norm) are shortened to it, so that one unusual batch cannot undo the others.
   */
  clip?: number;
  /** Called after every update and awaited; true stops. */
  onUpdate?: (progress: { update: number; loss: number; learningRate: number }) => unknown;
  /** Where the run resumes from, and how it is saved. */
  saves?: RunSaves;
}

/**
 * Trains on answer cross-entropy, on batches of `rows` in a seeded order or on those that are given; returns the losses
 * by update. JOB_INTERRUPTED where the run was asked to end.
 */
export const train = async (
  model: Model,
  rows: readonly Row[] | Generator<Row[], never>,
  options: TrainOptions,
): Promise<number[]> => {
  const { saves, optimizer, trainable } = options;
  const losses = await resume(model, options);
  const done = losses.length;
  const batches = 'next' in rows ? rows : batchesOf(rows, options.batchSize, options.seed);
  for (let update = 0; update < options.updates; update++) {
    const batchRows = batches.next().value;
    if (update < done) continue; // replays the order of batches up to the resumed update
    const { loss, learningRate } = oneUpdate(model, batchRows, update, options);
    losses.push(loss);
    if ((await options.onUpdate?.({ update, loss, learningRate })) === true) break;
    await new Promise(setImmediate);
    await saves?.after(update + 1, () => ({ position: losses, tensors: runTensors(model, trainable, optimizer) }));
  }
  return losses;
};

/** Losses of the updates that an earlier process made, whose weights and optimiser are put back. */
const resume = async (model: Model, { saves, optimizer }: TrainOptions): Promise<number[]> => {
  const state = await saves?.resume();
  if (!state) return [];
  restoreRun(model, optimizer, state.tensors);
  return z.array(z.number()).parse(state.position);
};

const WEIGHT = 'weight:';
const OPTIMIZER = 'optimizer:';

/** What an interrupted run cannot compute again: trained weights and the optimiser's state. */
export const runTensors = (
  model: Model,
  trainable: ReadonlySet<string>,
  optimizer: Pick<Optimizer, 'state'>,
): Map<string, Float32Array> =>
  new Map([
    ...[...valuesOf(model, trainable)].map(([name, values]) => [WEIGHT + name, values] as const),
    ...[...optimizer.state()].map(([name, values]) => [OPTIMIZER + name, values] as const),
  ]);

export const restoreRun = (
  model: Model,
  optimizer: Pick<Optimizer, 'restore'>,
  tensors: ReadonlyMap<string, Float32Array>,
): void => {
  restoreValues(model, named(tensors, WEIGHT));
  optimizer.restore(named(tensors, OPTIMIZER));
};

const named = (tensors: ReadonlyMap<string, Float32Array>, prefix: string) =>
  new Map(
    [...tensors].flatMap(([name, values]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : [])),
  );

/** One batch forward, backward and applied; returns the loss before the update. */
const oneUpdate = (model: Model, rows: readonly Row[], update: number, options: TrainOptions) => {
  const { loss, gradients } = accumulatedGradients(model, rows, options.trainable, options.rowsAtOnce ?? Infinity, {
    ...options,
    dropout: `${options.seed}:${update}`,
  });
  const learningRate = options.schedule(update);
  const clipped = options.clip === undefined ? gradients : clip(gradients, options.clip);
  options.optimizer.update(model.parameters, clipped, learningRate);
  tf.dispose([...clipped.values()]);
  return { loss, learningRate };
};

/** Disposes the gradients that it replaces. */
const clip = (gradients: Map<string, tf.Tensor>, limit: number): Map<string, tf.Tensor> => {
  const norm = globalNorm(gradients);
  if (norm <= limit) return gradients;
  const shortened = new Map([...gradients].map(([name, gradient]) => [name, tf.mul(gradient, limit / norm)]));
  tf.dispose([...gradients.values()]);
  return shortened;
};

/**
 * Endless batches: each epoch shuffles the rows, groups like lengths within windows of eight batches, and shuffles the
 * batches.
 */
export function* batchesOf(rows: readonly Row[], batchSize: number, seed: number): Generator<Row[], never> {
  const stream = random(`batches:${seed}`);
  for (;;) yield* epochOf(rows, batchSize, stream);
}

/** The batches of one epoch: ⌈rows / batchSize⌉ of them. */
export const epochOf = (rows: readonly Row[], batchSize: number, stream: Random): Row[][] => {
  const shuffled = stream.shuffle(rows);
  const window = batchSize * 8;
  const batches: Row[][] = [];
  for (let at = 0; at < shuffled.length; at += window) {
    batches.push(...bucketByLength(shuffled.slice(at, at + window), rowLength, batchSize));
  }
  return stream.shuffle(batches);
};
