// How the tokenizers of tokenizer-kinds.ts are made: vocabularies learnt from the texts, with what published files have
// beside them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { byteAlphabet } from '#engine/tokenizer/byte-alphabet.ts';
import { TEXTS } from './tokenizer-texts.ts';

export type TokenizerJson = Record<string, unknown> & { model: Record<string, unknown> };

export const BASE: TokenizerJson = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: {},
};

interface Flags {
  single_word?: boolean;
  lstrip?: boolean;
  rstrip?: boolean;
  normalized?: boolean;
  special?: boolean;
}
export const token = (content: string, flags: Flags = {}) => ({
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: !flags.special,
  special: false,
  ...flags,
});

/** Learns the model's vocabulary from the texts, as its own trainer does. */
const trained = (json: TokenizerJson): TokenizerJson => {
  const dir = mkdtempSync(join(tmpdir(), 'kinds-'));
  try {
    const corpus = join(dir, 'corpus.txt');
    // thrice, so that pairs recur; no line of controls, which the trainers read otherwise than the tokenizer
    writeFileSync(corpus, `${TEXTS.join('\n')}\n`.repeat(3));
    const tokenizer = RustTokenizer.fromString(JSON.stringify(json));
    tokenizer.train([corpus]);
    tokenizer.save(join(dir, 'tokenizer.json'));
    const saved = JSON.parse(readFileSync(join(dir, 'tokenizer.json'), 'utf8')) as TokenizerJson;
    return { ...json, model: { ...saved.model, ...options(json) } };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** What was asked of the model, but for what was learnt. */
const options = ({ model }: TokenizerJson) =>
  Object.fromEntries(Object.entries(model).filter(([key]) => key !== 'vocab' && key !== 'merges'));

/** Puts tokens beside the model, each with the id that the library gives it. */
export const withAdded = (json: TokenizerJson, tokens: readonly ReturnType<typeof token>[]): TokenizerJson => {
  const vocab = json.model['vocab'];
  const ids = new Map(
    Array.isArray(vocab)
      ? (vocab as [string, number][]).map(([name], id) => [name, id])
      : Object.entries(vocab as Record<string, number>),
  );
  let next = ids.size;
  return { ...json, added_tokens: tokens.map((one) => ({ id: ids.get(one.content) ?? next++, ...one })) };
};

export const byteLevel = (more: object = {}) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
  ...more,
});
export const BPE = { type: 'BPE', vocab: {}, merges: [] };
export const sequence = (list: string, ...parts: object[]) => ({ type: 'Sequence', [list]: parts });
export const split = (pattern: object, behavior: string, invert = false) => ({
  type: 'Split',
  pattern,
  behavior,
  invert,
});
export const BYTES = byteLevel({ use_regex: false });

/**
 * With every byte, as published ones have: where one lacks, the library gives no token for it and wrong places behind
 * it.
 */
export const withBytes = (parts: TokenizerJson): TokenizerJson => {
  const json = trained(parts);
  const ends = json.model['end_of_word_suffix'];
  const bytes = byteAlphabet().flatMap((byte) => (typeof ends === 'string' ? [byte, byte + ends] : [byte]));
  const tokens = [...new Set([...Object.keys(json.model['vocab'] as object), ...bytes])];
  return { ...json, model: { ...json.model, vocab: Object.fromEntries(tokens.map((one, id) => [one, id])) } };
};
export const bytesBpe = (pre: object, more: object = {}): TokenizerJson =>
  withBytes({ ...BASE, pre_tokenizer: pre, decoder: byteLevel(), model: BPE, ...more });

const hexBytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);

/** Llama 2's kind: SentencePiece BPE, what is unknown spelt in bytes. */
export const metaspaceBpe = (parts: object, model: object = {}): TokenizerJson => {
  const learnt = trained({
    ...BASE,
    pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
    model: BPE,
  }).model as { vocab: Record<string, number>; merges: [string, string][] };
  // letters of Latin, Greek and Cyrillic only, so that the others fall back
  const plain = (text: string) => /^[\u2581\u0020-\u007e\u00a1-\u052f]+$/.test(text);
  const merges = learnt.merges.filter(([a, b]) => plain(a) && plain(b));
  const letters = Object.keys(learnt.vocab).filter((name) => Array.from(name).length === 1 && plain(name));
  const tokens = ['<unk>', '<s>', '</s>', ...hexBytes, ...letters, ...merges.map(([a, b]) => a + b)];
  const vocab = Object.fromEntries([...new Set(tokens)].map((name, id) => [name, id]));
  const base: TokenizerJson = {
    ...BASE,
    decoder: sequence(
      'decoders',
      { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      { type: 'Strip', content: ' ', start: 1, stop: 0 },
    ),
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    ...parts,
    model: { ...BPE, unk_token: '<unk>', fuse_unk: true, byte_fallback: true, vocab, merges, ...model },
  };
  return withAdded(base, [
    token('<unk>', { special: true }),
    token('<s>', { special: true }),
    token('</s>', { special: true }),
    token('<NAME>', { single_word: true }),
    token('<mask>', { lstrip: true, rstrip: true, special: true }),
  ]);
};

export const metaspace = (prepend_scheme: string, cut: boolean) => ({
  pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme, split: cut },
});

export const unigram = (parts: object, model: { byte_fallback?: boolean } = {}): TokenizerJson => {
  const base = trained({
    ...BASE,
    ...parts,
    model: { type: 'Unigram', unk_id: null, vocab: [], byte_fallback: false },
  });
  // the Rust library reads a number of seventeen digits with an error in the last bit, which decides between splits of
  // nearly one score; the trainer's threads add up in another order each time
  const learnt = (base.model['vocab'] as [string, number][]).map(
    ([name, score]) => [name, Number(score.toFixed(6))] as const,
  );
  // rare letters stay unknown
  const vocab = [
    ...['<unk>', '</s>', ...(model.byte_fallback ? hexBytes : [])].map((name) => [name, 0]),
    ...learnt.filter(([name]) => name !== '<unk>' && !/[\u0900-\u0fff]/.test(name)),
  ];
  return withAdded({ ...base, model: { type: 'Unigram', unk_id: 0, vocab, byte_fallback: false, ...model } }, [
    token('<unk>', { special: true }),
    token('</s>', { special: true }),
    token('<mask>', { lstrip: true, special: true }),
  ]);
};

export const wordPiece = (normalizer: object | null, pre: object = { type: 'BertPreTokenizer' }): TokenizerJson => {
  const base = trained({
    ...BASE,
    normalizer,
    pre_tokenizer: pre,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 20,
      vocab: {},
    },
  });
  const learnt = Object.keys(base.model['vocab'] as object).filter((name) => !/[\u0e00-\u0fff]/.test(name));
  const tokens = [...new Set(['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...learnt])];
  const json = { ...base, model: { ...base.model, vocab: Object.fromEntries(tokens.map((name, id) => [name, id])) } };
  return withAdded(
    {
      ...json,
      post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
    },
    [
      token('[UNK]', { special: true }),
      token('[CLS]', { special: true }),
      token('[SEP]', { special: true }),
      token('Magic'),
    ],
  );
};

export const wordLevel = (parts: object): TokenizerJson => {
  const base = trained({ ...BASE, ...parts, model: { type: 'WordLevel', vocab: {}, unk_token: '<unk>' } });
  const learnt = Object.keys(base.model['vocab'] as object).filter((name) => !/[\u0e00-\u0fff]/.test(name));
  const tokens = [...new Set(['<unk>', ...learnt])];
  return withAdded(
    { ...base, model: { ...base.model, vocab: Object.fromEntries(tokens.map((name, id) => [name, id])) } },
    [token('<NAME>', { single_word: true, normalized: false }), token('<mask>', { lstrip: true, rstrip: true })],
  );
};

/** Letters of the texts and what the normalisers make of them, each a token: every character's place shows. */
export const lettersOnly = (normalizer: object): TokenizerJson => {
  const all = new Set(
    TEXTS.flatMap((text) => ['NFC', 'NFD', 'NFKC', 'NFKD'].flatMap((form) => Array.from(text.normalize(form)))),
  );
  const letters = ['<unk>', ...all].filter((letter) => letter !== '\u0000');
  return {
    ...BASE,
    normalizer,
    model: { ...BPE, unk_token: '<unk>', vocab: Object.fromEntries([...new Set(letters)].map((one, id) => [one, id])) },
  };
};
