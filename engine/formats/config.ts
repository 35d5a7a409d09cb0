// A Hugging Face `config.json` read into one description of a decoder (transformers 4 and 5 dialects:
// `rope_theta`/`torch_dtype` and `rope_parameters`/`dtype`). The differences between families are in engine/families.
// Trap: a field that changes the computation and is not implemented must never be ignored, so every field is read,
// known to be harmless, or an error with its name.
import { QuittanceError } from '#core/errors.ts';
import { familyOf, FAMILIES, type FamilyName } from '../families/index.ts';
import { Fields, Raw, unsupported } from './config-fields.ts';

export type Activation = 'silu' | 'gelu_new' | 'gelu' | 'relu';

export type RopeScaling =
  | { kind: 'none' }
  | { kind: 'linear'; factor: number }
  | { kind: 'llama3'; factor: number; lowFreqFactor: number; highFreqFactor: number; originalMaxPositions: number }
  | {
      kind: 'yarn';
      factor: number;
      betaFast: number;
      betaSlow: number;
      originalMaxPositions: number;
      attentionFactor: number;
      truncate: boolean;
    }
  | { kind: 'longrope'; short: number[]; long: number[]; originalMaxPositions: number; attentionFactor: number };

export interface Rope {
  theta: number;
  /** Rotated dimensions of each head. */
  rotaryDim: number;
  scaling: RopeScaling;
}

export type Position =
  /** Rotary embeddings, by layer (LayerAttention). */
  { kind: 'rope' } | { kind: 'learned'; /** rows of the table, offset included */ rows: number; offset: number };

/** What one layer's attention sees. */
export interface LayerAttention {
  /** Keys further back than this many positions are masked; undefined: no limit. */
  window?: number;
  /** The layer's rotary embedding; undefined: it knows positions from the embedding alone, or not at all. */
  rope?: Rope;
}

/** Everything that decides the computation; sizes in elements. */
export interface DecoderConfig {
  family: FamilyName;
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
  /** `plusOne`: RMS norms multiply by 1 + weight (Gemma). */
  norm: { kind: 'rms' | 'layer'; eps: number; plusOne?: true };
  activation: Activation;
  gatedMlp: boolean;
  position: Position;
  /** One a layer. */
  attention: readonly LayerAttention[];
  /**
   * sequential: x + attention, then + MLP. parallel: both read the block's input; `sharedNorm` where one norm serves
   * both.
   */
  residual: 'sequential' | 'parallel';
  sharedNorm: boolean;
  /**
   * Where a sequential block norms: before attention and MLP; after the residual sums (OPT-350m); before and after
   * each, inside the residual (Gemma 2 and 3); after each, inside the residual (OLMo 2).
   */
  norms: 'before' | 'after-sum' | 'around' | 'after';
  /** Normalises queries and keys before they are rotated: each head by itself, or all heads together. */
  queryKeyNorm?: 'head' | 'whole';
  finalNorm: boolean;
  bias: { qkv: boolean; o: boolean; mlp: boolean; head: boolean };
  tied: boolean;
  scale: {
    /** Of the embedding, of what attention and MLP add to the residual, of the logits. */
    embed: number;
    residual: number;
    logits: number;
    /** Of query · key. */
    attention: number;
  };
  /** Bounds c · tanh(x / c) of attention scores and of logits. */
  cap: { attention?: number; logits?: number };
  eosIds: number[];
  bosId?: number;
  padId?: number;
}

/** Rejects with MODEL_UNSUPPORTED naming the field, or MODEL_INVALID where a size is missing or impossible. */
export const readConfig = (json: unknown): DecoderConfig => {
  const raw = Raw.safeParse(json);
  if (!raw.success)
    throw new QuittanceError('MODEL_INVALID', { message: 'config.json has no model_type', cause: raw.error });
  const family = familyOf(raw.data.model_type);
  if (!family) throw unsupported('model_type', raw.data.model_type, Object.keys(FAMILIES).join(', '));
  const fields = new Fields(raw.data);
  fields.only('quantization_config', [null]);
  const config = { ...FAMILIES[family].read(fields), family };
  fields.refuseUnread();
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
