// A tokenizer read from `tokenizer.json` (Hugging Face), with the character span of every token in the text it came from.
// Trap: for byte-level BPE a token may end inside a character; its span is then widened to the whole character.
import { Tokenizer as HfTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { byteAlphabet } from './bpe-trainer.ts';

export interface Tokenizer {
  /** Ids without special tokens. */
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
  /** Character spans [start, end) in `text` of the ids that `encode(text)` gives. */
  spans(text: string, ids: readonly number[]): [number, number][];
  /** Ids with the special tokens that the tokenizer's post-processor adds (BOS, …). */
  encodeWithSpecials(text: string): number[];
  idOf(token: string): number | undefined;
  readonly size: number;
  /** The file's content, to be written beside the weights. */
  readonly json: Readonly<Record<string, unknown>>;
}

const Merge = z.union([z.tuple([z.string(), z.string()]), z.string().regex(/^\S+ \S+$/)]);

const TokenizerJson = z.looseObject({
  model: z.looseObject({
    type: z.literal('BPE').default('BPE'),
    vocab: z.record(z.string(), z.int().nonnegative()),
    merges: z.array(Merge),
  }),
  added_tokens: z.array(z.looseObject({ id: z.int().nonnegative(), content: z.string() })).default([]),
});

const invalid = (message: string, cause?: unknown) =>
  new QuittanceError('TOKENIZER_INVALID', { message, hint: 'fetch or export tokenizer.json again', cause });

/** Builds a tokenizer from the parsed file. TOKENIZER_INVALID where it is truncated or of an unknown kind. */
export const readTokenizer = (json: unknown, config: Readonly<Record<string, unknown>> = {}): Tokenizer => {
  const parsed = TokenizerJson.safeParse(json);
  if (!parsed.success) throw invalid('tokenizer.json has no BPE model with a vocabulary and merges', parsed.error);
  checkVocabulary(parsed.data);
  const inner = construct(parsed.data, config);
  const ids = [...Object.values(parsed.data.model.vocab), ...parsed.data.added_tokens.map((token) => token.id)];
  const encode = (text: string) => inner.encode(text, { add_special_tokens: false }).ids;
  const decode = (tokens: readonly number[]) =>
    tokens.length === 0
      ? ''
      : inner.decode([...tokens], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  const byteLevel = isByteLevel(parsed.data);
  return {
    encode,
    decode,
    encodeWithSpecials: (text) => inner.encode(text, { add_special_tokens: true }).ids,
    spans: (text, tokens) =>
      byteLevel ? byteSpans(text, tokens, (id) => inner.id_to_token(id) ?? '') : prefixSpans(text, tokens, decode),
    idOf: (token) => inner.token_to_id(token),
    size: ids.reduce((a, b) => Math.max(a, b), -1) + 1,
    json: parsed.data,
  };
};

/** Ids are unique, and a merge joins known tokens to a known token. */
const checkVocabulary = ({ model: { vocab, merges } }: z.infer<typeof TokenizerJson>): void => {
  const known = new Map(Object.entries(vocab));
  if (new Set(known.values()).size !== known.size) throw invalid('tokenizer.json gives one id to two tokens');
  const strange = merges
    .map((merge) => (typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge))
    .find(([a, b]) => !known.has(a) || !known.has(b) || !known.has(a + b));
  if (strange) throw invalid(`tokenizer.json merges '${strange.join("' and '")}', which are not in its vocabulary`);
};

/** The library's own declarations do not resolve under NodeNext; this is the part that is used. */
interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(ids: number[], options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean }): string;
  id_to_token(id: number): string | undefined;
  token_to_id(token: string): number | undefined;
  decoder: LibraryDecoder | null;
}
interface LibraryDecoder {
  text_decoder?: InstanceType<typeof TextDecoder>;
  decoders?: LibraryDecoder[];
}
const Library = HfTokenizer as unknown as new (json: object, config: object) => LibraryTokenizer;

const construct = (json: object, config: object): LibraryTokenizer => {
  try {
    const library = new Library(json, config);
    keepMarks(library.decoder);
    return library;
  } catch (cause) {
    throw invalid('tokenizer.json cannot be used', cause);
  }
};

/** Where a text falls back to bytes, the library would swallow a byte order mark, wherever it stands. */
const keepMarks = (decoder: LibraryDecoder | null): void => {
  if (decoder?.text_decoder) decoder.text_decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  decoder?.decoders?.forEach(keepMarks);
};

const isByteLevel = (json: Readonly<Record<string, unknown>>): boolean =>
  JSON.stringify(json['pre_tokenizer'] ?? null).includes('"ByteLevel"');

const alphabet = new Set(byteAlphabet());

/** Every character of a byte-level token is one byte of the text. */
const byteSpans = (text: string, ids: readonly number[], tokenOf: (id: number) => string): [number, number][] => {
  const starts = byteStarts(text);
  let at = 0;
  return ids.map((id) => {
    const token = tokenOf(id);
    const characters = Array.from(token);
    const bytes = characters.every((c) => alphabet.has(c)) ? characters.length : Buffer.byteLength(token);
    const from = at;
    at += bytes;
    return [starts[Math.min(from, starts.length - 1)]!, charEnd(starts, at)];
  });
};

/** For each UTF-8 byte of the text, the index of the UTF-16 unit where its character starts; one past the end closes the list. */
const byteStarts = (text: string): number[] => {
  const starts: number[] = [];
  let at = 0;
  for (const character of text) {
    for (let i = Buffer.byteLength(character); i > 0; i--) starts.push(at);
    at += character.length;
  }
  return [...starts, at];
};

const charEnd = (starts: readonly number[], byte: number): number => {
  let end = Math.min(byte, starts.length - 1);
  while (end < starts.length - 1 && end > 0 && starts[end] === starts[end - 1]) end++;
  return starts[end]!;
};

const prefixSpans = (
  text: string,
  ids: readonly number[],
  decode: (ids: readonly number[]) => string,
): [number, number][] => {
  const ends = ids.map((_, i) => Math.min(text.length, decode(ids.slice(0, i + 1)).length));
  return ends.map((end, i) => [i === 0 ? 0 : ends[i - 1]!, end]);
};
