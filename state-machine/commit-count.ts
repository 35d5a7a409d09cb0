// How many commits a database has made: in the database, and in a file beside it that is written after each of them. A
// write-ahead log that was deleted or cut short takes commits with it and leaves a database that looks whole; then the
// file knows of more than the database does. https://www.sqlite.org/howtocorrupt.html, 1.4 and 4.
// Traps: the file is written after the commit and without a sync, so that it may lag and is never ahead by itself; so
// it must be read before the database is. And nothing may be written before they were compared, as the log may be put
// back.
import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';

const SCHEMA = 'CREATE TABLE IF NOT EXISTS commits (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL)';
const NEXT = `INSERT INTO commits VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET count = count + 1 RETURNING count`;
const Count = z.int().nonnegative();
const Row = z.object({ count: Count });

const fileBeside = (path: string): string => `${path}.commits`;

/** STORE_CORRUPT where commits are missing. Before anything is written. */
export const checkCommits = (db: DatabaseSync, path: string): void => {
  const told = readBeside(path);
  const made = hasTable(db) ? countIn(db) : 0;
  if (told > made) throw lost(path, told, made);
};

export const prepareCommits = (db: DatabaseSync): void => db.exec(SCHEMA);

/** Within a transaction: this commit's number. */
export const countCommit = (db: DatabaseSync): number => Row.parse(db.prepare(NEXT).get()).count;

/** After the commit. What cannot be told is told by the next one. */
export const tellCommit = (path: string, count: number): void => {
  try {
    // in place: a full disk has room for what it holds already
    const file = openSync(fileBeside(path), constants.O_WRONLY | constants.O_CREAT);
    try {
      writeSync(file, `${String(count).padStart(15)}\n`, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    // the commit is made, whatever became of its number
  }
};

const readBeside = (path: string): number => {
  try {
    return Count.safeParse(Number(readFileSync(fileBeside(path), 'utf8'))).data ?? 0;
  } catch {
    return 0;
  }
};

const hasTable = (db: DatabaseSync): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'commits'").get() !== undefined;

const countIn = (db: DatabaseSync): number => {
  const row = db.prepare('SELECT count FROM commits').get();
  return row === undefined ? 0 : Row.parse(row).count;
};

const lost = (path: string, told: number, made: number) =>
  new QuittanceError('STORE_CORRUPT', {
    message: `${path} lacks its last commits: its write-ahead log ${path}-wal was deleted or cut short, or it was restored alone`,
    expected: `${told} commits`,
    got: String(made),
    hint:
      `put ${path}-wal back as it was, or restore the whole data folder from one backup; where there is neither, ` +
      `delete ${fileBeside(path)} to go on with what is left, and look at every open ticket`,
  });
