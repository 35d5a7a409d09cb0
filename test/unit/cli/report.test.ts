// `quittance report` as it is typed: a file holds what its name ends in, unless --format says otherwise.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { execute, parse } from '#cli/command.ts';
import { report } from '#cli/report.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const data = join(dir, 'data');
beforeAll(() => localStores(data).close());

const HTML = /^<!doctype html>/i;
const JSON_TEXT = /^[[{]/;

it.each([
  ['month.html', ['--month', '2026-03'], HTML],
  ['month.JSON', ['--month', '2026-03'], JSON_TEXT],
  ['month.txt', ['--month', '2026-03'], JSON_TEXT],
  ['other.html', ['--month', '2026-03', '--format', 'json'], JSON_TEXT],
  ['month.pdf', ['--month', '2026-03'], /^%PDF-/],
  ['register.csv', ['--register'], /^\uFEFF?"?[A-Za-z]/],
  ['register.xlsx', ['--register'], /^PK/],
])('%s', async (name, argv, begins) => {
  const out = join(dir, name);
  await execute(report, parse(report, [...argv, '--out', out, '--dir', data], {}));
  expect(readFileSync(out, 'utf8')).toMatch(begins);
});
