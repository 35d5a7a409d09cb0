// A Hugging Face `config.json` read into one description of a decoder (transformers 4 and 5 dialects: `rope_theta`/`torch_dtype` and
// `rope_parameters`/`dtype`). Trap: a field that changes the computation and is not implemented must be refused by name, never ignored.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { activation, Fields, Ids, Raw, rope, unsupported } from './config-fields.ts';

export type Family = 'llama' | 'mistral' | 'qwen2' | 'gpt2' | 'gpt_neox' | 'opt' | 'phi';
export type Activation = 'silu' | 'gelu_new' | 'gelu' | 'relu';

export type RopeScaling =
  | { kind: 'none' }
  | { kind: 'linear'; factor: number }
  | { kind: 'llama3'; factor: number; lowFreqFactor: number; highFreqFactor: number; originalMaxPositions: number };

export type Position =
  | { kind: 'rope'; theta: number; /** rotated dimensions of each head */ rotaryDim: number; scaling: RopeScaling }
  | { kind: 'learned'; /** rows of the table, offset included */ rows: number; offset: number };

/** Everything that decides the computation; sizes in elements. */
export interface DecoderConfig {
  family: Family;
  vocabSize: number;
  hiddenSize: number;
  /** Width of the embedding table; differs from hiddenSize only in OPT-350m, which projects in and out. */
  embedSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  intermediateSize: number;
  maxPositions: number;
  norm: { kind: 'rms' | 'layer'; eps: number };
  activation: Activation;
  gatedMlp: boolean;
  position: Position;
  /** sequential: x + attn, then + mlp. parallel: both read the block's input; `sharedNorm` where one norm serves both. */
  residual: 'sequential' | 'parallel';
  sharedNorm: boolean;
  /** OPT-350m norms after the residual sum, and has no final norm. */
  postNorm: boolean;
  finalNorm: boolean;
  bias: { qkv: boolean; o: boolean; mlp: boolean; head: boolean };
  tied: boolean;
  /** Keys further back than this many positions are not seen; undefined: no limit. */
  slidingWindow?: number;
  eosIds: number[];
  bosId?: number;
  padId?: number;
}

const ids = (value: z.infer<typeof Ids>): number[] => (value === undefined || value === null ? [] : [value].flat());

const special = (raw: Raw) => {
  const [bosId] = ids(raw.bos_token_id);
  const [padId] = ids(raw.pad_token_id);
  return {
    eosIds: ids(raw.eos_token_id),
    ...(bosId === undefined ? {} : { bosId }),
    ...(padId === undefined ? {} : { padId }),
  };
};

const llamaLike = (f: Fields, family: 'llama' | 'mistral' | 'qwen2'): DecoderConfig => {
  const hiddenSize = f.int('hidden_size');
  const heads = f.int('num_attention_heads');
  const headDim = f.int('head_dim', hiddenSize / heads);
  f.only('pretraining_tp', [1]);
  const mixed = z.array(z.literal('full_attention')).nullish().safeParse(f.raw['layer_types']);
  if (!mixed.success) throw unsupported('layer_types', f.raw['layer_types'], 'full_attention in every layer');
  const attentionBias = family === 'qwen2' || f.flag('attention_bias', false);
  const mlpBias = f.flag('mlp_bias', false);
  const window = slidingWindow(f, family);
  return {
    family,
    vocabSize: f.int('vocab_size'),
    hiddenSize,
    embedSize: hiddenSize,
    layers: f.layers('num_hidden_layers'),
    heads,
    kvHeads: f.int('num_key_value_heads', heads),
    headDim,
    intermediateSize: f.int('intermediate_size'),
    maxPositions: f.int('max_position_embeddings', 2048),
    norm: { kind: 'rms', eps: f.positive('rms_norm_eps', 1e-6) },
    activation: activation(f.raw['hidden_act'] ?? 'silu', 'hidden_act'),
    gatedMlp: true,
    position: rope(f, headDim, { theta: 'rope_theta', fraction: 'partial_rotary_factor', fractionDefault: 1 }),
    residual: 'sequential',
    sharedNorm: false,
    postNorm: false,
    finalNorm: true,
    bias: { qkv: attentionBias, o: family !== 'qwen2' && attentionBias, mlp: mlpBias, head: false },
    tied: f.flag('tie_word_embeddings', false),
    ...(window === undefined ? {} : { slidingWindow: window }),
    ...special(f.raw),
  };
};

const slidingWindow = (f: Fields, family: Family): number | undefined => {
  if (family === 'mistral') return f.raw['sliding_window'] === null ? undefined : f.int('sliding_window', 4096);
  if (family === 'llama') return undefined;
  f.only('use_sliding_window', [false, null]); // Qwen2 mixes windowed and full layers
  return undefined;
};

const gpt2 = (f: Fields): DecoderConfig => {
  f.only('scale_attn_weights', [true]);
  f.only('scale_attn_by_inverse_layer_idx', [false]);
  f.only('add_cross_attention', [false]);
  const hiddenSize = f.int('n_embd');
  const heads = f.int('n_head');
  return {
    ...layerNormFamily('gpt2', hiddenSize, heads),
    vocabSize: f.int('vocab_size'),
    layers: f.layers('n_layer'),
    intermediateSize: f.int('n_inner', 4 * hiddenSize),
    maxPositions: f.int('n_positions'),
    norm: { kind: 'layer', eps: f.positive('layer_norm_epsilon', 1e-5) },
    activation: activation(f.raw['activation_function'] ?? 'gelu_new', 'activation_function'),
    position: { kind: 'learned', rows: f.int('n_positions'), offset: 0 },
    tied: f.flag('tie_word_embeddings', true),
    ...special(f.raw),
  };
};

/** What GPT-2, GPT-NeoX, OPT and Phi share: LayerNorm, a plain MLP, biases everywhere. */
const layerNormFamily = (family: Family, hiddenSize: number, heads: number) =>
  ({
    family,
    hiddenSize,
    embedSize: hiddenSize,
    heads,
    kvHeads: heads,
    headDim: hiddenSize / heads,
    gatedMlp: false,
    residual: 'sequential',
    sharedNorm: false,
    postNorm: false,
    finalNorm: true,
    bias: { qkv: true, o: true, mlp: true, head: false },
  }) as const;

const gptNeox = (f: Fields): DecoderConfig => {
  f.only('attention_bias', [true]);
  const base = layerNormFamily('gpt_neox', f.int('hidden_size'), f.int('num_attention_heads'));
  return {
    ...base,
    vocabSize: f.int('vocab_size'),
    layers: f.layers('num_hidden_layers'),
    intermediateSize: f.int('intermediate_size'),
    maxPositions: f.int('max_position_embeddings'),
    norm: { kind: 'layer', eps: f.positive('layer_norm_eps', 1e-5) },
    activation: activation(f.raw['hidden_act'] ?? 'gelu', 'hidden_act'),
    position: rope(f, base.headDim, { theta: 'rotary_emb_base', fraction: 'rotary_pct', fractionDefault: 0.25 }),
    residual: f.flag('use_parallel_residual', true) ? 'parallel' : 'sequential',
    tied: f.flag('tie_word_embeddings', false),
    ...special(f.raw),
  };
};

const opt = (f: Fields): DecoderConfig => {
  f.only('enable_bias', [true]);
  f.only('layer_norm_elementwise_affine', [true]);
  const hiddenSize = f.int('hidden_size');
  const preNorm = f.flag('do_layer_norm_before', true);
  const positions = f.int('max_position_embeddings');
  return {
    ...layerNormFamily('opt', hiddenSize, f.int('num_attention_heads')),
    embedSize: f.int('word_embed_proj_dim', hiddenSize),
    vocabSize: f.int('vocab_size'),
    layers: f.layers('num_hidden_layers'),
    intermediateSize: f.int('ffn_dim'),
    maxPositions: positions,
    norm: { kind: 'layer', eps: 1e-5 },
    activation: activation(f.raw['activation_function'] ?? 'relu', 'activation_function'),
    position: { kind: 'learned', rows: positions + 2, offset: 2 }, // OPT's table starts at 2
    postNorm: !preNorm,
    finalNorm: preNorm && !f.flag('_remove_final_layer_norm', false),
    tied: f.flag('tie_word_embeddings', true),
    ...special(f.raw),
  };
};

const phi = (f: Fields): DecoderConfig => {
  f.only('qk_layernorm', [false]);
  const base = layerNormFamily('phi', f.int('hidden_size'), f.int('num_attention_heads'));
  const kvHeads = f.int('num_key_value_heads', base.heads);
  return {
    ...base,
    kvHeads,
    vocabSize: f.int('vocab_size'),
    layers: f.layers('num_hidden_layers'),
    intermediateSize: f.int('intermediate_size', 4 * base.hiddenSize),
    maxPositions: f.int('max_position_embeddings', 2048),
    norm: { kind: 'layer', eps: f.positive('layer_norm_eps', 1e-5) },
    activation: activation(f.raw['hidden_act'] ?? 'gelu_new', 'hidden_act'),
    position: rope(f, base.headDim, { theta: 'rope_theta', fraction: 'partial_rotary_factor', fractionDefault: 0.5 }),
    residual: 'parallel',
    sharedNorm: true,
    bias: { qkv: true, o: true, mlp: true, head: true },
    tied: f.flag('tie_word_embeddings', false),
    ...special(f.raw),
  };
};

const FAMILIES: Readonly<Record<Family, (f: Fields) => DecoderConfig>> = {
  llama: (f) => llamaLike(f, 'llama'),
  mistral: (f) => llamaLike(f, 'mistral'),
  qwen2: (f) => llamaLike(f, 'qwen2'),
  gpt2,
  gpt_neox: gptNeox,
  opt,
  phi,
};

const isFamily = (name: string): name is Family => Object.hasOwn(FAMILIES, name);

/** Rejects with MODEL_UNSUPPORTED naming the field, or MODEL_INVALID where a size is missing or impossible. */
export const readConfig = (json: unknown): DecoderConfig => {
  const raw = Raw.safeParse(json);
  if (!raw.success)
    throw new QuittanceError('MODEL_INVALID', { message: 'config.json has no model_type', cause: raw.error });
  const family = raw.data.model_type;
  if (!isFamily(family)) throw unsupported('model_type', family, Object.keys(FAMILIES).join(', '));
  const fields = new Fields(raw.data);
  fields.only('quantization_config', [null]);
  const config = FAMILIES[family](fields);
  checkSizes(config);
  return config;
};

const checkSizes = ({ headDim, heads, kvHeads, hiddenSize, eosIds, bosId = 0, vocabSize }: DecoderConfig): void => {
  if (!Number.isInteger(headDim) || heads % kvHeads !== 0) {
    throw new QuittanceError('MODEL_INVALID', {
      message: 'config.json: head counts do not divide',
      got: `hidden ${hiddenSize}, heads ${heads}, key-value heads ${kvHeads}`,
    });
  }
  const strange = [...eosIds, bosId].find((id) => id < 0 || id >= vocabSize);
  if (strange !== undefined) {
    throw new QuittanceError('MODEL_INVALID', {
      message: 'config.json: bos_token_id or eos_token_id is outside the vocabulary',
      expected: `0 to ${vocabSize - 1}`,
      got: String(strange),
    });
  }
};
