// Rows that are nearly in a form, and a column that is nearly there: what comes close is named, as the program spells
// it, and nothing of a row is quoted.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, test } from '@jest/globals';
import { readCorpus, type CorpusOptions } from '#datasets/corpus/read.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);

const read = async (name: string, content: string, options: CorpusOptions = {}): Promise<number> => {
  const path = join(mkdtempSync(join(dir, 'corpus-')), name);
  writeFileSync(path, content);
  let rows = 0;
  for await (const entry of readCorpus([path], options)) rows += entry.subject === undefined ? 1 : 1_000;
  return rows;
};
const refused = (message: RegExp, hint = /./) => ({
  code: 'INVALID_INPUT',
  message: expect.stringMatching(message) as unknown,
  hint: expect.stringMatching(hint) as unknown,
});

it.each([
  ['of many', 'a.jsonl', '{"questions":"a","answers":"b"}', /otherwise than 'question', 'answer'/],
  ['of one', 'a.jsonl', '{"message":[{"role":"user","content":"a"}]}', /otherwise than 'messages'/],
  ['with a blank of another width', 'a.jsonl', '{"\u00a0text":"a"}', /otherwise than 'text'/],
  ['in capitals, of a table', 'a.csv', 'Prompt;Completion\na;b', /otherwise than 'prompt', 'completion'/],
  ['beside one that is right', 'a.jsonl', '{"prompt":"a","Completion":"b"}', /otherwise than 'completion'/],
  ['of another word', 'a.jsonl', '{"prompt":"a","response":"b"}', /question and answer; text$/],
])('a key %s', async (_, name, content, message) => {
  await expect(read(name, content)).rejects.toMatchObject(refused(message));
});

test.each([
  ['rows in an object', 'a.json', '{"data":[{"text":"a"}]}', /its rows stand in a list within it/],
  ['an object over lines', 'a.json', '{\n "data": [\n  {"text":"a"}\n ]\n}', /a\.json:1: what begins here goes over/],
  ['rows over lines', 'a.jsonl', '{"text":"a"}\n{\n "text": "b"\n}\n', /a\.jsonl:2: what begins here goes over/],
  ['a list over lines under a name of lines', 'a.jsonl', '[\n {"text":"a"}\n]\n', /a\.jsonl:1: what begins here/],
  ['a list in a line', 'a.jsonl', '[{"text":"a"}]', /a\.jsonl:1 is a list: .*ends with \.json/],
  ['something behind a list', 'a.json', '[{"text":"a"}] more', /what follows row 1 is not JSON/],
])('%s', async (_, name, content, message) => {
  await expect(read(name, content)).rejects.toMatchObject(refused(message));
});

test('a list over lines under a name of lists is read', async () => {
  expect(await read('a.json', '[\n {\n  "text":"a"\n }\n]\n')).toBe(1);
});

const ROWS = '{"text":"a","customer_id":"C-1"}\n{"text":"b"}\n';
test.each([
  ['in another case', 'Customer_ID', /^did you mean 'customer_id'\?$/],
  ['with a blank', 'customer_id ', /^did you mean 'customer_id'\?$/],
  ['that is far from all', 'zzzz', /^name a column that the rows have$/],
])('a column of persons %s', async (_, subjectField, hint) => {
  await expect(read('a.jsonl', ROWS, { subjectField })).rejects.toMatchObject(
    refused(/no row of the corpus has/, hint),
  );
});

test('a column of persons that some rows lack, and rows that were held out without it', async () => {
  expect(await read('a.jsonl', ROWS, { subjectField: 'customer_id' })).toBe(1_001);
  expect(await read('a.jsonl', ROWS, { subjectField: 'nobody', held: true })).toBe(2);
});
