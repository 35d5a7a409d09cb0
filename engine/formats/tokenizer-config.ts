// Checks tokenizer_config.json and special_tokens_map.json against tokenizer.json, which alone is read. Where they
// would give other tokens, readers disagree on which file holds (transformers 4 and 5 do), so the model is refused with
// the name of the key.
// Trap: other programs give a special token that tokenizer.json lacks a new id; where the embedding has a row for that
// id, the model may have been trained with it.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { flattened } from '../tokenizer/json.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { checkKeys, isUnset, rules, type KeyRule, type KeyRules } from './known-keys.ts';

const KNOWN: KeyRules = {
  ...rules('read', 'chat_template', 'add_bos_token', 'add_eos_token', 'add_prefix_space', 'added_tokens_decoder'),
  ...rules('read', 'additional_special_tokens', 'extra_special_tokens', 'model_specific_special_tokens'),
  ...rules(
    'harmless',
    'tokenizer_class',
    'processor_class',
    'name_or_path',
    'tokenizer_file',
    'special_tokens_map_file',
  ),
  ...rules('harmless', 'model_max_length', 'max_length', 'padding_side', 'truncation_side', 'truncation_strategy'),
  ...rules('harmless', 'padding', 'truncation', 'stride', 'pad_to_multiple_of', 'pad_token_type_id', 'vocab_size'),
  ...rules('harmless', 'model_input_names', 'return_token_type_ids', 'errors', 'use_fast', 'from_slow', 'backend'),
  ...rules('harmless', 'is_local', 'local_files_only', 'trust_remote_code', 'init_inputs', 'device_map', 'torch_dtype'),
  ...rules('harmless', 'legacy', 'sp_model_kwargs', 'use_default_system_prompt', 'transformers_version'),
  // how text is displayed, not how it is read; here it is displayed as the tokens say
  ...rules('harmless', 'clean_up_tokenization_spaces', 'spaces_between_special_tokens'),
  ...rules({ only: [false] }, 'split_special_tokens', 'do_lower_case', 'fix_mistral_regex'),
};

/** A name that ends in _token is that of a special token: bos_token, eos_token, boi_token, … */
const ruleOf = (key: string): KeyRule | undefined =>
  Object.hasOwn(KNOWN, key) ? KNOWN[key] : key.endsWith('_token') ? 'read' : undefined;

const Content = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)]);
const Added = z.looseObject({
  content: z.string(),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  single_word: z.boolean().default(false),
  special: z.boolean().default(false),
});

type Json = Readonly<Record<string, unknown>>;

const invalid = (message: string, expected: string, got: string, hint: string) =>
  new QuittanceError('TOKENIZER_INVALID', { message, expected, got, hint });

/** TOKENIZER_INVALID or MODEL_UNSUPPORTED names a key that would give other tokens; returns remarks on the others. */
export const checkTokenizerConfig = (file: string, json: Json, tokenizer: Tokenizer, rows: number): string[] => {
  const remarks = checkKeys(file, json, ruleOf);
  checkEnds(file, json, tokenizer);
  checkPrefix(file, json, tokenizer);
  checkAdded(file, json['added_tokens_decoder'], tokenizer);
  return [...remarks, ...checkSpecials(file, json, tokenizer, rows)];
};

const asList = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : typeof value === 'object' && value !== null ? Object.values(value) : [];

const LISTS = ['additional_special_tokens', 'extra_special_tokens', 'model_specific_special_tokens'];
/** Special tokens that never occur in a prompt. */
const UNASKED = /^(pad|unk|sep|cls|mask)_token$/;

/** Special tokens by name and in lists that are not in tokenizer.json. `rows` of the embedding. */
const checkSpecials = (file: string, json: Json, tokenizer: Tokenizer, rows: number): string[] => {
  const named = Object.entries(json).filter(([key]) => /^(?!add_).*_token$/.test(key));
  const all = [...named, ...LISTS.flatMap((key) => asList(json[key]).map((one): [string, unknown] => [key, one]))];
  return all.flatMap(([key, value]) => {
    const token = Content.safeParse(value);
    if (!token.success || tokenizer.idOf(token.data) !== undefined) return [];
    if (UNASKED.test(key) || tokenizer.size >= rows)
      return [`${file}: ${key} '${token.data}' is not in tokenizer.json, and is read as the text that it is`];
    throw invalid(
      `${file}: ${key} '${token.data}' is not in tokenizer.json`,
      'a token of the vocabulary',
      `none, so that others give it the id ${tokenizer.size}, for which the embedding has a row`,
      'save the tokenizer again, so that tokenizer.json holds the token',
    );
  });
};

/** add_bos_token and add_eos_token against what tokenizer.json puts before and after a text. */
const checkEnds = (file: string, json: Json, tokenizer: Tokenizer): void => {
  const [inner, whole] = [tokenizer.encode('a'), tokenizer.encodeWithSpecials('a')];
  const more = whole.length > inner.length;
  for (const [key, name, place, at] of [
    ['add_bos_token', 'bos_token', 'before', 0],
    ['add_eos_token', 'eos_token', 'after', -1],
  ] as const) {
    const token = Content.safeParse(json[name]);
    const id = token.success ? tokenizer.idOf(token.data) : undefined;
    const puts = more && id !== undefined && whole.at(at) === id && inner.at(at) !== id;
    if (typeof json[key] !== 'boolean' || json[key] === puts) continue;
    throw invalid(
      `${file}: ${key} is ${json[key]}, but tokenizer.json puts ${puts ? 'the' : 'no'} ${name} ${place} a text`,
      'both to say the same, as readers differ on which of them holds',
      `${key} ${json[key]} and a post_processor that ${puts ? 'does' : 'does not'}`,
      `change ${key}, or the post_processor of tokenizer.json, to what the model was trained with`,
    );
  }
};

const Prefixing = z.looseObject({
  type: z.string(),
  add_prefix_space: z.boolean().optional(),
  prepend_scheme: z.string().optional(),
});

/** add_prefix_space against the parts of tokenizer.json that put a blank before a text. */
const checkPrefix = (file: string, json: Json, tokenizer: Tokenizer): void => {
  const said = json['add_prefix_space'];
  if (typeof said !== 'boolean') return;
  const normalizers = flattened(tokenizer.json['normalizer'], 'normalizers');
  const parts = [...normalizers, ...flattened(tokenizer.json['pre_tokenizer'], 'pretokenizers')];
  const puts = parts.some((part) => {
    const { data } = Prefixing.safeParse(part);
    if (data?.type === 'Metaspace')
      return (data.prepend_scheme ?? (data.add_prefix_space === false ? 'never' : '')) !== 'never';
    return data?.type === 'Prepend' || (data?.type === 'ByteLevel' && data.add_prefix_space !== false);
  });
  if (said === puts) return;
  throw invalid(
    `${file}: add_prefix_space is ${said}, but tokenizer.json puts ${puts ? 'a' : 'no'} blank before a text`,
    'both to say the same, as readers differ on which of them holds',
    `add_prefix_space ${said}`,
    'save the tokenizer again, so that tokenizer.json says what is meant',
  );
};

/**
 * Tokens that other programs would add or read differently. `normalized` of a special token has no effect once the
 * token is in tokenizer.json.
 */
const checkAdded = (file: string, decoder: unknown, tokenizer: Tokenizer): void => {
  if (isUnset(decoder)) return;
  const known = new Map(
    z
      .array(Added)
      .parse(tokenizer.json['added_tokens'] ?? [])
      .map((token) => [token.content, token]),
  );
  const entries = z.record(z.string(), Added).safeParse(decoder);
  for (const [id, token] of Object.entries(entries.success ? entries.data : {})) {
    const own = known.get(token.content);
    const same = (['lstrip', 'rstrip', 'single_word', 'special'] as const).every((flag) => own?.[flag] === token[flag]);
    if (tokenizer.idOf(token.content) === Number(id) && same) continue;
    throw invalid(
      `${file}: added_tokens_decoder and tokenizer.json do not say the same of '${token.content}'`,
      own ? JSON.stringify(own) : 'a token among the added_tokens of tokenizer.json',
      `${id}: ${JSON.stringify(token)}`,
      'save the tokenizer again, so that both files come from one',
    );
  }
};
