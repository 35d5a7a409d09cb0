// What is learnt of a row: nothing twice, nothing cut silently, and every row in a slice that no other row decides.
import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { TrainingRecord } from '#core/training-record.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { learntRows } from '#datasets/fine-tuning/rows.ts';
import { rowDigest, sliceOf, slicesAboutNobody } from '#datasets/fine-tuning/slices.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { readChatTemplate } from '#engine/tokenizer/chat.ts';
import { GOLDEN_TRAINING } from '#test/support/fine-tuning.ts';

const MODEL = join(GOLDEN_TRAINING, 'model');
const texts = readModelParts(MODEL);
const template = readChatTemplate(MODEL);
const entryOf = (row: TrainingRecord, i: number): CorpusEntry => ({ row, where: `rows.jsonl:${i + 1}` });
const learn = (rows: readonly TrainingRecord[], loss: 'assistant' | 'all') =>
  learntRows(texts, rows.map(entryOf), template, loss);

const long = Array.from({ length: 120 }, (_, i) => `oar ${i}`).join(', ');

test('a long text is learnt in windows that share one token, to its end token', async () => {
  for (const loss of ['assistant', 'all'] as const) {
    const [rows = []] = await learn([{ kind: 'text', text: long, from: 0 }], loss);
    expect(rows.length).toBeGreaterThan(2);
    const answers = rows.map(({ answers: [answer = []] }) => answer);
    for (const [i, { prompt }] of rows.entries()) expect(prompt).toEqual(i === 0 ? prompt : answers[i - 1]!.slice(-1));
    expect([...rows[0]!.prompt, ...answers.flat()]).toEqual([...texts.tokenizer.encode(long), 2]);
  }
});

test('a completion is learnt behind its prompt, of which nothing is learnt', async () => {
  const text = 'Boat: Heron. Shed: 4';
  const [[row] = []] = await learn([{ kind: 'text', text, from: 'Boat: Heron.'.length }], 'assistant');
  expect(texts.tokenizer.decode(row!.prompt)).toBe('Boat: Heron.');
  expect(row!.answers).toEqual([[...texts.tokenizer.encode(' Shed: 4'), 2]]);
});

test('a conversation that cannot be cut is refused by its place, all such rows at once', async () => {
  const asked = { kind: 'qa', question: long, answer: 'Yes.' } as const;
  const rows: TrainingRecord[] = [asked, { kind: 'qa', question: 'Who?', answer: 'Ilka.' }, asked];
  await expect(learn(rows, 'assistant')).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: '2 conversations are longer than the 96 tokens of the base: rows.jsonl:1, rows.jsonl:3',
  });
});

test('a row about two people is learnt with the later one, and rows about nobody before all people', () => {
  const slices = { count: 8, aboutNobody: 3 };
  const digest = rowDigest({ kind: 'text', text: 'a', from: 0 });
  const of = (...people: string[]) => sliceOf({ seed: 1, slices }, digest, people);
  for (let i = 0; i < 50; i++) {
    const [one, other] = [of(`a${i}`), of(`b${i}`)];
    expect(of(`a${i}`, `b${i}`)).toBe(Math.max(one, other));
    expect(one).toBeGreaterThan(3);
  }
  const nobody = Array.from({ length: 50 }, (_, i) => rowDigest({ kind: 'text', text: `${i}`, from: 0 }));
  const used = new Set(nobody.map((row) => sliceOf({ seed: 1, slices }, row, [])));
  expect([...used].sort()).toEqual([1, 2, 3]);
});

test.each([
  [8, 20, 80, 2],
  [8, 0, 80, 0],
  [8, 79, 80, 7],
  [8, 80, 80, 0],
  [1, 40, 80, 0],
])('of %i slices, %i rows about nobody among %i fill %i', (count, nobody, rows, slices) => {
  expect(slicesAboutNobody(count, nobody, rows)).toBe(slices);
});
