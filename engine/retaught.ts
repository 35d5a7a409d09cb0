// A model for a moment as it would be had it been trained a little further: AdamW on cross-entropy, a question, and the
// weights are put back bit for bit. Re-learning attacks ask it, and unlearning that is to withstand them.
// Trap: what moves is kept twice meanwhile, in the process and not in the backend's memory, so a memory plan counts it.
import { QuittanceError } from '#core/errors.ts';
import { accumulatedGradients, type Parts } from './accumulate.ts';
import { rowLength, type Row } from './batch.ts';
import { blockBytes } from './block-bytes.ts';
import type { DecoderConfig } from './formats/config.ts';
import { restoreValues, valuesOf, type Model } from './model.ts';
import { adamW } from './optimizers.ts';
import { tf } from './tf.ts';

export interface Retaught {
  readonly updates: number;
  readonly learningRate: number;
  /** mlp: gate, up and down of every layer. body: everything but the embeddings. */
  readonly weights: 'mlp' | 'body';
}

export const movedBy = {
  mlp: (name: string) => /\.(gate|up|down)\.w$/.test(name),
  body: (name: string) => name.startsWith('layers.'),
} as const;

/** Bytes of activations: an attack is repeated for every person, and its few rows cost little more in parts. */
const MOST_BYTES = 64e6;

/** Of all trainings that are made side by side (retaught-each.ts): bytes of what moves, and of activations. */
const SIDE_BYTES = 12e6;
export const SIDE_ACTIVATIONS = 128e6;

/** How many trainings that move so many numbers are made side by side. */
export const copiesAtOnce = (numbers: number): number => Math.max(1, Math.floor(SIDE_BYTES / (4 * numbers)));

const partsOf = (config: DecoderConfig, rows: readonly Row[]): Required<Parts> => {
  const columns = rows.reduce((most, row) => Math.max(most, rowLength(row)), 1);
  const whole = config.layers * blockBytes(config, rows.length, columns);
  if (whole <= MOST_BYTES) return { rowsAtOnce: rows.length, tape: 'one' };
  return { rowsAtOnce: Math.max(1, Math.floor(MOST_BYTES / blockBytes(config, 1, columns))), tape: 'blocks' };
};

export const retaught = async <T>(
  model: Model,
  rows: readonly Row[],
  { updates, learningRate, weights }: Retaught,
  ask: () => T,
  onUpdate?: () => void,
): Promise<T> => {
  const { rowsAtOnce, tape } = partsOf(model.config, rows);
  const trainable = new Set([...model.parameters.keys()].filter(movedBy[weights]));
  const parameters = new Map([...model.parameters].filter(([name]) => trainable.has(name)));
  if (model.addLowRank) throw heldStill();
  if (trainable.size === 0) return ask(); // a model without layers
  const before = valuesOf(model, trainable);
  const optimizer = adamW({ weightDecay: 0 });
  try {
    for (let update = 0; update < updates; update++) {
      const { gradients } = accumulatedGradients(model, rows, trainable, rowsAtOnce, { tape });
      optimizer.update(parameters, gradients, learningRate);
      tf.dispose([...gradients.values()]);
      onUpdate?.();
      await new Promise(setImmediate);
    }
    return ask();
  } finally {
    optimizer.dispose();
    restoreValues(model, before);
  }
};

/** A base in 16 bits does not move (held-base.ts): taught for a moment, it would seem to have learnt nothing. */
const heldStill = () =>
  new QuittanceError('METHOD_CONFIG', {
    message: 'weights that are kept in 16 bits cannot be taught for a moment',
    expected: 'a method without re-learning, or weights in float32',
    got: 'update.base=bfloat16',
    hint: 'leave out update.base',
  });
