// OPT (https://arxiv.org/abs/2205.01068). Traps: its table of positions begins at index 2; OPT-350m normalises after
// the residual sums, has no final norm, and projects its embedding in and out.
import { activation } from '../formats/config-fields.ts';
import type { Family } from './family.ts';
import { layerNormed } from './layer-norm.ts';

export const opt: Family = {
  title: 'OPT',
  names: {
    prefix: 'model.decoder.',
    layer: (l) => `layers.${l}.`,
    block: {
      ln1: 'self_attn_layer_norm',
      ln2: 'final_layer_norm',
      q: 'self_attn.q_proj',
      k: 'self_attn.k_proj',
      v: 'self_attn.v_proj',
      o: 'self_attn.out_proj',
      up: 'fc1',
      down: 'fc2',
    },
    embed: 'embed_tokens',
    position: 'embed_positions',
    norm: 'final_layer_norm',
    head: 'lm_head',
  },
  read: (f) => {
    f.only('enable_bias', [true]);
    f.only('layer_norm_elementwise_affine', [true]);
    const hiddenSize = f.int('hidden_size');
    const before = f.flag('do_layer_norm_before', true);
    const positions = f.int('max_position_embeddings');
    const unfinished = f.flag('_remove_final_layer_norm', false);
    return {
      ...layerNormed(hiddenSize, f.int('num_attention_heads'), f.layers('num_hidden_layers')),
      embedSize: f.int('word_embed_proj_dim', hiddenSize),
      vocabSize: f.int('vocab_size'),
      intermediateSize: f.int('ffn_dim'),
      maxPositions: positions,
      norm: { kind: 'layer', eps: 1e-5 },
      activation: activation(f.any('activation_function') ?? 'relu', 'activation_function'),
      position: { kind: 'learned', rows: positions + 2, offset: 2 },
      norms: before ? 'before' : 'after-sum',
      finalNorm: before && !unfinished,
      tied: f.flag('tie_word_embeddings', true),
      ...f.specials(),
    };
  },
};
