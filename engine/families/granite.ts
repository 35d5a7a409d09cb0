// Granite 3: Llama with four multipliers (https://github.com/ibm-granite/granite-3.0-language-models).
import { withBiases, LLAMA_NAMES, llamaLike } from './llama-like.ts';
import type { Family } from './family.ts';

export const granite: Family = {
  title: 'Granite 3, dense',
  names: LLAMA_NAMES,
  read: (f) => {
    f.only('pretraining_tp', [1]);
    const scale = {
      embed: f.positive('embedding_multiplier', 1),
      residual: f.positive('residual_multiplier', 1),
      logits: 1 / f.positive('logits_scaling', 1),
      attention: f.positive('attention_multiplier', 1),
    };
    return { ...withBiases(f, llamaLike(f)), scale };
  },
};
