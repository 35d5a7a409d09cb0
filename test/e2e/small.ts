// A small data folder for end-to-end tests, made once a run by a process, and the command as a process on copies of it.
// Trap: two test files may begin at once; then each makes one, and the later is thrown away.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import { localStores } from '#adapters/local/index.ts';
import { must } from '#core/errors.ts';
import { bundled } from '#test/support/bundled.ts';

const pathOf = (name: string) => new URL(name, import.meta.url).pathname;

export interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

const ran = (command: string, args: readonly string[]): Run => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { status, stdout, stderr };
};

/** The command line as one file, which starts in half of the time. */
export const MAIN = await bundled(pathOf('../../cli/main.ts'));
export const quittance = (...args: readonly string[]): Run => ran(process.execPath, [MAIN, ...args]);

/** The same where no file may grow beyond 512 bytes. */
export const quittanceWithoutRoom = (...args: readonly string[]): Run =>
  ran('sh', ['-c', 'ulimit -f 1 && exec "$@"', 'sh', process.execPath, MAIN, ...args]);

export interface Small {
  /** Holds `base` (a model folder), `first.json`, `second.json`, `facts.json` (ticket files), `policy.json`. */
  root: string;
  /** The ticket of `first.json`, which waits for its approval. */
  ticketId: string;
  /** A fresh copy of the data folder. */
  copy(): string;
  remove(): void;
}

const TICKET = 'ticket-id';

/** The folder that every test file of this run copies; it is whole as soon as it is there. */
const madeOnce = (): string => {
  const place = join(must(process.env['QUITTANCE_RUN_FOLDER'], 'run folder'), 'small');
  if (existsSync(place)) return place;
  const own = `${place}-${process.pid}`;
  const made = spawnSync(process.execPath, [pathOf('small-folder.ts'), join(own, 'data')], { encoding: 'utf8' });
  const { id, status } = JSON.parse(made.stdout || '{}') as { id?: string; status?: string };
  if (id === undefined || status !== 'AWAITING_APPROVAL') throw new Error(`${status ?? ''} ${made.stderr}`);
  writeFileSync(join(own, TICKET), id);
  try {
    renameSync(own, place);
  } catch {
    rmSync(own, { recursive: true }); // another was quicker
  }
  return place;
};

export const makeSmall = (): Small => {
  const root = mkdtempSync(join(tmpdir(), 'quittance-small-'));
  const dir = join(root, 'data');
  cpSync(madeOnce(), root, { recursive: true });
  let copies = 0;
  return {
    root,
    ticketId: readFileSync(join(root, TICKET), 'utf8'),
    copy: () => {
      const at = join(root, `copy-${++copies}`);
      cpSync(dir, at, { recursive: true });
      return at;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
};

const STORES = ['artifacts', 'vault', 'outbox', 'serving', 'log'];

/**
 * What a refused command must leave as it was: tickets, models, and every stored object; twice the same in a row,
 * because a server that took up its tickets again may still be writing.
 */
export const contentsOf = async (dir: string) => {
  for (let before = await contentsNow(dir); ;) {
    await setTimeout(200);
    const now = await contentsNow(dir);
    if (isDeepStrictEqual(now, before)) return now;
    before = now;
  }
};

const contentsNow = async (dir: string) => {
  const stores = localStores(dir, { lock: false });
  try {
    const [tickets, models] = [await stores.tickets.list(), await stores.models.list()];
    return { tickets, models, files: STORES.flatMap((name) => filesUnder(join(dir, name))) };
  } finally {
    stores.close();
  }
};

export const filesUnder = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('-wal') && !entry.name.endsWith('-shm'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();

export const mounted = (at: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', at]).status === 0;
const mayMount = () => {
  const at = mkdtempSync(join(tmpdir(), 'quittance-mount-'));
  const may = mounted(at);
  if (may) spawnSync('umount', [at]);
  else console.log('skipped: a disk with no space left, because this user may not mount a tmpfs');
  rmdirSync(at);
  return may;
};
export const MAY_MOUNT = mayMount();

/** A refusal as a user sees it. */
export const expectRefusal = ({ status, stdout, stderr }: Run, code: string, exit: number) => {
  expect(stderr).toContain(`[${code}]`);
  expect(stderr).toMatch(/^ {2}(expected|got|hint): /m);
  expect(stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
  expect([status, stdout]).toEqual([exit, '']);
};
