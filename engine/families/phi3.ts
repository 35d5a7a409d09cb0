// Phi-3 and Phi-4 (https://arxiv.org/abs/2404.14219): Llama with queries, keys and values in one matrix, gate and up in
// another, and LongRoPE in the variants with long contexts.
// Trap: LongRoPE uses other factors for texts longer than those of the first training; older files call it `su` or
// `yarn`.
import type { Family } from './family.ts';
import { LLAMA_NAMES, llamaLike, windowed, windowOf } from './llama-like.ts';
import { parametersOf, ropeOf } from './rope.ts';

export const phi3: Family = {
  title: 'Phi-3, Phi-3.5 mini, Phi-4',
  names: {
    ...LLAMA_NAMES,
    fused: [
      { name: 'self_attn.qkv_proj', parts: ['q', 'k', 'v'], layout: 'columns' },
      { name: 'mlp.gate_up_proj', parts: ['gate', 'up'], layout: 'columns' },
    ],
  },
  read: (f) => {
    for (const absent of ['attention_bias', 'mlp_bias', 'lm_head_bias']) f.only(absent, [false]);
    for (const one of ['full_attn_mod', 'interpolate_factor']) f.only(one, [1]);
    const original = f.int('original_max_position_embeddings', 4096);
    const parameters = { ...parametersOf(f, 'rope_scaling'), ...parametersOf(f, 'rope_parameters') };
    const config = llamaLike(f, {
      eps: 1e-5,
      maxPositions: 4096,
      turn: (headDim, most) =>
        ropeOf(f, { ...parameters, original_max_position_embeddings: original }, headDim, most, {
          kinds: { su: 'longrope', yarn: 'longrope' },
        }),
    });
    return windowed(config, windowOf(f));
  },
};
