// Llama 1 to 3.2 (https://arxiv.org/abs/2407.21783), and models stored in its form: SmolLM, SmolLM2, TinyLlama, Yi,
// DeepSeek distillations.
import type { Family } from './family.ts';
import { LLAMA_NAMES, llamaLike, withBiases } from './llama-like.ts';

export const llama: Family = {
  title: 'Llama 1 to 3.2, SmolLM 1 and 2, TinyLlama',
  names: LLAMA_NAMES,
  read: (f) => {
    f.only('pretraining_tp', [1]);
    const config = withBiases(f, llamaLike(f));
    f.perLayer('layer_types', config.layers, ['full_attention']);
    return config;
  },
};
