// What Llama and its descendants share: RMS norms, rotary positions, a gated MLP, keys and values shared by groups of
// heads, and the names of their weights.
import { activation, type Fields } from '../formats/config-fields.ts';
import type { DecoderConfig, LayerAttention, Rope } from '../formats/config.ts';
import type { Names } from './family.ts';
import { rope, type RopeNames } from './rope.ts';

export const LLAMA_NAMES: Names = {
  prefix: 'model.',
  layer: (l) => `layers.${l}.`,
  block: {
    ln1: 'input_layernorm',
    ln2: 'post_attention_layernorm',
    q: 'self_attn.q_proj',
    k: 'self_attn.k_proj',
    v: 'self_attn.v_proj',
    o: 'self_attn.o_proj',
    qNorm: 'self_attn.q_norm',
    kNorm: 'self_attn.k_norm',
    gate: 'mlp.gate_proj',
    up: 'mlp.up_proj',
    down: 'mlp.down_proj',
  },
  embed: 'embed_tokens',
  norm: 'norm',
  head: 'lm_head',
};

type Read = Omit<DecoderConfig, 'family'>;

export interface LlamaLike {
  /** Size of a head, where config.json does not give it. */
  headDim?: number;
  kvHeads?: number;
  activation?: unknown;
  maxPositions?: number;
  eps?: number;
  tied?: boolean;
  rope?: Partial<RopeNames>;
  /** Rotary embedding, where it is not the usual one in every layer. */
  turn?: (headDim: number, maxPositions: number) => Rope;
}

/** Reads the config with the defaults of the family's class for absent fields. */
export const llamaLike = (f: Fields, defaults: LlamaLike = {}): Read => {
  const hiddenSize = f.int('hidden_size');
  const heads = f.int('num_attention_heads');
  const headDim = f.int('head_dim', defaults.headDim ?? hiddenSize / heads);
  const layers = f.layers('num_hidden_layers');
  const maxPositions = f.int('max_position_embeddings', defaults.maxPositions ?? 2048);
  const turned = defaults.turn?.(headDim, maxPositions) ?? rope(f, headDim, maxPositions, defaults.rope);
  return {
    vocabSize: f.int('vocab_size'),
    hiddenSize,
    embedSize: hiddenSize,
    layers,
    heads,
    kvHeads: f.int('num_key_value_heads', defaults.kvHeads ?? heads),
    headDim,
    intermediateSize: f.int('intermediate_size'),
    maxPositions,
    norm: { kind: 'rms', eps: f.positive('rms_norm_eps', defaults.eps ?? 1e-6) },
    activation: activation(defaults.activation ?? f.any('hidden_act') ?? 'silu', 'hidden_act'),
    gatedMlp: true,
    position: { kind: 'rope' },
    attention: Array.from({ length: layers }, () => ({ rope: turned })),
    residual: 'sequential',
    sharedNorm: false,
    norms: 'before',
    finalNorm: true,
    bias: { qkv: false, o: false, mlp: false, head: false },
    tied: f.flag('tie_word_embeddings', defaults.tied ?? false),
    scale: { embed: 1, residual: 1, logits: 1, attention: 1 / Math.sqrt(headDim) },
    cap: {},
    ...f.specials(),
  };
};

/** Biases where config.json says so. */
export const withBiases = (f: Fields, config: Read): Read => {
  const attention = f.flag('attention_bias', false);
  return { ...config, bias: { qkv: attention, o: attention, mlp: f.flag('mlp_bias', false), head: false } };
};

/** Every layer has the same window. */
export const windowed = (config: Read, window: number | undefined): Read =>
  window === undefined ? config : { ...config, attention: config.attention.map((layer) => ({ ...layer, window })) };

/** Layers with a window and layers without, as `layer_types` says, or else as the family arranges them. */
export const mixed = (
  f: Fields,
  config: Read,
  window: number | undefined,
  arranged: (layer: number) => boolean,
): LayerAttention[] => {
  const types = f.perLayer('layer_types', config.layers, ['full_attention', 'sliding_attention']);
  return config.attention.map((layer, l) => {
    const slides = types ? types[l] === 'sliding_attention' : arranged(l);
    return slides && window !== undefined ? { ...layer, window } : layer;
  });
};

/** A window. null means none; where the field is absent, the default of the family's class holds. */
export const windowOf = (f: Fields, fallback?: number): number | undefined => {
  if (!f.given('sliding_window')) return fallback;
  return f.any('sliding_window') === undefined ? undefined : f.int('sliding_window');
};
