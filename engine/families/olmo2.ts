// OLMo 2 (https://arxiv.org/abs/2501.00656): Llama with norms after attention and MLP instead of before, and one norm
// over all heads of queries, another of keys.
import type { Family } from './family.ts';
import { LLAMA_NAMES, llamaLike } from './llama-like.ts';

export const olmo2: Family = {
  title: 'OLMo 2',
  names: {
    ...LLAMA_NAMES,
    block: { ...LLAMA_NAMES.block, ln1Out: 'post_attention_layernorm', ln2Out: 'post_feedforward_layernorm' },
  },
  read: (f) => {
    const config = llamaLike(f, { eps: 1e-5 });
    const bias = f.flag('attention_bias', false);
    return { ...config, norms: 'after', queryKeyNorm: 'whole', bias: { ...config.bias, qkv: bias, o: bias } };
  },
};
