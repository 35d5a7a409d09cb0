// SQLite as the embedded stores use it: write-ahead log, synchronous=FULL (a commit is on disk when it returns), one
// short transaction for each write. https://www.sqlite.org/wal.html, /pragma.html. node:sqlite is synchronous, so a
// transaction never spans an await and cannot interleave with another one of this process; other processes wait up to
// the busy timeout.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { mkdirSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { must, QuittanceError } from '#core/errors.ts';
import { GroupCommit } from './group-commit.ts';
import { checkCommits, countCommit, prepareCommits, tellCommit } from './commit-count.ts';

const BUSY_TIMEOUT_MS = 10_000;

export type Database = DatabaseSync;

/** `schema`: CREATE … IF NOT EXISTS statements. */
export const openDatabase = (path: string, schema: string): Database => {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    checkCommits(db, db.location() ?? path);
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON');
    db.exec(schema);
    prepareCommits(db);
    return db;
  } catch (error) {
    db.close();
    throw databaseError(error, path);
  }
};

const statements = new WeakMap<Database, Map<string, StatementSync>>();

/**
 * The statement of a fixed text, one for all calls: preparing costs more than running does, and each holds memory until
 * it is collected. Trap: never for a text with values in it, as none is given up.
 */
export const prepared = (db: Database, sql: string): StatementSync => {
  const known = statements.get(db) ?? new Map<string, StatementSync>();
  statements.set(db, known);
  const statement = known.get(sql) ?? db.prepare(sql);
  known.set(sql, statement);
  return statement;
};

/** Runs `act` in a transaction: all of it is stored, or nothing. */
export const transaction = <R>(db: Database, act: () => R): R => {
  try {
    db.exec('BEGIN IMMEDIATE');
    const result = act();
    const count = countCommit(db);
    db.exec('COMMIT');
    tellCommit(must(db.location(), 'the path of a database'), count);
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw databaseError(error, db.location() ?? undefined);
  }
};

const groups = new WeakMap<Database, GroupCommit>();

/**
 * As `transaction`, in one with all else that is asked for in the same turn of the event loop, so that many wait for
 * one fsync. Each act is stored whole or not at all, also where another of them fails; resolves when it is on disk.
 */
export const grouped = async <R>(db: Database, act: () => R): Promise<R> => {
  let group = groups.get(db);
  if (group === undefined) groups.set(db, (group = groupOn(db)));
  try {
    return await group.turn(() => aPartOf(db, act));
  } catch (error) {
    throw databaseError(error, db.isOpen ? (db.location() ?? undefined) : undefined);
  }
};

const groupOn = (db: Database): GroupCommit =>
  new GroupCommit(
    () => {
      endings.delete(db);
      db.exec('BEGIN IMMEDIATE');
    },
    () => {
      if (!goesOn(db)) throw endingOf(db);
      const count = countCommit(db);
      db.exec('COMMIT');
      tellCommit(must(db.location(), 'the path of a database'), count);
    },
    () => {
      if (db.isOpen && db.isTransaction) db.exec('ROLLBACK');
    },
  );

/** Asked anew each time: an act may have ended it. */
const goesOn = ({ isTransaction }: Database): boolean => isTransaction;

/** What ended a transaction before its commit: a full disk does, and takes what others had written in it along. */
const endings = new WeakMap<Database, unknown>();
const endingOf = (db: Database): unknown => endings.get(db) ?? new Error('the transaction was ended by an act');

/** In a transaction that has ended nothing may begin: it would be stored by itself. */
const aPartOf = <R>(db: Database, act: () => R): R => {
  if (!goesOn(db)) throw endingOf(db);
  db.exec('SAVEPOINT part');
  try {
    return act();
  } catch (error) {
    if (goesOn(db)) db.exec('ROLLBACK TO part');
    else endings.set(db, error);
    throw error;
  } finally {
    if (goesOn(db)) db.exec('RELEASE part');
  }
};

const READ_ONLY = [
  'the database cannot be written here',
  'give this user the right to write the data folder, on a disk that is mounted for writing, and run the command again',
] as const;

/** Result codes of SQLite, https://www.sqlite.org/rescode.html; the low byte is the primary code. */
const CODES: Readonly<
  Record<number, ['STORE_FULL' | 'STORE_LOCKED' | 'STORE_CORRUPT' | 'STORE_READ_ONLY', message: string, hint: string]>
> = {
  3: ['STORE_READ_ONLY', ...READ_ONLY],
  8: ['STORE_READ_ONLY', ...READ_ONLY],
  14: ['STORE_READ_ONLY', ...READ_ONLY],
  5: ['STORE_LOCKED', 'another process keeps the database locked', 'stop the other process, or wait for it'],
  6: ['STORE_LOCKED', 'another process keeps the database locked', 'stop the other process, or wait for it'],
  11: ['STORE_CORRUPT', 'the database file is damaged', 'restore the data folder from a backup'],
  13: [
    'STORE_FULL',
    'the disk or quota that holds the data folder is full; this write left nothing behind',
    'free some space and run the command again',
  ],
  26: ['STORE_CORRUPT', 'the file is not a database', 'restore the data folder from a backup'],
};

/**
 * SQLITE_IOERR: a memory map that fails for lack of space is reported like a failing disk, so the free space is asked
 * for.
 */
const IO_ERROR = 10;
/**
 * SQLITE_IOERR_WRITE, _SHMSIZE: a file cannot grow because of a quota or a limit on file sizes, though the disk has
 * space.
 */
const CANNOT_GROW = [778, 4874];
const LEAST_FREE_BYTES = 256 * 1024;

const isFull = (path: string): boolean => {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize < LEAST_FREE_BYTES;
};

/** The error with one of our codes, or unchanged where none fits. */
export const databaseError = (error: unknown, path?: string): unknown => {
  const errcode = typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) : 0;
  const primary = errcode & 0xff;
  const full = CANNOT_GROW.includes(errcode) || (primary === IO_ERROR && path !== undefined && isFull(path));
  const known = CODES[full ? 13 : primary];
  if (!known) return error;
  const [code, message, hint] = known;
  return new QuittanceError(code, { message: path ? `${message}: ${path}` : message, hint, cause: error });
};
