// Opens a database file for one process at a time. node:sqlite in write-ahead mode; a commit returns once it is on disk (synchronous=FULL).
// Trap: the lock is a transaction held on a file beside the database, which the operating system ends with the process, however that ends:
// there is no stale lock after kill -9, and other processes may still read the database itself.
import { DatabaseSync } from 'node:sqlite';
import { QuittanceError } from '#core/errors.ts';

export interface OwnedDatabase {
  readonly database: DatabaseSync;
  close(): void;
}

/** Creates the file and runs `schema` (idempotent statements). STORE_LOCKED while another process has it, STORE_CORRUPT if it is no database. */
export const openOwned = (path: string, schema: string): OwnedDatabase => {
  const lock = lockBeside(path);
  try {
    const database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;');
    database.exec(schema);
    return { database, close: () => (database.close(), lock.close()) };
  } catch (error) {
    lock.close();
    throw storeError(error, path);
  }
};

const lockBeside = (path: string): DatabaseSync => {
  const lock = new DatabaseSync(`${path}.lock`);
  try {
    lock.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;');
    return lock;
  } catch (error) {
    lock.close();
    throw new QuittanceError('STORE_LOCKED', {
      message: `another process has ${path} open`,
      expected: 'one process for each data folder',
      hint: 'stop the other process, or use another data folder',
      cause: error,
    });
  }
};

const [SQLITE_FULL, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR_WRITE] = [13, 11, 26, 778];

/** The error of a statement by the store's codes. A write over a quota or file size limit arrives as an I/O error. */
export const storeError = (error: unknown, path: string): unknown => {
  const code = (error as { errcode?: unknown }).errcode;
  if (code === SQLITE_FULL || code === SQLITE_IOERR_WRITE)
    return new QuittanceError('STORE_FULL', {
      message: `${path} cannot grow`,
      hint: 'free disk space, then try again',
      cause: error,
    });
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB)
    return new QuittanceError('STORE_CORRUPT', { message: `${path} is not an intact database`, cause: error });
  return error;
};

/** All or nothing; throws what `write` throws after rolling back, in the store's codes. */
export const inTransaction = (database: DatabaseSync, path: string, write: () => void): void => {
  try {
    database.exec('BEGIN IMMEDIATE');
    write();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw storeError(error, path);
  }
};
