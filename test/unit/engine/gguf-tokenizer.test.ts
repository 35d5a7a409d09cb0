// The tokenizer in a GGUF file: cut by each rule that a file may name, it reads as the Rust library does; metadata that
// contradict themselves are refused.
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { trainBpe } from '#engine/tokenizer/bpe-trainer.ts';
import { openGguf } from '#engine/formats/gguf.ts';
import { ggufTokenizer } from '#engine/formats/gguf-tokenizer.ts';
import { readTokenizer } from '#engine/tokenizer/tokenizer.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { entry, head, list, text, u32 } from '#test/support/gguf-files.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const path = join(dir, 'tokenizer.gguf');

const TEXTS = [
  "It's 1987, and we'll count: 1234567 sheep, 3.14 DON'T",
  'naïve café — “quotes” e\u0301',
  '😀👩‍👩‍👧‍👦 🇩🇪 flags',
  '中文字符混合 English 日本語テキスト 한국어 العربية',
  'tabs\tand\n\nnew\r\nlines   and   spaces \n ',
  '\u0000\u0007\u001b[31m controls',
  'the then there these those other another mother',
];

describe('a tokenizer in a GGUF file', () => {
  const strings = (...values: string[]) => list(8, values.length, ...values.map(text));
  const read = (...entries: Buffer[]) => {
    writeFileSync(path, Buffer.concat([head(0, entries.length), ...entries]));
    const file = openGguf(path);
    try {
      return ggufTokenizer(file);
    } finally {
      file.close();
    }
  };
  const model = entry('tokenizer.ggml.model', 8, text('gpt2'));
  const pre = entry('tokenizer.ggml.pre', 8, text('smollm'));
  const some = entry('tokenizer.ggml.tokens', 9, strings('a', 'b', 'ab'));

  for (const name of ['gpt-2', 'smollm', 'llama-bpe', 'qwen2']) {
    it(`cut as ${name} reads as the Rust library does`, async () => {
      const trained = trainBpe(TEXTS, 500, []) as {
        model: { vocab: Record<string, number>; merges: [string, string][] };
      };
      const words = Object.keys(trained.model.vocab);
      const merges = trained.model.merges.map((pair) => pair.join(' '));
      const json = read(
        model,
        entry('tokenizer.ggml.pre', 8, text(name)),
        entry('tokenizer.ggml.tokens', 9, strings(...words)),
        entry('tokenizer.ggml.merges', 9, strings(...merges)),
      );
      const [ours, rust] = [readTokenizer(json), RustTokenizer.fromString(JSON.stringify(json))];
      for (const line of TEXTS) {
        const ids = (await rust.encode(line)).getIds();
        expect([line, ours.encode(line)]).toEqual([line, ids]);
        if (name !== 'qwen2') expect(ours.decode(ids)).toBe(line); // NFC changes the text
      }
    });
  }

  const cases: [string, string, Buffer[]][] = [
    ['no tokens', 'TOKENIZER_INVALID', [model, pre]],
    ['a token twice', 'TOKENIZER_INVALID', [model, pre, entry('tokenizer.ggml.tokens', 9, strings('a', 'a'))]],
    ['no merges', 'TOKENIZER_INVALID', [model, pre, some]],
    ['a merge of one token', 'TOKENIZER_INVALID', [model, pre, some, entry('tokenizer.ggml.merges', 9, strings('ab'))]],
    [
      'kinds for fewer tokens',
      'TOKENIZER_INVALID',
      [model, pre, some, entry('tokenizer.ggml.token_type', 9, list(5, 1, u32(1)))],
    ],
    [
      'scores for fewer tokens',
      'TOKENIZER_INVALID',
      [entry('tokenizer.ggml.model', 8, text('llama')), some, entry('tokenizer.ggml.scores', 9, list(6, 0))],
    ],
    [
      'an unknown way to cut the text',
      'MODEL_UNSUPPORTED',
      [model, some, entry('tokenizer.ggml.pre', 8, text('constructor'))],
    ],
    ['an unknown kind', 'MODEL_UNSUPPORTED', [some, entry('tokenizer.ggml.model', 8, text('bert'))]],
  ];
  for (const [title, code, entries] of cases) {
    it(`with ${title} is refused`, () => expect(() => read(...entries)).toThrow(expect.objectContaining({ code })));
  }
});
