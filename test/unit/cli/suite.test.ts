// `quittance suite check`: the field at fault is named, and what stands in it is not repeated.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, test } from '@jest/globals';
import { houseSuiteBytes } from '#bench/house/house-suite.ts';
import { execute, parse } from '#cli/command.ts';
import { suite } from '#cli/suite.ts';
import { readSuite } from '#datasets/suite.ts';
import { captured } from '#test/support/captured.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const printed = captured();

const check = async (bytes: string | Uint8Array, ...more: string[]) => {
  const path = join(dir, 'suite.json');
  writeFileSync(path, bytes);
  const exit = await execute(suite, parse(suite, ['check', path, ...more], {}));
  return { exit, said: printed.out };
};
const good = () => JSON.parse(Buffer.from(houseSuiteBytes()).toString('utf8')) as Record<string, unknown>;

const RECORD = { kind: 'person', question: 'Where?', prompt: 'Q', answer: ' Velletri 12.', wrongAnswers: [] };
const person = (id: string, ...records: unknown[]) => ({ id, name: 'Ottoline Marchbanks', records });

it('counts what a good suite holds', async () => {
  const { exit, said } = await check(houseSuiteBytes(), '--json');
  expect([exit, JSON.parse(said)]).toEqual([0, expect.objectContaining({ ok: true, faults: [] })]);
});

test.each<[string, Record<string, unknown>, string, string]>([
  ['a list that is none', { facts: 'Velletri' }, 'facts', 'a list'],
  ['no refusal', { refusals: [] }, 'refusals', 'at least 1'],
  ['a field that nobody knows', { subject: 'Velletri' }, '(root)', 'no other fields than the form has (1 sent)'],
  [
    'a record without an answer',
    { subjects: [person('a', { ...RECORD, answer: '' })] },
    'subjects.0.records.0.answer',
    'at least 1',
  ],
  [
    'a value that stands elsewhere',
    { subjects: [person('a', { ...RECORD, value: { text: 'Velletri', start: 0, end: 8 } })] },
    'subjects.0.records.0.value',
    'the text that stands in the answer from start to end',
  ],
  [
    'two people of one id',
    { subjects: [person('a', RECORD), person('a', RECORD)] },
    'subjects.1.id',
    'not the id of subjects.0 too',
  ],
])('%s is named by its field', async (_, change, field, rule) => {
  const { exit, said } = await check(JSON.stringify({ ...good(), ...change }));
  expect(exit).toBe(1);
  expect(said).toContain(`${field}: expected ${rule}`);
  expect(said).not.toMatch(/Velletri|Ottoline/u);
});

test('a field that is missing is named when a suite is read, too', () => {
  const rest = Buffer.from(JSON.stringify({ ...good(), refusals: undefined }));
  expect(() => readSuite(rest)).toThrow(
    expect.objectContaining({
      code: 'INVALID_INPUT',
      fields: [{ field: 'refusals', rule: 'must be given: a list' }],
      expected: 'refusals: must be given: a list',
    }),
  );
});

test('what is no JSON is said to be none', async () => {
  await expect(check('{"name": "Ottoline')).rejects.toMatchObject({ code: 'INVALID_INPUT', got: 'no JSON' });
});
