// Only one process at a time writes a data folder. The lock is SQLite's exclusive lock on a file of its own: the kernel
// releases it with the process, so that kill -9 leaves no stale lock. (Of a lock file with a process id, one could not
// say for certain whether its process lives.)
import { DatabaseSync } from 'node:sqlite';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
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

const locked = (dir: string, cause: unknown) => {
  const server = readServerNote(dir);
  return new QuittanceError('STORE_LOCKED', {
    message: `another process has the data folder open: ${dir}`,
    expected: 'one process a data folder',
    hint: server
      ? `'quittance serve' has it, at ${server.url}: use that, stop it, or give this one its own --dir`
      : 'stop the other one, or give this one its own --dir',
    cause,
  });
};

const ServerNote = z.object({ kind: z.literal('quittance-server/v1'), url: z.string(), socket: z.string() });
/** Where the server of a data folder is: for people, and for commands. */
export type ServerNote = Omit<z.infer<typeof ServerNote>, 'kind'>;

const noteOf = (dir: string) => join(dir, 'server.json');

/** Says in the folder where its server is, until `forgetServer`. */
export const noteServer = (dir: string, note: ServerNote): void =>
  writeFileSync(noteOf(dir), `${JSON.stringify({ kind: 'quittance-server/v1', ...note })}\n`, { mode: 0o600 });

export const forgetServer = (dir: string): void => rmSync(noteOf(dir), { force: true });

/** Trap: a server that was killed leaves its note behind. */
export const readServerNote = (dir: string): ServerNote | undefined => {
  try {
    return ServerNote.safeParse(JSON.parse(readFileSync(noteOf(dir), 'utf8'))).data;
  } catch {
    return undefined;
  }
};
