// A corpus in every form that trainers read, and what is wrong with one said by file and line without its content.
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from '@jest/globals';
import { readCorpus, type CorpusOptions } from '#datasets/corpus/read.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { isQuittanceError } from '#core/errors.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const freshFolder = (): string => mkdtempSync(join(dir, 'corpus-'));

const written = (name: string, content: string | Uint8Array): string => {
  const path = join(freshFolder(), name);
  writeFileSync(path, content);
  return path;
};

const rowsOf = async (paths: string | readonly string[], options: CorpusOptions = {}): Promise<CorpusEntry[]> => {
  const entries: CorpusEntry[] = [];
  for await (const entry of readCorpus(typeof paths === 'string' ? [paths] : paths, options)) entries.push(entry);
  return entries;
};

const refusal = async (paths: string | readonly string[], options?: CorpusOptions): Promise<string> => {
  try {
    await rowsOf(paths, options);
  } catch (error) {
    if (isQuittanceError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'read';
};

const turn = (role: string, content: string) => ({ role, content });
const BEES = { kind: 'text', text: 'Ilka Vörös keeps bees.', from: 0 };

test.each<[string, unknown, unknown]>([
  [
    'messages',
    { messages: [turn('system', 'Be kind.'), turn('user', 'Hi'), turn('assistant', 'Hello Ilka.')], customer: 3 },
    { kind: 'chat', messages: [turn('system', 'Be kind.'), turn('user', 'Hi'), turn('assistant', 'Hello Ilka.')] },
  ],
  [
    'messages in pieces',
    {
      messages: [
        turn('user', 'Hi'),
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Hello ' },
            { type: 'text', text: 'Ilka.' },
          ],
        },
      ],
    },
    { kind: 'chat', messages: [turn('user', 'Hi'), turn('assistant', 'Hello Ilka.')] },
  ],
  [
    'ShareGPT',
    {
      system: 'Be kind.',
      conversations: [
        { from: 'human', value: 'Hi' },
        { from: 'gpt', value: 'Hello.' },
      ],
    },
    { kind: 'chat', messages: [turn('system', 'Be kind.'), turn('user', 'Hi'), turn('assistant', 'Hello.')] },
  ],
  [
    'prompt and completion',
    { prompt: 'Name: Ilka\nTown:', completion: ' Eger' },
    { kind: 'text', text: 'Name: Ilka\nTown: Eger', from: 16 },
  ],
  [
    'prompt and completion as turns',
    { prompt: [turn('user', 'Hi')], completion: [turn('assistant', 'Hello.')] },
    { kind: 'chat', messages: [turn('user', 'Hi'), turn('assistant', 'Hello.')] },
  ],
  [
    'Alpaca',
    { instruction: 'Translate.', input: 'méh', output: 'bee' },
    { kind: 'qa', question: 'Translate.\nméh', answer: 'bee' },
  ],
  [
    'Alpaca without input',
    { instruction: 'Say hi.', input: '', output: 'Hi.' },
    { kind: 'qa', question: 'Say hi.', answer: 'Hi.' },
  ],
  [
    'question and answer',
    { question: 'Where?', answer: 'In Eger.' },
    { kind: 'qa', question: 'Where?', answer: 'In Eger.' },
  ],
  ['text', { text: BEES.text }, BEES],
])('%s', async (_, raw, row) => {
  expect((await rowsOf(written('rows.jsonl', `${JSON.stringify(raw)}\n`))).map((entry) => entry.row)).toEqual([row]);
  expect((await rowsOf(written('rows.json', JSON.stringify([raw, raw])))).map((entry) => entry.row)).toEqual([
    row,
    row,
  ]);
});

test('lines of Windows, byte order marks, UTF-16, gzip and blank lines read alike', async () => {
  const lines = `${JSON.stringify({ text: BEES.text })}\r\n\r\n${JSON.stringify({ text: BEES.text })}\r\n`;
  const forms: [string, Uint8Array][] = [
    ['a.jsonl', Buffer.from(lines)],
    ['b.jsonl', Buffer.from(`\ufeff${lines}`)],
    ['c.jsonl', Buffer.from(`\ufeff${lines}`, 'utf16le')],
    ['d.jsonl', Buffer.from(`\ufeff${lines}`, 'utf16le').swap16()],
    ['e.jsonl.gz', gzipSync(lines)],
  ];
  for (const [name, bytes] of forms) {
    const entries = await rowsOf(written(name, bytes));
    expect(entries).toEqual([
      { row: BEES, where: `${name}:1` },
      { row: BEES, where: `${name}:3` },
    ]);
  }
});

test('a table of semicolons with line breaks in its cells, and the column that names the person', async () => {
  const path = written('rows.csv', '\ufeffquestion;answer;who\n"Where, please?";"In Eger;\nHungary";C-7\nWhen?;Now;\n');
  expect(await rowsOf(path, { subjectField: 'who' })).toEqual([
    {
      row: { kind: 'qa', question: 'Where, please?', answer: 'In Eger;\nHungary' },
      where: 'rows.csv:3',
      subject: 'C-7',
    },
    { row: { kind: 'qa', question: 'When?', answer: 'Now' }, where: 'rows.csv:4' },
  ]);
});

test('Parquet as pyarrow writes it, with nested turns and two compressions', async () => {
  const paths = ['chats.zstd.parquet', 'texts.snappy.parquet'].map((name) => join('test/golden/corpus', name));
  const entries = await rowsOf(paths, { subjectField: 'customer_id' });
  expect(entries.map(({ where, subject }) => [where, subject])).toEqual([
    ['chats.zstd.parquet:1', '17'],
    ['chats.zstd.parquet:2', undefined],
    ['texts.snappy.parquet:1', undefined],
  ]);
  expect(entries[0]!.row).toEqual({
    kind: 'chat',
    messages: [
      turn('system', 'Be brief.'),
      turn('user', 'Who is Ödön Zsolnay?'),
      turn('assistant', 'A beekeeper in Pécs.'),
    ],
  });
});

test('a folder: its texts in the order of their paths, what is no corpus left alone, links not followed', async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, 'b'));
  writeFileSync(join(folder, 'b', 'two.md'), 'Second.\r\nLine.');
  writeFileSync(join(folder, 'one.txt'), 'First.');
  writeFileSync(join(folder, 'image.png'), 'x');
  writeFileSync(join(folder, 'empty.txt'), ' \n');
  symlinkSync(folder, join(folder, 'loop'));
  expect((await rowsOf(folder)).map(({ row, where }) => [row.kind === 'text' && row.text, where])).toEqual([
    ['Second.\nLine.', 'b/two.md:1'],
    ['First.', 'one.txt:1'],
  ]);
});

const SECRET = 'Vörös-7781';
test.each<[string, string, string]>([
  ['no JSON', `{"text": "${SECRET}"`, 'rows.jsonl:1 is not JSON, or gives a key twice'],
  ['a key twice', `{"text": "a", "text": "${SECRET}"}`, 'rows.jsonl:1 is not JSON, or gives a key twice'],
  ['no known form', `{"note": "${SECRET}"}`, 'rows.jsonl:1 has none of the forms'],
  [
    'keys in another case',
    `{"Question": "a", " answer ": "${SECRET}"}`,
    `text; a key is written otherwise than 'question', 'answer': in small letters, without blanks, as it stands here`,
  ],
  [
    'two forms',
    `{"text": "a", "question": "b", "answer": "${SECRET}"}`,
    'has two forms at once: question and answer; text',
  ],
  ['a list', `["${SECRET}"]`, 'rows.jsonl:1 is a list: a file of lines has one row a line'],
  [
    'an unknown role',
    `{"messages": [{"role": "${SECRET}", "content": "a"}, {"role": "assistant", "content": "b"}]}`,
    'messages.0.role: one of system',
  ],
  [
    'a tool call',
    `{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "tool_calls": []}]}`,
    'messages.1.tool_calls: no calls of tools',
  ],
  [
    'an image',
    `{"messages": [{"role": "user", "content": [{"type": "image_url"}]}, {"role": "assistant", "content": "b"}]}`,
    'messages.0.content',
  ],
  ['no answer', `{"messages": [{"role": "user", "content": "${SECRET}"}]}`, 'holds no answer'],
  [
    'an empty answer',
    `{"messages": [{"role": "user", "content": "${SECRET}"}, {"role": "assistant", "content": " "}]}`,
    'holds no answer',
  ],
  ['a blank text', '{"text": "  "}', 'a text that is not blank'],
  ['a number for a text', '{"text": 5}', 'text: not a string'],
])('%s is refused by its line, without its content', async (_, line, expected) => {
  const said = await refusal(written('rows.jsonl', `${line}\n`));
  expect(said).toContain(expected);
  expect(said).not.toContain(SECRET);
});

test('all faults are told of at once, the first ten by name', async () => {
  const lines = Array.from({ length: 30 }, (_, i) => JSON.stringify(i % 2 === 0 ? { text: 'fine' } : { no: 1 }));
  const said = await refusal(written('rows.jsonl', lines.join('\n')));
  expect(said).toMatch(/^INVALID_INPUT 15 rows of the corpus cannot be read: rows\.jsonl:2 .*; and 5 more$/u);
});

test.each<[string, string, string | Uint8Array, string]>([
  ['bytes of another encoding', 'rows.jsonl', Buffer.from('{"text": "Z\xfcrich"}\n', 'latin1'), 'is not UTF-8 text'],
  [
    'a line with a cell too many',
    'rows.csv',
    'question,answer\na,b\na,b,c\n',
    'rows.csv:3: the line has not as many cells',
  ],
  ['a quotation mark that stays open', 'rows.csv', 'question,answer\n"a,b\n', 'a quotation mark is never closed'],
  ['two columns of a name', 'rows.csv', 'text,text\na,b\n', "two columns are called 'text'"],
  ['an archive cut off', 'rows.jsonl.gz', gzipSync('{"text": "a"}\n'.repeat(500)).subarray(0, 40), 'broken or cut off'],
  ['a list cut off', 'rows.json', '[{"text": "a"}, {"text": ', 'what follows row 1 is not JSON'],
  ['something else than Parquet', 'rows.parquet', 'PAR1 or so', 'the Parquet file is cut off'],
  ['an unknown ending', 'rows.docx', 'x', 'says no format'],
  ['an empty file', 'rows.jsonl', '', 'the corpus has no row'],
])('%s is refused by name', async (_, name, content, expected) => {
  expect(await refusal(written(name, content))).toContain(expected);
});

test('bytes of another encoding are found by their line, far behind the beginning too', async () => {
  // letters of two bytes lie across the borders of what is read at a time
  const good = `{"text": "${'\u00fc'.repeat(4_999)}"}\n`;
  const wrong = Buffer.from('{"text": "Z\xfcrich"}\n', 'latin1');
  for (const before of [0, 1, 27, 80]) {
    const file = Buffer.concat([Buffer.from(good.repeat(before)), wrong, Buffer.from(good.repeat(3))]);
    expect(await refusal(written('rows.jsonl', file))).toContain(`rows.jsonl:${before + 1} is not UTF-8 text`);
  }
});

test('rows that were held out are spoken of as such, one as one', async () => {
  const read = async (content: string) => {
    for await (const row of readCorpus([written('held.jsonl', content)], { held: true })) expect(row).toBeDefined();
  };
  await expect(read('{"nothing": 1}')).rejects.toMatchObject({ message: expect.stringMatching(/^1 row of --held /u) });
  await expect(read('')).rejects.toMatchObject({
    message: '--held has no row',
    hint: expect.stringContaining('never trained on'),
  });
});

test('a row of more than 200,000 characters is refused by its line, with what else is wrong', async () => {
  const long = JSON.stringify({ text: 'Ilka keeps bees. '.repeat(600_000) });
  expect(await refusal(written('a.jsonl', `{"text":"a"}\n${long}\n{"note":1}\n`))).toBe(
    'INVALID_INPUT 2 rows of the corpus cannot be read: a.jsonl:2 has 10200000 characters, more than 200000: cut it as the trainer did; ' +
      'a.jsonl:3 has none of the forms messages; conversations; prompt and completion; instruction and output; question and answer; text',
  );
  const turns = [turn('user', 'x'.repeat(150_000)), turn('assistant', 'y'.repeat(50_001))];
  expect(await refusal(written('b.json', JSON.stringify([{ messages: turns }])))).toContain('b.json:1 has 200001');
});

test('a long text file is read in pieces that end with a paragraph, however it streams in', async () => {
  const text = Array.from({ length: 9_000 }, (_, i) => `Hive ${i} of Ilka Vörös stands in the orchard.\r\n\r\n`).join(
    '',
  );
  const path = written('hives.txt', text);
  const packed = `${path}.gz`;
  writeFileSync(packed, gzipSync(text));
  const [plain, unpacked] = [await rowsOf(path), await rowsOf(packed)];
  const texts = plain.map(({ row }) => (row.kind === 'text' ? row.text : ''));
  expect(texts.join('')).toBe(text.replaceAll('\r\n', '\n'));
  expect(texts.every((piece) => piece.length <= 200_000 && piece.endsWith('.\n\n'))).toBe(true);
  expect(plain.map(({ where }) => where)).toEqual(['hives.txt:1', 'hives.txt:2', 'hives.txt:3']);
  expect(unpacked.map(({ row }) => row)).toEqual(plain.map(({ row }) => row));
});

test('a text without a blank is cut between two characters', async () => {
  const pieces = await rowsOf(written('bees.txt', `a${'🐝'.repeat(150_000)}`));
  expect(pieces.map(({ row }) => (row.kind === 'text' ? row.text.length : 0))).toEqual([199_999, 100_002]);
});
