// Soft prompts: vectors that stand before a prompt as if they were the embeddings of words, though no word has them. As
// Reveal-and-Release searches for them, after INSTINCT (Lin et al. 2024, https://arxiv.org/abs/2310.02905): points of a
// small cube, brought to the width of several embeddings by one fixed random map.
// Traps: a vector much longer than an embedding drowns what follows it, so they have the embeddings' own spread; and
// the vectors get token ids behind the vocabulary, which no tokenizer writes and no answer can hold.
import { QuittanceError } from '#core/errors.ts';
import type { LanguageModel } from './language-model.ts';
import { modelOf, type Decoder } from './model.ts';
import { random } from './random.ts';
import { sobolPoints, SOBOL_DIMENSIONS } from './sobol.ts';
import { tf } from './tf.ts';

export interface Softened {
  /** The same model, which also knows the ids of the vectors; its `dispose` frees only what is new. */
  readonly model: LanguageModel;
  /** Ids of the vectors, in their order. */
  readonly ids: readonly number[];
}

/** `vectors` (n, e) as further tokens. INVALID_INPUT where the embedding has a LoRA that was not merged. */
export const softened = (decoder: Decoder, vectors: Float32Array): Softened => {
  const { config } = decoder;
  if (decoder.lora?.factors.has('embed.w'))
    throw new QuittanceError('INVALID_INPUT', {
      message: 'soft prompts need one table of embeddings, and an adapter changes this one',
      hint: 'merge the adapter into its base first',
    });
  const table = decoder.weights('embed.w');
  const longer = tf.tidy(() =>
    tf.concat([table, tf.tensor2d(vectors, [vectors.length / config.embedSize, config.embedSize])]),
  );
  const lookup = (name: string) => {
    if (name === 'embed.w') return longer;
    return name === 'head.w' && config.tied ? table : decoder.weights(name);
  };
  const weights = Object.assign(lookup, { delta: decoder.weights.delta });
  const model = modelOf({ ...decoder, config: { ...config, tied: false }, weights, dispose: () => longer.dispose() });
  return { model, ids: Array.from({ length: vectors.length / config.embedSize }, (_, i) => config.vocabSize + i) };
};

/** Vectors of each prompt. */
export const SOFT_LENGTH = 5;

/** (count · SOFT_LENGTH, e): Sobol points under one random map, with the spread of the model's embeddings. */
export const softVectors = (decoder: Decoder, count: number, seed: string): Float32Array => {
  const { embedSize } = decoder.config;
  const stream = random(`soft:${seed}`);
  const width = SOFT_LENGTH * embedSize;
  const map = Float64Array.from({ length: SOBOL_DIMENSIONS * width }, () => 2 * stream.uniform() - 1);
  const raw = new Float64Array(count * width);
  sobolPoints(count, seed).forEach((point, i) => {
    for (let k = 0; k < width; k++) point.forEach((x, d) => (raw[i * width + k]! += (x - 0.5) * map[d * width + k]!));
  });
  const scale = spreadOf(decoder) / Math.sqrt(raw.reduce((sum, x) => sum + x * x, 0) / raw.length);
  return Float32Array.from(raw, (x) => scale * x);
};

/** Standard deviation of all numbers in the embedding. */
const spreadOf = (decoder: Decoder): number => {
  const variance = tf.tidy(() => tf.moments(decoder.weights('embed.w')).variance.dataSync<'float32'>());
  return Math.sqrt(variance[0]!);
};
