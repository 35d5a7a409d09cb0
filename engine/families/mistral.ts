// Mistral 7B and Nemo: Llama with a window over the keys (https://arxiv.org/abs/2310.06825). Trap: a `sliding_window`
// of null means no window, an absent one means 4096.
import type { Family } from './family.ts';
import { LLAMA_NAMES, llamaLike, windowed, windowOf } from './llama-like.ts';

export const mistral: Family = {
  title: 'Mistral 7B, Nemo, Small',
  names: LLAMA_NAMES,
  read: (f) => {
    f.only('attention_bias', [false]);
    f.only('mlp_bias', [false]);
    const config = llamaLike(f);
    return windowed(config, windowOf(f, 4096));
  },
};
