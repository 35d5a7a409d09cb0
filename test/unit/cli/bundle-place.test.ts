// Where `quittance ticket bundle` may write: what stands in the folder is replaced whole, so nothing of somebody's may
// stand there.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from '@jest/globals';
import { canonicalize } from '#core/canonical.ts';
import { requireBundlePlace } from '#cli/ticket/bundle-place.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const TICKET = 'T-2B7QK4XWVN';
const place = join(dir, 'place');

const put = (name: string, text: string) => {
  mkdirSync(join(place, name, '..'), { recursive: true });
  writeFileSync(join(place, name), text);
};
const index = (ticketId: string, ...names: string[]) =>
  canonicalize({
    kind: 'quittance-bundle/v1',
    ticketId,
    files: Object.fromEntries(names.map((name) => [name, `sha256:${'0'.repeat(64)}`])),
  });
const asked = () => {
  try {
    requireBundlePlace(place, TICKET);
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

beforeEach(() => rmSync(place, { recursive: true, force: true }));

it('is a folder that is not there, or an empty one', () => {
  expect(asked()).toBe('taken');
  mkdirSync(place);
  expect(asked()).toBe('taken');
});

it('is an earlier bundle of the same ticket', () => {
  put('bundle.json', index(TICKET, 'certificate.dsse.json', 'log/entry-1.json'));
  for (const name of ['certificate.dsse.json', 'log/entry-1.json', 'bundle.dsse.json']) put(name, '{}');
  expect(asked()).toBe('taken');
});

it.each([
  ['a bundle of another ticket', { 'bundle.json': index('T-AAAAAAAAAA') }],
  ['a bundle with a file of somebody’s beside', { 'bundle.json': index(TICKET), 'notes/mine.txt': 'mine' }],
  ['an index that is none', { 'bundle.json': '{"ticketId":"T-2B7QK4XWVN"}' }],
  ['an index that is no JSON', { 'bundle.json': 'T-2B7QK4XWVN' }],
  ['something else', { 'quittance.db': 'rows' }],
])('is not %s, which stays as it is', (_, files) => {
  for (const [name, text] of Object.entries(files)) put(name, text);
  const before = readdirSync(place, { recursive: true });
  expect(asked()).toBe('INVALID_INPUT');
  expect(readdirSync(place, { recursive: true })).toEqual(before);
});

it('is no file', () => {
  writeFileSync(place, 'a file');
  expect(asked()).toBe('INVALID_INPUT');
});
