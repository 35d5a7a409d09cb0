// What stops a command half-way (a disk that is full, a folder that may not be written, a write-ahead log that is
// gone), and the same command again: it goes on to the same end, or says what to do.
import { spawnSync } from 'node:child_process';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contentsOf, MAIN, makeSmall, quittance, type Run, type Small } from './small.ts';

let small: Small;
beforeAll(() => {
  small = makeSmall();
});
afterAll(() => small.remove());

const approve = (dir: string) => ['ticket', 'approve', small.ticketId, '--as', 'privacy.officer', '--dir', dir];
const script = (text: string, dir: string, ...args: readonly string[]): Run => {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', text, 'sh', dir, process.execPath, MAIN, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

const endsWell = (dir: string) => {
  const again = quittance(...approve(dir));
  expect([again.status, again.stdout]).toEqual([0, expect.stringContaining('is PURGED')]);
  const bundle = `${dir}-bundle`;
  expect(quittance('ticket', 'bundle', small.ticketId, bundle, '--dir', dir).status).toBe(0);
  expect(quittance('verify', bundle).status).toBe(0);
};

describe('a disk that fills', () => {
  const statusOf = async (dir: string) => (await contentsOf(dir)).tickets[0]!.status;

  it.each([60, 160, 220])(
    'at %i kilobytes a file, on the way of an approval: the same command again goes on to its end',
    async (kilobytes) => {
      const dir = small.copy();
      const first = script(`shift && ulimit -f ${2 * kilobytes} && exec "$@"`, dir, ...approve(dir));
      expect([first.status, first.stderr]).toEqual([2, expect.stringContaining('[STORE_FULL]')]);
      expect(first.stderr).toContain('run the command again');
      // at the least size the certificate that the decision signs does not fit, and the decision is not taken
      const passed = ['AWAITING_APPROVAL', 'DEPLOYING', 'VERIFYING_SERVED', 'COMPLETED', 'EVIDENCE_SEALED'];
      expect(passed).toContain(await statusOf(dir));
      endsWell(dir);
    },
  );

  it('while a ticket is filed and unlearned: the same command again comes to its approval', async () => {
    const dir = small.copy();
    // alone with its model: a second deletion on top of this barely trained one is beyond its moments
    expect(quittance('ticket', 'withdraw', small.ticketId, '--as', 'legal.filer', '--dir', dir).status).toBe(0);
    const file = [
      'ticket',
      'file',
      join(small.root, 'second.json'),
      '--policy',
      join(small.root, 'policy.json'),
      '--dir',
      dir,
    ];
    const ends = [48, 96].map((kilobytes) => script(`shift && ulimit -f ${2 * kilobytes} && exec "$@"`, dir, ...file));
    for (const { status, stderr } of ends)
      expect([status, stderr]).toEqual([2, expect.stringContaining('[STORE_FULL]')]);
    const again = quittance(...file);
    expect([again.status, again.stderr]).toEqual([0, '']);
    expect(again.stdout).toContain('is AWAITING_APPROVAL');
    const statuses = (await contentsOf(dir)).tickets.map(({ status }) => status);
    expect(statuses).toEqual(['AWAITING_APPROVAL', 'WITHDRAWN']);
  });
});

describe('a folder that may not be written', () => {
  const RO = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"';
  const readOnly = (dir: string, ...args: readonly string[]): Run => {
    const inside = ['--user', '--map-root-user', '--mount', 'sh', '-c', RO, 'sh', dir, process.execPath, MAIN, ...args];
    const { status, stdout, stderr } = spawnSync('unshare', inside, { encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const mayMount = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;

  (mayMount ? it : it.skip)(
    `says so, by whatever command, and nothing was begun${mayMount ? '' : ' (skipped: no mount namespaces here)'}`,
    async () => {
      const dir = small.copy();
      const before = await contentsOf(dir);
      const commands = [approve(dir), ['ticket', 'file', join(small.root, 'second.json'), '--dir', dir]];
      for (const args of [...commands, ['serve', '--port', '0', '--dir', dir], ['ticket', 'list', '--dir', dir]]) {
        const { status, stderr } = readOnly(dir, ...args);
        expect([args, status, stderr]).toEqual([args, 2, expect.stringContaining('[STORE_READ_ONLY]')]);
        expect(stderr).toContain('run the command again');
      }
      expect(await contentsOf(dir)).toEqual(before);
      endsWell(dir);
    },
  );
});

describe('a write-ahead log that is gone after kill -9', () => {
  it('is asked for by its name; put back, the same command goes on to its end', () => {
    const dir = small.copy();
    const log = join(dir, 'state.sqlite-wal');
    killedOnceThere(log, approve(dir));
    cpSync(log, `${log}-kept`);
    rmSync(log);
    rmSync(join(dir, 'state.sqlite-shm'), { force: true });
    const { status, stderr } = quittance(...approve(dir));
    expect([status, stderr]).toEqual([1, expect.stringContaining('[STORE_CORRUPT]')]);
    expect(stderr).toContain('put ');
    expect(stderr).toContain('state.sqlite-wal back');
    renameSync(`${log}-kept`, log);
    endsWell(dir);
  });

  /** The command, whose process kills itself at its first write after the one that the decision is made with. */
  const killedOnceThere = (log: string, args: readonly string[]) => {
    const watching = `
      import { existsSync, readFileSync } from 'node:fs';
      import { DatabaseSync } from 'node:sqlite';
      const log = ${JSON.stringify(log)};
      const { exec } = DatabaseSync.prototype;
      DatabaseSync.prototype.exec = function (sql) {
        const there = sql === 'BEGIN IMMEDIATE' && existsSync(log) && readFileSync(log).includes('"status":"DEPLOYING"');
        if (there) process.kill(process.pid, 'SIGKILL');
        exec.call(this, sql);
      };`;
    const preload = `data:text/javascript,${encodeURIComponent(watching)}`;
    expect(spawnSync(process.execPath, ['--import', preload, MAIN, ...args]).signal).toBe('SIGKILL');
  };
});
