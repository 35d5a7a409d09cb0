// What a command loads before it does anything: modules are counted by room and package, not by time. A command that
// only reads starts neither engine nor SDK.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { localStores } from '#adapters/local/index.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

const { dir, remove } = temporaryFolder();
const LISTING = join(dir, 'listing.mjs');
const HOOKS = `
  import { registerHooks } from 'node:module';
  import { writeSync } from 'node:fs';
  registerHooks({ load(url, context, next) { writeSync(3, url + '\\n'); return next(url, context); } });
`;

beforeAll(() => {
  writeFileSync(LISTING, HOOKS);
  localStores(dir).close();
});
afterAll(remove);

/** Rooms and packages that a command loads. */
const loaded = (...args: string[]): string[] => {
  const main = join(ROOT, 'cli/main.ts');
  const { status, stderr, output } = spawnSync(
    process.execPath,
    ['--import', pathToFileURL(LISTING).href, main, ...args],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
  );
  if (status !== 0) throw new Error(stderr);
  const root = pathToFileURL(`${ROOT}/`).href;
  const names = (output[3] ?? '').split('\n').filter((url) => url.startsWith(root));
  return [...new Set(names.map((url) => roomOf(url.slice(root.length))))].toSorted();
};

const roomOf = (path: string): string => {
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(path)?.[1];
  return name === undefined ? path.split('/')[0]! : `package ${name}`;
};

describe('a command that only reads', () => {
  it('--version: no package at all', () => expect(loaded('--version')).toEqual(['adapters', 'cli', 'core']));
  it('ticket list: the stores', () =>
    expect(loaded('ticket', 'list', '--dir', dir)).toEqual([
      'adapters',
      'cli',
      'core',
      'package date-holidays', // its version
      'package zod',
      'server', // who may act, in people.json
      'state-machine',
    ]));
  it('verify --help: no store', () =>
    expect(loaded('verify', '--help')).toEqual([
      'adapters',
      'cli',
      'core',
      'package @peculiar/utils', // of asn1js
      'package asn1js', // timestamps
      'package fflate',
      'package zod',
      'report', // reads a zipped bundle
    ]));
});
