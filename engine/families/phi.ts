// Phi-1, 1.5 and 2: attention and MLP read the same norm in parallel; only a part of each head is rotated; the head has
// a bias.
import { activation } from '../formats/config-fields.ts';
import type { Family } from './family.ts';
import { layerNormed } from './layer-norm.ts';
import { rope } from './rope.ts';

export const phi: Family = {
  title: 'Phi-1, 1.5 and 2',
  names: {
    prefix: 'model.',
    layer: (l) => `layers.${l}.`,
    block: {
      ln1: 'input_layernorm',
      q: 'self_attn.q_proj',
      k: 'self_attn.k_proj',
      v: 'self_attn.v_proj',
      o: 'self_attn.dense',
      up: 'mlp.fc1',
      down: 'mlp.fc2',
    },
    embed: 'embed_tokens',
    norm: 'final_layernorm',
    head: 'lm_head',
  },
  read: (f) => {
    f.only('qk_layernorm', [false]);
    const base = layerNormed(f.int('hidden_size'), f.int('num_attention_heads'), f.layers('num_hidden_layers'));
    f.only('head_dim', [base.headDim]);
    const maxPositions = f.int('max_position_embeddings', 2048);
    const turned = rope(f, base.headDim, maxPositions, { fractionDefault: 0.5 });
    return {
      ...base,
      kvHeads: f.int('num_key_value_heads', base.heads),
      vocabSize: f.int('vocab_size'),
      intermediateSize: f.int('intermediate_size', 4 * base.hiddenSize),
      maxPositions,
      norm: { kind: 'layer', eps: f.positive('layer_norm_eps', 1e-5) },
      activation: activation(f.any('hidden_act') ?? 'gelu_new', 'hidden_act'),
      position: { kind: 'rope' },
      attention: base.attention.map(() => ({ rope: turned })),
      residual: 'parallel',
      sharedNorm: true,
      bias: { qkv: true, o: true, mlp: true, head: true },
      tied: f.flag('tie_word_embeddings', false),
      ...f.specials(),
    };
  },
};
