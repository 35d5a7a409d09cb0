// Typed reading of a `config.json`: a missing, mistyped or absurd field is an error with its name, and so is a field
// that changes the computation but is not implemented. Trap: sizes may come from a stranger, so they are bounded here
// before anything is allocated from them.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Activation } from './config.ts';
import { checkKeys, rules, type KeyRules } from './known-keys.ts';

export const Ids = z.union([z.int(), z.array(z.int())]).nullish();
export const Raw = z.looseObject({ model_type: z.string(), eos_token_id: Ids, bos_token_id: Ids, pad_token_id: Ids });
export type Raw = z.infer<typeof Raw>;

export const unsupported = (field: string, got: unknown, expected: string) =>
  new QuittanceError('MODEL_UNSUPPORTED', {
    message: `config.json: ${field} is not supported`,
    expected,
    got: JSON.stringify(got),
  });

/** Fields of any family that do not change what the model computes, as transformers 4 and 5 and trainers write them. */
const HARMLESS: KeyRules = {
  // sizes under the names of other families, which the family's own class does not read
  ...rules(
    'harmless',
    'hidden_size',
    'intermediate_size',
    'num_hidden_layers',
    'num_attention_heads',
    'num_key_value_heads',
  ),
  ...rules('harmless', 'max_position_embeddings', 'n_embd', 'n_head', 'n_layer', 'n_positions', 'n_inner', 'ffn_dim'),
  ...rules('harmless', 'rms_norm_eps', 'layer_norm_eps', 'layer_norm_epsilon', 'hidden_act', 'activation_function'),
  ...rules(
    'harmless',
    'architectures',
    'model_type',
    'transformers_version',
    '_name_or_path',
    'name_or_path',
    'id2label',
  ),
  ...rules('harmless', 'bos_token_id', 'eos_token_id', 'pad_token_id', 'sep_token_id', 'decoder_start_token_id'),
  ...rules('harmless', 'label2id', 'problem_type', 'task_specific_params', 'finetuning_task', 'prefix', 'title'),
  ...rules(
    'harmless',
    'dtype',
    'torch_dtype',
    'use_bfloat16',
    'tf_legacy_loss',
    'torchscript',
    'use_cache',
    'cache_implementation',
  ),
  ...rules(
    'harmless',
    'attn_implementation',
    '_attn_implementation',
    '_attn_implementation_autoset',
    '_flash_attn_2_enabled',
  ),
  ...rules(
    'harmless',
    'initializer_range',
    'init_std',
    'initializer_factor',
    'gradient_checkpointing',
    'return_dict',
    'output_attentions',
  ),
  ...rules(
    'harmless',
    'output_hidden_states',
    'attention_dropout',
    'hidden_dropout',
    'resid_pdrop',
    'embd_pdrop',
    'attn_pdrop',
  ),
  ...rules('harmless', 'dropout', 'layerdrop', 'activation_dropout', 'classifier_dropout', 'hidden_dropout_prob'),
  ...rules(
    'harmless',
    'tie_encoder_decoder',
    'summary_type',
    'summary_use_proj',
    'summary_activation',
    'summary_proj_to_labels',
    'summary_first_dropout',
  ),
  ...rules(
    'harmless',
    'n_ctx',
    'tokenizer_class',
    'auto_map',
    '_commit_hash',
    'unsloth_version',
    'unsloth_fixed',
    'is_llama_config',
  ),
  ...rules('harmless', '_sliding_window_pattern', 'reorder_and_upcast_attn'),
  // sampling defaults, which older files keep here
  ...rules(
    'harmless',
    'max_length',
    'temperature',
    'top_k',
    'top_p',
    'typical_p',
    'do_sample',
    'early_stopping',
    'length_penalty',
  ),
  ...rules('harmless', 'num_return_sequences', 'output_scores', 'return_dict_in_generate', 'remove_invalid_values'),
  ...rules({ only: [1] }, 'num_beams', 'num_beam_groups', 'repetition_penalty'),
  ...rules(
    { only: [0] },
    'chunk_size_feed_forward',
    'min_length',
    'no_repeat_ngram_size',
    'encoder_no_repeat_ngram_size',
  ),
  ...rules({ only: [0] }, 'diversity_penalty'),
  ...rules(
    { only: [false] },
    'rope_interleaved',
    'is_encoder_decoder',
    'is_decoder',
    'add_cross_attention',
    'use_bidirectional_attention',
  ),
  ...rules({ only: [null] }, 'bad_words_ids', 'forced_bos_token_id', 'forced_eos_token_id', 'suppress_tokens'),
  ...rules(
    { only: [null] },
    'begin_suppress_tokens',
    'exponential_decay_length_penalty',
    'pruned_heads',
    'cross_attention_hidden_size',
  ),
};

/**
 * Typed access to the loose object: a missing or mistyped field is an error with its name, and so is one that was never
 * read.
 */
export class Fields {
  readonly #raw: Raw;
  readonly #read = new Set<string>();
  constructor(raw: Raw) {
    this.#raw = raw;
  }
  /** The value as it is, of any type. */
  any(name: string): unknown {
    this.#read.add(name);
    return this.#raw[name] ?? undefined;
  }
  /** Whether the field is present, even as null. */
  given(name: string): boolean {
    return Object.hasOwn(this.#raw, name);
  }
  int(name: string, fallback?: number, most = 2 ** 24): number {
    const value = this.any(name) ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0 || value > most) {
      throw this.#invalid(name, `an integer from 1 to ${most}`);
    }
    return value;
  }
  layers(name: string): number {
    return this.int(name, undefined, 1024);
  }
  positive(name: string, fallback: number): number {
    const value = this.number(name, fallback);
    if (value <= 0) throw this.#invalid(name, 'a positive number');
    return value;
  }
  number(name: string, fallback?: number): number {
    const value = this.any(name) ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#invalid(name, 'a number');
    return value;
  }
  flag(name: string, fallback: boolean): boolean {
    const value = this.any(name) ?? fallback;
    if (typeof value !== 'boolean') throw this.#invalid(name, 'true or false');
    return value;
  }
  only(name: string, allowed: readonly unknown[]): void {
    const value = this.any(name) ?? allowed[0];
    if (!allowed.includes(value)) throw unsupported(name, value, allowed.map((a) => JSON.stringify(a)).join(' or '));
  }
  /** A list with one entry for each layer; undefined where the field is absent. */
  perLayer<T extends string | number>(name: string, layers: number, allowed: readonly T[]): T[] | undefined {
    const value = this.any(name);
    if (value === undefined) return undefined;
    const list = z
      .array(z.literal(allowed as [T, ...T[]]))
      .length(layers)
      .safeParse(value);
    if (list.success) return list.data;
    throw unsupported(
      name,
      value,
      `${allowed.map((a) => JSON.stringify(a)).join(' or ')} for each of ${layers} layers`,
    );
  }
  /** Ids of the tokens that begin, end and pad a text. */
  specials(): { eosIds: number[]; bosId?: number; padId?: number } {
    const ids = (value: z.infer<typeof Ids>): number[] => (value === undefined || value === null ? [] : [value].flat());
    const { bos_token_id, eos_token_id, pad_token_id } = this.#raw;
    const [[bosId], [padId]] = [ids(bos_token_id), ids(pad_token_id)];
    return {
      eosIds: ids(eos_token_id),
      ...(bosId === undefined ? {} : { bosId }),
      ...(padId === undefined ? {} : { padId }),
    };
  }
  /** MODEL_UNSUPPORTED names a field that was not read and is not known to be harmless. */
  refuseUnread(): void {
    checkKeys('config.json', this.#raw, (key) =>
      this.#read.has(key) ? 'read' : Object.hasOwn(HARMLESS, key) ? HARMLESS[key] : undefined,
    );
  }
  #invalid(name: string, expected: string) {
    return new QuittanceError('MODEL_INVALID', {
      message: `config.json: ${name}`,
      expected,
      got: this.#raw[name] === undefined ? 'nothing' : JSON.stringify(this.#raw[name]),
    });
  }
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  gelu: 'gelu',
  relu: 'relu',
};

export const activation = (name: unknown, field: string): Activation => {
  const found = typeof name === 'string' ? ACTIVATIONS[name] : undefined;
  if (!found) throw unsupported(field, name, Object.keys(ACTIVATIONS).join(', '));
  return found;
};
