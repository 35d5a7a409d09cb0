// The engine for tests: the backend named by $QUITTANCE_BACKEND, else the fastest that is here, with $QUITTANCE_THREADS
// threads, as for commands; and tiny models without files. Trap: on a busy machine a second thread is waited for.
import { beforeAll } from '@jest/globals';
import { readConfig, type DecoderConfig } from '#engine/formats/config.ts';
import { trainBpe } from '#engine/tokenizer/bpe-trainer.ts';
import { freshValues, modelFrom, type Model } from '#engine/model.ts';
import { isNormWeight } from '#engine/parameters.ts';
import { random } from '#engine/random.ts';
import { initBackend, type BackendChoice } from '#engine/tf.ts';
import { readTokenizer, type Tokenizer } from '#engine/tokenizer/tokenizer.ts';

/** Starts the backend before the tests of a file. */
export const useEngine = (): void =>
  beforeAll(async () => {
    const threads = process.env['QUITTANCE_THREADS'];
    const options = threads === undefined ? {} : { threads: Number(threads) };
    await initBackend((process.env['QUITTANCE_BACKEND'] ?? 'auto') as BackendChoice, options);
  });

export const tinyTokenizer = (): Tokenizer =>
  readTokenizer(trainBpe(['the cat sat on the mat'], 264, ['<|end|>', '<|pad|>']));

/** The config.json of `tinyConfig`. */
export const TINY_JSON = {
  model_type: 'llama',
  vocab_size: 300,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 64,
  eos_token_id: 0,
};

/** Two layers of width 16, four heads over two key-value heads, vocabulary 300. */
export const tinyConfig = (change: Readonly<Record<string, unknown>> = {}): DecoderConfig =>
  readConfig({ ...TINY_JSON, ...change });

/** Fresh weights blown up tenfold, so that attention and predictions are far from uniform. */
export const tinyModel = (config: DecoderConfig = tinyConfig(), seed = 1): Model => {
  const values = freshValues(config, seed);
  for (const [name, value] of values)
    if (!isNormWeight(name))
      values.set(
        name,
        value.map((x) => 10 * x),
      );
  return modelFrom(config, tinyTokenizer(), values);
};

/** Token ids in [2, vocabulary), from a seed. */
export const tokens = (count: number, seed: number | string, vocabSize = 300): number[] => {
  const stream = random(`test:${seed}`);
  return Array.from({ length: count }, () => 2 + stream.below(vocabSize - 2));
};
