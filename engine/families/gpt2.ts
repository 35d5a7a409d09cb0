// GPT-2. Trap: its matrices are stored [in, out] (Conv1D), with queries, keys and values in one.
import { activation } from '../formats/config-fields.ts';
import type { Family } from './family.ts';
import { layerNormed } from './layer-norm.ts';

export const gpt2: Family = {
  title: 'GPT-2',
  names: {
    prefix: 'transformer.',
    layer: (l) => `h.${l}.`,
    block: { ln1: 'ln_1', ln2: 'ln_2', o: 'attn.c_proj', up: 'mlp.c_fc', down: 'mlp.c_proj' },
    embed: 'wte',
    position: 'wpe',
    norm: 'ln_f',
    head: 'lm_head',
    conv1d: true,
    fused: [{ name: 'attn.c_attn', parts: ['q', 'k', 'v'], layout: 'columns' }],
  },
  read: (f) => {
    f.only('scale_attn_weights', [true]);
    f.only('scale_attn_by_inverse_layer_idx', [false]);
    f.only('add_cross_attention', [false]);
    const [hiddenSize, heads, layers, positions] = [
      f.int('n_embd'),
      f.int('n_head'),
      f.layers('n_layer'),
      f.int('n_positions'),
    ];
    // other names of the same sizes, which transformers accepts too
    f.only('hidden_size', [hiddenSize]);
    f.only('num_attention_heads', [heads]);
    f.only('num_hidden_layers', [layers]);
    f.only('max_position_embeddings', [positions]);
    return {
      ...layerNormed(hiddenSize, heads, layers),
      vocabSize: f.int('vocab_size'),
      intermediateSize: f.int('n_inner', 4 * hiddenSize),
      maxPositions: positions,
      norm: { kind: 'layer', eps: f.positive('layer_norm_epsilon', 1e-5) },
      activation: activation(f.any('activation_function') ?? 'gelu_new', 'activation_function'),
      position: { kind: 'learned', rows: positions, offset: 0 },
      tied: f.flag('tie_word_embeddings', true),
      ...f.specials(),
    };
  },
};
