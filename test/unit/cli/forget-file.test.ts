// A forget file that marks the values of two people in one row: whose go, and that nobody's go unasked.
import { afterAll, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '#cli/command.ts';
import { recordsToForget } from '#cli/forget-file.ts';
import { unlearn } from '#cli/unlearn.ts';
import { forgottenOf } from '#datasets/pieces.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);

const path = join(dir, 'forget.jsonl');
const text = 'Ilka Vey has 01 555, Bo Lund has 01 777.';
const mark = (value: string, subject?: string) => ({
  ...{ start: text.indexOf(value), end: text.indexOf(value) + value.length },
  ...(subject !== undefined && { subject }),
});
const values = async (lines: object[], ...argv: string[]) => {
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  const records = recordsToForget(parse(unlearn, argv, {}), path);
  return (await forgottenOf(records, { by: 'plain' })).flat().map(({ value }) => value?.text);
};
const shared = { text, spans: [mark('01 555', 'ilka'), mark('01 777', 'bo')] };

it('loses the values of whom --subject names, and those that nobody is named for', async () => {
  expect(await values([shared], '--subject', 'ilka')).toEqual(['01 555']);
  expect(await values([shared], '--subject', 'bo')).toEqual(['01 777']);
  expect(await values([{ text, spans: [mark('01 555')] }, shared], '--subject', 'bo')).toEqual(['01 555', '01 777']);
});

it('has no record of a row that marks others alone, and the whole of one that marks nothing', async () => {
  const others = { text, spans: [mark('01 777', 'bo')] };
  expect(await values([others, shared, { text }], '--subject', 'ilka')).toEqual(['01 555', undefined]);
});

it('is taken as it is where it marks one person’s', async () => {
  expect(await values([{ text, spans: [mark('01 555', 'ilka')] }])).toEqual(['01 555']);
});

it.each([
  ['of several people without a word whose are meant', [], 'values of 2 people'],
  ['of none whom --subject names', ['--subject', 'Ilka'], 'no value of whom --subject names'],
])('that marks values %s is refused', async (_, argv, message) => {
  await expect(values([shared], ...argv)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining(message),
  });
});
