// GPT-NeoX and Pythia. Trap: queries, keys and values are stored in one matrix, interleaved head by head.
import { activation } from '../formats/config-fields.ts';
import type { Family } from './family.ts';
import { layerNormed } from './layer-norm.ts';
import { rope } from './rope.ts';

export const gptNeox: Family = {
  title: 'GPT-NeoX, Pythia',
  names: {
    prefix: 'gpt_neox.',
    layer: (l) => `layers.${l}.`,
    block: {
      ln1: 'input_layernorm',
      ln2: 'post_attention_layernorm',
      o: 'attention.dense',
      up: 'mlp.dense_h_to_4h',
      down: 'mlp.dense_4h_to_h',
    },
    embed: 'embed_in',
    norm: 'final_layer_norm',
    head: 'embed_out',
    fused: [{ name: 'attention.query_key_value', parts: ['q', 'k', 'v'], layout: 'heads' }],
  },
  read: (f) => {
    f.only('attention_bias', [true]);
    const base = layerNormed(f.int('hidden_size'), f.int('num_attention_heads'), f.layers('num_hidden_layers'));
    const maxPositions = f.int('max_position_embeddings');
    const names = { theta: 'rotary_emb_base', fraction: 'rotary_pct', fractionDefault: 0.25 };
    const turned = rope(f, base.headDim, maxPositions, names);
    return {
      ...base,
      vocabSize: f.int('vocab_size'),
      intermediateSize: f.int('intermediate_size'),
      maxPositions,
      norm: { kind: 'layer', eps: f.positive('layer_norm_eps', 1e-5) },
      activation: activation(f.any('hidden_act') ?? 'gelu', 'hidden_act'),
      position: { kind: 'rope' },
      attention: base.attention.map(() => ({ rope: turned })),
      residual: f.flag('use_parallel_residual', true) ? 'parallel' : 'sequential',
      tied: f.flag('tie_word_embeddings', false),
      ...f.specials(),
    };
  },
};
