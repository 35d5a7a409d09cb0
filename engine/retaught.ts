// A model for a moment as it would be had it been trained a little further: AdamW on cross-entropy, a question, and the
// weights are put back bit for bit. Re-learning attacks ask it, and unlearning that is to withstand them.
// Trap: what moves is kept twice meanwhile, in the process and not in the backend's memory, so a memory plan counts it.
import { makeBatch, type Row } from './batch.ts';
import { answerCrossEntropy } from './losses.ts';
import { restoreValues, valuesOf, type Model } from './model.ts';
import { adamW } from './optimizers.ts';
import { lossAndGradients } from './sweep.ts';
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

export const retaught = async <T>(
  model: Model,
  rows: readonly Row[],
  { updates, learningRate, weights }: Retaught,
  ask: () => T,
  onUpdate?: () => void,
): Promise<T> => {
  const batch = makeBatch(rows, model.config.maxPositions);
  const trainable = new Set([...model.parameters.keys()].filter(movedBy[weights]));
  const parameters = new Map([...model.parameters].filter(([name]) => trainable.has(name)));
  if (trainable.size === 0) return ask(); // a model without layers
  const before = valuesOf(model, trainable);
  const optimizer = adamW({ weightDecay: 0 });
  try {
    for (let update = 0; update < updates; update++) {
      const { gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), trainable);
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
