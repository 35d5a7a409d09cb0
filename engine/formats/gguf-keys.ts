// Which metadata a GGUF file may have (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md and llama.cpp's own
// names): what is read, what changes nothing. A key of the architecture or of the tokenizer that is not known here is
// refused by name, as it may change what the weights compute.
import { checkKeys, rules, type KeyRule, type KeyRules } from './known-keys.ts';
import type { GgufFile } from './gguf.ts';

const TOKENIZER: KeyRules = {
  ...rules('read', 'model', 'pre', 'tokens', 'token_type', 'scores', 'merges', 'add_bos_token', 'add_eos_token'),
  ...rules('read', 'bos_token_id', 'eos_token_id', 'eot_token_id', 'eom_token_id', 'add_space_prefix'),
  ...rules('read', 'unknown_token_id', 'padding_token_id'),
  ...rules('harmless', 'separator_token_id', 'seperator_token_id', 'cls_token_id', 'mask_token_id', 'token_type_count'),
  ...rules('harmless', 'prefix_token_id', 'suffix_token_id', 'middle_token_id', 'fim_pre_token_id', 'fim_suf_token_id'),
  ...rules('harmless', 'fim_mid_token_id', 'fim_pad_token_id', 'fim_rep_token_id', 'fim_sep_token_id'),
  ...rules({ only: [false] }, 'remove_extra_whitespaces', 'add_sep_token'),
};

const ARCHITECTURE: KeyRules = {
  ...rules('read', 'context_length', 'embedding_length', 'block_count', 'feed_forward_length'),
  ...rules('read', 'attention.head_count', 'attention.head_count_kv', 'attention.layer_norm_rms_epsilon'),
  ...rules('read', 'attention.key_length', 'attention.value_length', 'attention.sliding_window'),
  ...rules(
    'read',
    'rope.dimension_count',
    'rope.freq_base',
    'rope.scaling.type',
    'rope.scaling.factor',
    'expert_count',
  ),
  ...rules('harmless', 'vocab_size', 'rope.scaling.finetuned', 'rope.scaling.original_context_length'),
  'rope.scaling.attn_factor': { only: [1] },
  'rope.scale_linear': { only: [1] },
  'attention.causal': { only: [true] },
  expert_used_count: { only: [0] },
  tensor_data_layout: { only: ['reference', 'Meta AI original pth'] },
  ...rules({ only: [1] }, 'logit_scale', 'embedding_scale', 'residual_scale'),
};

const CHAT = 'is one of several templates; the first alone is taken over';

const ruleOf =
  (architecture: string) =>
  (key: string): KeyRule | undefined => {
    if (key === 'general.type') return { only: ['model'] };
    if (key === 'split.count') return { only: [0, 1] };
    if (/^(general|quantize\.imatrix|split)\./.test(key)) return 'harmless';
    if (key === 'tokenizer.chat_template') return 'read';
    if (/^tokenizer\.chat_templates?(\.|$)/.test(key)) return { unapplied: CHAT };
    return within('tokenizer.ggml.', key, TOKENIZER) ?? within(`${architecture}.`, key, ARCHITECTURE);
  };

const within = (prefix: string, key: string, known: KeyRules): KeyRule | undefined => {
  const name = key.startsWith(prefix) ? key.slice(prefix.length) : '';
  return Object.hasOwn(known, name) ? known[name] : undefined;
};

/** MODEL_UNSUPPORTED names a key that is not known; returns remarks on keys that are not applied. */
export const checkGgufKeys = ({ metadata }: GgufFile, architecture: string): string[] =>
  checkKeys('GGUF', Object.fromEntries(metadata), ruleOf(architecture));
