// The form of `tokenizer.json`, part by part. An unknown part is refused by name, because skipping it would give other
// tokens than those the model was trained on. Traps: vocabularies are read without interpreting keys (a token may be
// called `__proto__`); and a part may be written in an older form.
import { z } from 'zod';
import { tokenizerInvalid } from './invalid.ts';

const Pattern = z.union([z.strictObject({ String: z.string() }), z.strictObject({ Regex: z.string() })]);
export type Pattern = z.infer<typeof Pattern>;

const part = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape });

export const Normalizer = z.discriminatedUnion('type', [
  part('NFC', {}),
  part('NFD', {}),
  part('NFKC', {}),
  part('NFKD', {}),
  part('Lowercase', {}),
  part('StripAccents', {}),
  part('Nmt', {}),
  part('ByteLevel', {}),
  part('Strip', { strip_left: z.boolean().default(true), strip_right: z.boolean().default(true) }),
  part('Replace', { pattern: Pattern, content: z.string() }),
  part('Prepend', { prepend: z.string() }),
  part('Precompiled', { precompiled_charsmap: z.string() }),
  part('BertNormalizer', {
    clean_text: z.boolean(),
    handle_chinese_chars: z.boolean(),
    strip_accents: z.boolean().nullable().default(null),
    lowercase: z.boolean(),
  }),
]);
export type Normalizer = z.infer<typeof Normalizer>;

export const SplitBehavior = z.enum(['Removed', 'Isolated', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext']);
export type SplitBehavior = z.infer<typeof SplitBehavior>;

const Metaspace = part('Metaspace', {
  replacement: z.string().length(1).default('\u2581'),
  prepend_scheme: z.enum(['first', 'always', 'never']).optional(),
  split: z.boolean().default(true),
  // the older way to write it
  add_prefix_space: z.boolean().optional(),
  str_rep: z.string().optional(),
});
export type Metaspace = z.infer<typeof Metaspace>;

const ByteLevel = part('ByteLevel', {
  add_prefix_space: z.boolean().default(true),
  trim_offsets: z.boolean().default(true),
  use_regex: z.boolean().default(true),
});

export const PreTokenizer = z.discriminatedUnion('type', [
  ByteLevel,
  Metaspace,
  part('Split', { pattern: Pattern, behavior: SplitBehavior, invert: z.boolean().default(false) }),
  part('Punctuation', { behavior: SplitBehavior.default('Isolated') }),
  part('Digits', { individual_digits: z.boolean().default(false) }),
  part('Whitespace', {}),
  part('WhitespaceSplit', {}),
  part('BertPreTokenizer', {}),
  part('CharDelimiterSplit', { delimiter: z.string().min(1).max(2) }),
]);
export type PreTokenizer = z.infer<typeof PreTokenizer>;

export const Decoder = z.discriminatedUnion('type', [
  ByteLevel,
  Metaspace,
  part('Replace', { pattern: Pattern, content: z.string() }),
  part('ByteFallback', {}),
  part('Fuse', {}),
  part('Strip', { content: z.string().length(1), start: z.int().nonnegative(), stop: z.int().nonnegative() }),
  part('WordPiece', { prefix: z.string().default('##'), cleanup: z.boolean().default(true) }),
  part('BPEDecoder', { suffix: z.string().default('</w>') }),
]);
export type Decoder = z.infer<typeof Decoder>;

const Place = z.union([
  z.strictObject({ SpecialToken: z.strictObject({ id: z.string(), type_id: z.int() }) }),
  z.strictObject({ Sequence: z.strictObject({ id: z.string(), type_id: z.int() }) }),
]);
const Special = z.looseObject({ ids: z.array(z.int().nonnegative()) });
const TokenAndId = z.tuple([z.string(), z.int().nonnegative()]);

export const PostProcessor = z.discriminatedUnion('type', [
  ByteLevel,
  part('TemplateProcessing', {
    single: z.array(Place),
    pair: z.array(Place).optional(),
    special_tokens: z.record(z.string(), Special),
  }),
  part('BertProcessing', { sep: TokenAndId, cls: TokenAndId }),
  part('RobertaProcessing', {
    sep: TokenAndId,
    cls: TokenAndId,
    trim_offsets: z.boolean().default(true),
    add_prefix_space: z.boolean().default(true),
  }),
]);
export type PostProcessor = z.infer<typeof PostProcessor>;

export const AddedToken = z.strictObject({
  id: z.int().nonnegative(),
  content: z.string(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().optional(),
  special: z.boolean().default(false),
});
export type AddedToken = z.infer<typeof AddedToken>;

const Vocabulary = z.custom<Readonly<Record<string, number>>>(
  (given) =>
    typeof given === 'object' && given !== null && !Array.isArray(given) && Object.values(given).every(isTokenId),
  'must give each token an id',
);
const isTokenId = (id: unknown): id is number => typeof id === 'number' && Number.isInteger(id) && id >= 0;

/** What older files write as `model` without its type. */
const Bpe = z.strictObject({
  type: z.literal('BPE'),
  dropout: z.number().nullish(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  fuse_unk: z.boolean().default(false),
  byte_fallback: z.boolean().default(false),
  ignore_merges: z.boolean().default(false),
  vocab: Vocabulary,
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
});
export type Bpe = z.infer<typeof Bpe>;

const Unigram = part('Unigram', {
  unk_id: z.int().nonnegative().nullish(),
  vocab: z.array(z.tuple([z.string(), z.number()])).min(1),
  byte_fallback: z.boolean().default(false),
});
export type Unigram = z.infer<typeof Unigram>;

const WordPiece = part('WordPiece', {
  unk_token: z.string().default('[UNK]'),
  continuing_subword_prefix: z.string().default('##'),
  max_input_chars_per_word: z.int().positive().default(100),
  vocab: Vocabulary,
});
export type WordPiece = z.infer<typeof WordPiece>;

const WordLevel = part('WordLevel', { unk_token: z.string().default('<unk>'), vocab: Vocabulary });
export type WordLevel = z.infer<typeof WordLevel>;

export const TokenModel = z.discriminatedUnion('type', [Bpe, Unigram, WordPiece, WordLevel]);
export type TokenModel = z.infer<typeof TokenModel>;

/** The file as a whole; its parts are read one by one, so that an error can name them. */
export const TokenizerFile = z.looseObject({
  added_tokens: z.array(AddedToken).default([]),
  model: z.looseObject({ type: z.string().default('BPE') }),
});

/** One part of the file; TOKENIZER_INVALID names the part and what is wrong with it. */
export const readPart = <T extends z.ZodType>(kind: string, shape: T, given: unknown): z.output<T> => {
  const parsed = shape.safeParse(given);
  if (parsed.success) return parsed.data;
  throw tokenizerInvalid(`${kind} ${nameOf(given)}: ${firstIssue(parsed.error)}`);
};

/**
 * The parts of a Sequence in their order, at any depth; an empty list where there is none. `list` is the field in which
 * a Sequence keeps its parts.
 */
export const flattened = (given: unknown, list: string): unknown[] => {
  if (given === null || given === undefined) return [];
  const sequence = z.looseObject({ type: z.literal('Sequence') }).safeParse(given);
  if (!sequence.success) return [given];
  const inner = sequence.data[list];
  if (!Array.isArray(inner)) throw tokenizerInvalid(`a Sequence has no list of ${list}`);
  return inner.flatMap((one) => flattened(one, list));
};

const nameOf = (given: unknown): string => {
  const named = z.looseObject({ type: z.string() }).safeParse(given);
  return named.success ? `'${named.data.type}'` : 'without a type';
};

const firstIssue = ({ issues: [issue] }: z.ZodError): string => {
  if (!issue) return 'is malformed';
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'type') return 'this kind is not supported';
  return `${issue.path.join('.')} ${issue.message}`.trim();
};
