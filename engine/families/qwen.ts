// Qwen 2, 2.5 and 3: Llama with biases on queries, keys and values, or in Qwen 3 with a norm of each head of queries
// and keys instead.
import type { Fields } from '../formats/config-fields.ts';
import type { DecoderConfig } from '../formats/config.ts';
import type { Family } from './family.ts';
import { LLAMA_NAMES, llamaLike, type LlamaLike } from './llama-like.ts';

/** Trap: with `use_sliding_window` the upper layers would have a window; no published model sets it. */
const qwen = (f: Fields, defaults: LlamaLike): Omit<DecoderConfig, 'family'> => {
  f.only('use_sliding_window', [false, null]);
  for (const idle of ['sliding_window', 'max_window_layers']) f.any(idle);
  const config = llamaLike(f, defaults);
  f.perLayer('layer_types', config.layers, ['full_attention']);
  return config;
};

export const qwen2: Family = {
  title: 'Qwen 2 and 2.5',
  names: LLAMA_NAMES,
  read: (f) => ({ ...qwen(f, {}), bias: { qkv: true, o: false, mlp: false, head: false } }),
};

export const qwen3: Family = {
  title: 'Qwen 3',
  names: LLAMA_NAMES,
  read: (f) => {
    const bias = f.flag('attention_bias', false);
    return {
      ...qwen(f, { headDim: 128 }),
      queryKeyNorm: 'head',
      bias: { qkv: bias, o: bias, mlp: false, head: false },
    };
  },
};
