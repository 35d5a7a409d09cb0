// Only one process at a time writes a data folder. The lock is SQLite's exclusive lock on a file of its own: the kernel
// releases it with the process, so that kill -9 leaves no stale lock. (Of a lock file with a process id, one could not
// say for certain whether its process lives.)
import { DatabaseSync } from 'node:sqlite';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { databaseError } from '#state-machine/sqlite.ts';

/** STORE_LOCKED when another process (or another open of this one) holds the folder; STORE_FULL, STORE_CORRUPT. */
export const lockFolder = (dir: string): { release: () => void } => {
  mkdirSync(dir, { recursive: true });
  const db = new DatabaseSync(join(dir, 'lock.sqlite'), { timeout: 0 });
  try {
    db.exec('PRAGMA journal_mode=DELETE; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    const known = databaseError(error, join(dir, 'lock.sqlite'));
    throw isQuittanceError(known, 'STORE_LOCKED') ? locked(dir, error) : known;
  }
  return { release: () => db.close() };
};

const locked = (dir: string, cause: unknown) =>
  new QuittanceError('STORE_LOCKED', {
    message: `another process has the data folder open: ${dir}`,
    expected: 'one process a data folder',
    hint: 'stop the other one, or give this one its own --dir',
    cause,
  });
