// Our byte-level BPE trainer and tokenizer against Hugging Face's Rust library (npm `tokenizers`): same merges, same ids, same text back.
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { trainBpe } from '#engine/tokenizer/bpe-trainer.ts';
import { readTokenizer, type Tokenizer } from '#engine/tokenizer/tokenizer.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { describeWith, sharedFolder } from '#test/support/shared.ts';

/** What breaks tokenizers: joiners, surrogates, scripts without spaces, controls, odd spaces, contractions, digits, special tokens in the text. */
const TRICKY = [
  'Hello, world!',
  "it's we'll they'D I've don't",
  'naïve café — “quotes” … ½ €',
  '😀👩‍👩‍👧‍👦🏳️‍🌈🇩🇪 flags and families',
  '中文字符混合 English 日本語テキスト 한국어',
  'العربية עברית हिन्दी ภาษาไทย',
  '\u0000\u0001\u0007\u001b[31m\u007f controls',
  'tabs\tand\n\nnew\r\nlines   and   spaces ',
  '\u00a0no-break\u2003em\u200bzero\u202eoverride\ufeffmark',
  'e\u0301 combining u\u0308\u0304 \u1e9e ﬁ ligature',
  '1234567890 3.14159 1,000,000 ٣٤٥ Ⅷ',
  ' leading and trailing ',
  '',
  ' ',
  '\n',
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 \u{10ffff}',
  'a<|end|>b <|end|><|pad|>',
  'snake_case camelCase C++ #tag @user https://x.example/?q=1&r=%20',
];

const CORPUS = [
  ...TRICKY.filter((text) => !text.includes('<|')),
  'The author was born in Santiago and wrote the first of her novels in the winter of 1987.',
  'Where was the author born? She was born in Santiago. What did the author write? Novels.',
  'the then there these those other another mother brother weather whether',
  'aaaa aaaaaaaa aaa aa abababab ababab baba',
];

const { dir, remove } = temporaryFolder();
afterAll(remove);

const EMPTY = JSON.stringify({
  version: '1.0',
  added_tokens: [],
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: { type: 'BPE', vocab: {}, merges: [] },
});

/** Merges that the Rust library learns from the texts, each a line of a file. */
const rustMerges = (lines: readonly string[]): [string, string][] => {
  const path = join(dir, 'corpus.txt');
  writeFileSync(path, lines.join(''));
  const tokenizer = RustTokenizer.fromString(EMPTY);
  tokenizer.train([path]);
  tokenizer.save(join(dir, 'trained.json'));
  return (JSON.parse(readFileSync(join(dir, 'trained.json'), 'utf8')) as { model: { merges: [string, string][] } })
    .model.merges;
};

const ourMerges = (texts: readonly string[], vocabSize: number) =>
  (trainBpe(texts, vocabSize, []) as { model: { merges: [string, string][] } }).model.merges;

describe('the trainer learns the merges of the Rust trainer, in its order', () => {
  const lines = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

  it('on a small corpus of many scripts, down to pairs that occur twice', () => {
    // the Rust trainer goes on to pairs that occur once; ours stops there
    const texts = CORPUS.map((text) => `${text.replaceAll(/[\r\n]/g, ' ')}\n`);
    const ours = ourMerges(texts, 5000);
    expect(ours.length).toBeGreaterThan(80);
    expect(ours).toEqual(rustMerges(texts).slice(0, ours.length));
  });

  it('on random text, where most pairs tie', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[abc é]{1,30}$/), { minLength: 3, maxLength: 20 }), (words) => {
        const texts = words.map((word) => `${word}\n`);
        const ours = ourMerges(texts, 400);
        expect(ours).toEqual(rustMerges(texts).slice(0, ours.length));
      }),
      { numRuns: 40 },
    );
  });

  it('on its own source text', () => {
    const texts = lines(readFileSync(join(import.meta.dirname, '../../../engine/decoder.ts'), 'utf8'));
    expect(ourMerges(texts, 700)).toEqual(rustMerges(texts).slice(0, 700 - 256));
  });
});

const sameAsRust = async (tokenizer: Tokenizer, rust: RustTokenizer, texts: readonly string[]) => {
  for (const text of texts) {
    const encoding = await rust.encode(text, null, { addSpecialTokens: false });
    expect([text, tokenizer.encode(text)]).toEqual([text, encoding.getIds()]);
    const withSpecials = await rust.encode(text, null, { addSpecialTokens: true });
    expect(tokenizer.encodeWithSpecials(text)).toEqual(withSpecials.getIds());
    const ids = encoding.getIds();
    expect(tokenizer.decode(ids)).toBe(ids.length === 0 ? '' : await rust.decode(ids, true));
  }
};

const trained = trainBpe(CORPUS, 600, ['<|end|>', '<|pad|>']);
const both = (json: unknown) => ({ ours: readTokenizer(json), rust: RustTokenizer.fromString(JSON.stringify(json)) });

describe('the tokenizer reads as the Rust library does', () => {
  it('with a vocabulary of our own', async () => {
    const { ours, rust } = both(trained);
    await sameAsRust(ours, rust, TRICKY);
  });

  it('on any text', async () => {
    const { ours, rust } = both(trained);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), (text) => sameAsRust(ours, rust, [text])),
      { numRuns: 200 },
    );
  });

  it('on ids that end inside a character', async () => {
    const { ours, rust } = both(trained);
    const ids = ours.encode('😀中');
    for (let n = 1; n <= ids.length; n++)
      expect(ours.decode(ids.slice(0, n))).toBe(await rust.decode(ids.slice(0, n), true));
  });

  const gpt2 = sharedFolder('data/gpt2-bpe');
  describeWith(gpt2, '../shared/data is not there', 'with the vocabulary of GPT-2', (at) => {
    it('on every tricky text', async () => {
      const json = JSON.parse(readFileSync(join(at, 'tokenizer.json'), 'utf8')) as unknown;
      const { ours, rust } = both(json);
      await sameAsRust(ours, rust, [...TRICKY, ...CORPUS]);
    });
  });
});

/** Llama's SentencePiece vocabulary in small: what it does not know it spells in bytes. */
const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
const words = [
  '<unk>',
  '<s>',
  '</s>',
  ...bytes,
  '\u2581',
  ...Array.from('abcdefghijklmnopqrstuvwxyz'),
  '\u2581a',
  '\u2581t',
  'th',
];
const sentencePiece = (cut: object) => ({
  ...(JSON.parse(EMPTY) as object),
  added_tokens: ['<unk>', '<s>', '</s>'].map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: null,
  pre_tokenizer: null,
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
    special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
  },
  decoder: {
    type: 'Sequence',
    decoders: [
      { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      { type: 'Strip', content: ' ', start: 1, stop: 0 },
    ],
  },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: '<unk>',
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: true,
    ignore_merges: false,
    vocab: Object.fromEntries(words.map((word, id) => [word, id])),
    merges: [
      ['\u2581', 'a'],
      ['\u2581', 't'],
      ['t', 'h'],
    ],
  },
  ...cut,
});
const metaspace = (prepend_scheme: string) => ({
  pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme, split: false },
});
const CUTS: Readonly<Record<string, object>> = {
  'a prefix and replaced spaces': {
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '\u2581' },
        { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
      ],
    },
  },
  'Metaspace before every piece': metaspace('always'),
  'Metaspace before the first piece': metaspace('first'),
  'Metaspace before none': metaspace('never'),
};

describe('a SentencePiece vocabulary reads as the Rust library does', () => {
  for (const [title, cut] of Object.entries(CUTS)) {
    it(`with ${title}`, async () => {
      const { ours, rust } = both(sentencePiece(cut));
      await sameAsRust(ours, rust, TRICKY);
    });
  }
});

describe('spans of tokens in their text', () => {
  const { ours, rust } = both(trained);

  it('are those of the Rust library', async () => {
    for (const text of TRICKY.filter((t) => /^[\u0000-\uffff]*$/.test(t) && !/[\ud800-\udfff]/.test(t))) {
      const encoding = await rust.encode(text, null, { addSpecialTokens: false });
      expect([text, ours.spans(text, ours.encode(text))]).toEqual([text, encoding.getOffsets()]);
    }
  });

  it('cover every text without a hole, surrogates whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), (text) => {
        const spans = ours.spans(text, ours.encode(text));
        expect(spans[0]![0]).toBe(0);
        expect(spans.at(-1)![1]).toBe(text.length);
        spans.slice(1).forEach(([start], i) => expect(start).toBeLessThanOrEqual(spans[i]![1]));
        for (const [start, end] of spans) expect(text.slice(start, end).isWellFormed()).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a tokenizer file that is no tokenizer is refused with TOKENIZER_INVALID', () => {
  const cases: [string, unknown][] = [
    ['null', null],
    ['an object without a model', {}],
    ['a vocabulary of strings', { model: { type: 'BPE', vocab: { a: 'b' }, merges: [] } }],
    ['a negative id', { model: { type: 'BPE', vocab: { a: -1 }, merges: [] } }],
    ['an unknown kind of model', { ...trained, model: { type: 'Telepathy', vocab: { a: 0 } } }],
    ['an unknown pre-tokenizer', { ...trained, pre_tokenizer: { type: 'Telepathy' } }],
    [
      'a merge of tokens that do not exist',
      { ...trained, model: { ...(trained['model'] as object), merges: [['never', 'seen']] } },
    ],
    ['a vocabulary without merges', { model: { type: 'BPE', vocab: { a: 0 } } }],
    ['merges that are numbers', { ...trained, model: { ...(trained['model'] as object), merges: [1, 2] } }],
    ['two tokens with one id', { ...trained, model: { type: 'BPE', vocab: { a: 0, b: 0 }, merges: [] } }],
  ];
  for (const [title, json] of cases) {
    it(title, () => expect(() => readTokenizer(json)).toThrow(expect.objectContaining({ code: 'TOKENIZER_INVALID' })));
  }
});
