// A database file for one process at a time. Trap: a lock must not survive kill -9. It is therefore an open transaction
// on a second file beside the database, which the operating system ends with the process; other processes may still
// read the database itself.
import { DatabaseSync } from 'node:sqlite';
import { QuittanceError } from '#core/errors.ts';
import { openDatabase, type Database } from './sqlite.ts';

export interface OwnedDatabase {
  readonly database: Database;
  close(): void;
}

/**
 * Creates the file and runs `schema` (idempotent statements). STORE_LOCKED while another process has it, STORE_CORRUPT
 * if it is no database.
 */
export const openOwned = (path: string, schema: string): OwnedDatabase => {
  const lock = lockBeside(path);
  try {
    const database = openDatabase(path, schema);
    return { database, close: () => (database.close(), lock.close()) };
  } catch (error) {
    lock.close();
    throw error;
  }
};

const lockBeside = (path: string): DatabaseSync => {
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode=DELETE; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;');
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
