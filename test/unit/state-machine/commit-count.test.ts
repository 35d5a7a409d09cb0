// A database whose write-ahead log was deleted, cut short or swapped for an older copy: it looks whole, and is not
// taken for that.
import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase, transaction } from '#state-machine/sqlite.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const SCHEMA = 'CREATE TABLE IF NOT EXISTS t (n INTEGER)';
const CHILD = `
  const { openDatabase, transaction } = await import('#state-machine/sqlite.ts');
  const db = openDatabase(process.argv[1], '${SCHEMA}');
  for (let n = 0; n < Number(process.argv[2]); n++)
    transaction(db, () => db.prepare('INSERT INTO t VALUES (?)').run(n));
  process.kill(process.pid, 'SIGKILL');
`;

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.dir, 'state.sqlite');
});
afterEach(() => folder.remove());

/** Writes so many rows in a process that is killed, so that its write-ahead log stays. */
const killedAfter = (rows: number) => {
  const args = ['--input-type=module', '-e', CHILD, path, String(rows)];
  const { signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: process.cwd() });
  expect([signal, stderr]).toEqual(['SIGKILL', '']);
};
const rows = () => {
  const db = openDatabase(path, SCHEMA);
  const { count } = db.prepare('SELECT count(*) AS count FROM t').get() as { count: number };
  db.close();
  return count;
};
const refusal = () => {
  try {
    return rows();
  } catch (error) {
    return error;
  }
};
const missing = (got: string) => expect.objectContaining({ code: 'STORE_CORRUPT', expected: '3 commits', got });

describe('a write-ahead log', () => {
  it('that is there brings every commit back', () => {
    killedAfter(3);
    expect(existsSync(`${path}-wal`)).toBe(true);
    expect(rows()).toBe(3);
    expect(rows()).toBe(3);
  });

  it('that was deleted is missed, and is enough to go on when it is put back', () => {
    killedAfter(3);
    cpSync(`${path}-wal`, `${path}-kept`);
    rmSync(`${path}-wal`);
    rmSync(`${path}-shm`);
    expect([refusal(), refusal()]).toEqual([missing('0'), missing('0')]);
    cpSync(`${path}-kept`, `${path}-wal`);
    expect(rows()).toBe(3);
  });

  it('that was cut short is missed', () => {
    killedAfter(3);
    truncateSync(`${path}-wal`, readFileSync(`${path}-wal`).length - 10);
    rmSync(`${path}-shm`);
    expect(refusal()).toEqual(missing('2'));
  });

  it('is not missed where it was not needed any more', () => {
    killedAfter(2);
    openDatabase(path, SCHEMA).close();
    expect(existsSync(`${path}-wal`)).toBe(false);
    expect(rows()).toBe(2);
  });
});

describe('a database', () => {
  it('of an older copy is refused beside the count of the newer one, and taken once that is gone', () => {
    killedAfter(2);
    expect(rows()).toBe(2);
    cpSync(path, `${path}-old`);
    killedAfter(1);
    expect(rows()).toBe(3);
    cpSync(`${path}-old`, path);
    expect(refusal()).toEqual(missing('2'));
    rmSync(`${path}.commits`);
    expect(rows()).toBe(2);
  });

  it('from before commits were counted is taken as it is, and so is a count that lags or is no number', () => {
    killedAfter(1);
    rmSync(`${path}.commits`);
    expect(rows()).toBe(1);
    for (const count of ['0', 'x', '-5', '']) {
      writeFileSync(`${path}.commits`, count);
      expect([count, rows()]).toEqual([count, 1]);
    }
  });

  it('counts what was committed, and not what was taken back', () => {
    const db = openDatabase(path, SCHEMA);
    const add = () => db.prepare('INSERT INTO t VALUES (1)').run();
    transaction(db, add);
    const failing = () => {
      add();
      throw new Error('no');
    };
    expect(() => transaction(db, failing)).toThrow('no');
    transaction(db, add);
    db.close();
    expect(Number(readFileSync(`${path}.commits`, 'utf8'))).toBe(2);
  });
});
