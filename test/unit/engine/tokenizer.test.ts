// Our byte-level BPE trainer and tokenizer against Hugging Face's Rust library (npm `tokenizers`): same merges, same
// ids, same text back.
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { trainBpe } from '#engine/tokenizer/bpe-trainer.ts';
import { finderOf } from '#engine/tokenizer/patterns.ts';
import { readTokenizer, type Tokenizer } from '#engine/tokenizer/tokenizer.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { describeWith, sharedFolder } from '#test/support/shared.ts';
import { KINDS } from '#test/support/tokenizer-kinds.ts';
import { TEXTS } from '#test/support/tokenizer-texts.ts';

const CORPUS = [
  ...TEXTS.filter((text) => !text.includes('<|')),
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
    await sameAsRust(ours, rust, TEXTS);
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
      await sameAsRust(ours, rust, [...TEXTS, ...CORPUS]);
    });
  });
});

describe('spans of tokens in their text', () => {
  const { ours } = both(trained);

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

describe('the tokens of a value', () => {
  const tokensOf = (json: unknown, text: string, value: string): string[] => {
    const tokenizer = readTokenizer(json);
    const ids = tokenizer.encode(text);
    const [from, to] = [text.indexOf(value), text.indexOf(value) + value.length];
    const vocab = (json as { model: { vocab: Record<string, number> } }).model.vocab;
    const names = new Map(Object.entries(vocab).map(([name, id]) => [id, name]));
    const spans = tokenizer.spans(text, ids);
    return ids.filter((_, i) => spans[i]![0] < to && spans[i]![1] > from).map((id) => names.get(id)!);
  };

  it('are those in which it stands, though the decoder takes the leading blank away', () => {
    const json = KINDS['metaspace BPE of Mistral: first']!();
    expect(tokensOf(json, ' room 4 of 12', '4').join('')).toBe('\u25814');
    expect(tokensOf(json, ' Lena Fischer moved to Oslo, in', 'Oslo').join('')).toBe('\u2581Oslo');
  });

  it('are bytes where the vocabulary lacks a letter, and all of them', () => {
    const tokens = tokensOf(KINDS['metaspace BPE: always, cut']!(), 'lived in 大阪 then', '大阪');
    expect(tokens.filter((name) => name.startsWith('<0x'))).toHaveLength(6);
  });
});

describe('what other readers trip over', () => {
  /** Through JSON, where a key may be `__proto__`. */
  const plain = (tokens: readonly string[], merges: readonly string[]): unknown => {
    const vocab = tokens.map((name, id) => `${JSON.stringify(name)}:${id}`).join(',');
    const model = `{"type":"BPE","vocab":{${vocab}},"merges":${JSON.stringify(merges)}}`;
    return JSON.parse(`{"model":${model},"added_tokens":[],"decoder":{"type":"Fuse"}}`);
  };

  it('a token called __proto__ keeps its id, can be merged, and is written again', () => {
    const vocab = ['_', 'p', 'r', 'o', 't', '__', 'pr', 'ot', 'prot', 'proto', '__proto', '__proto__', 'x'];
    const merges = ['_ _', 'p r', 'o t', 'pr ot', 'prot o', '__ proto', '__proto __'];
    const tokenizer = readTokenizer(plain(vocab, merges));
    expect(tokenizer.encode('x__proto__x')).toEqual([12, 11, 12]);
    expect(tokenizer.idOf('__proto__')).toBe(11);
    expect(tokenizer.decode([11])).toBe('__proto__');
    expect(readTokenizer(JSON.parse(JSON.stringify(tokenizer.json))).idOf('__proto__')).toBe(11);
  });

  it('merges in one string, of tokens that are white themselves', () => {
    const tokenizer = readTokenizer(plain(['a', '\n', '\t', '\n\n', '\u00a0', '\n\u00a0'], ['\n \n', '\n \u00a0']));
    expect(tokenizer.encode('a\n\na\n\u00a0')).toEqual([0, 3, 0, 5]);
  });

  it.each(['["', '中'])('a run of a million of %s is cut; of eight millions it is said that it is too long', (run) => {
    const words = finderOf({ Regex: String.raw` ?\p{L}+| ?[^\s\p{L}]+` });
    const of = (length: number) => run.repeat(length / run.length);
    expect(words(of(2 ** 20))).toEqual([[0, 2 ** 20]]);
    expect(() => words(of(2 ** 23))).toThrow(expect.objectContaining({ code: 'INPUT_TOO_LARGE' }));
  });

  it('as many merges as there are: none', () => {
    expect(readTokenizer(plain(['a', 'b'], [])).encode('ab')).toEqual([0, 1]);
  });

  const names: [string, object, RegExp][] = [
    ['a merge of three', { model: { type: 'BPE', vocab: { a: 0, ' ': 1 }, merges: ['a  a'] } }, /"a {2}a"/],
    ['an unsupported pre-tokenizer', { pre_tokenizer: { type: 'UnicodeScripts' } }, /pre_tokenizer 'UnicodeScripts'/],
    ['one in a Sequence', { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Tiger' }] } }, /'Tiger'/],
    ['an unsupported decoder', { decoder: { type: 'CTC' } }, /decoder 'CTC'/],
    ['an unsupported normaliser', { normalizer: { type: 'Rot13' } }, /normalizer 'Rot13'/],
    ['an option that is not known', { pre_tokenizer: { type: 'Whitespace', loud: true } }, /loud/],
    [
      'a pattern that is none',
      { normalizer: { type: 'Replace', pattern: { Regex: '(' }, content: '' } },
      /pattern "\("/,
    ],
    ['dropout', { model: { type: 'BPE', vocab: { a: 0 }, merges: [], dropout: 0.1 } }, /dropout/],
    [
      'an unk_token that is no token',
      { model: { type: 'BPE', vocab: { a: 0 }, merges: [], unk_token: '?' } },
      /unk_token '\?'/,
    ],
    [
      'an added token with another id than it gets',
      { added_tokens: [{ id: 900, content: '<x>' }] },
      /'<x>' has the id 900/,
    ],
    ['a truncated character map', { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } }, /charsmap/],
  ];
  for (const [title, part, message] of names) {
    it(`names ${title}`, () =>
      expect(() => readTokenizer({ ...trained, ...part })).toThrow(
        expect.objectContaining({ code: 'TOKENIZER_INVALID', message: expect.stringMatching(message) }),
      ));
  }
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
