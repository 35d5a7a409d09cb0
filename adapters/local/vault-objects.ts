// A ticket's encrypted objects: small ones are rows beside the keys, so that many that are put at once share one fsync;
// larger ones, and those of folders from before there were such rows, are files.
// Trap: an object may have been small and be large now, or the other way round. A row goes before a file; so the new
// bytes are stored first and the old ones removed after, and a crash between leaves the old object or the new one.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { types } from 'node:util';
import { z } from 'zod';
import { safeName } from '#core/names.ts';
import { destroyedKey } from '#core/purge-proof.ts';
import { grouped, prepared, type Database } from '#state-machine/sqlite.ts';
import { isMissing, isThere, readSmallIfThere, shred, writeDurably } from './durable-file.ts';

export const OBJECTS_SCHEMA = `CREATE TABLE IF NOT EXISTS objects (
  ticket_id TEXT NOT NULL,
  name TEXT NOT NULL,
  encrypted BLOB NOT NULL,
  PRIMARY KEY (ticket_id, name)
)`;

/** Nothing is put once the key is destroyed, which may happen while it is encrypted. */
const PUT = `INSERT OR REPLACE INTO objects (ticket_id, name, encrypted)
  SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM keys WHERE ticket_id = ? AND wrapped IS NOT NULL)`;

/** A row larger than a few pages of the database costs more than a file. */
const LARGEST_ROW = 16 * 1024;

const Row = z.object({ encrypted: z.custom<Uint8Array>(types.isUint8Array) });

export const vaultObjects = (db: Database, dir: string) => {
  const folderOf = (ticketId: string) => join(dir, safeName(ticketId));
  const fileOf = (ticketId: string, name: string) => join(folderOf(ticketId), safeName(name));

  const putRow = async (ticketId: string, name: string, encrypted: Uint8Array): Promise<void> => {
    await grouped(db, () => {
      const { changes } = prepared(db, PUT).run(safeName(ticketId), safeName(name), encrypted, ticketId);
      if (changes === 0) throw destroyedKey(ticketId);
    });
    await shred(fileOf(ticketId, name));
  };
  const putFile = async (ticketId: string, name: string, encrypted: Uint8Array): Promise<void> => {
    await writeDurably(fileOf(ticketId, name), encrypted, 0o600);
    const remove = prepared(db, 'DELETE FROM objects WHERE ticket_id = ? AND name = ?');
    if (rowOf(db, ticketId, name)) await grouped(db, () => remove.run(ticketId, name));
  };
  const names = async (ticketId: string): Promise<string[]> => {
    const rows = prepared(db, 'SELECT name FROM objects WHERE ticket_id = ?').all(ticketId);
    const found = [...rows.map((row) => String(row['name'])), ...(await namesIn(folderOf(ticketId)))];
    return [...new Set(found)].sort();
  };
  return {
    names,
    put: (ticketId: string, name: string, encrypted: Uint8Array): Promise<void> =>
      (encrypted.byteLength > LARGEST_ROW ? putFile : putRow)(ticketId, name, encrypted),
    get: async (ticketId: string, name: string): Promise<Uint8Array | undefined> =>
      rowOf(db, ticketId, name) ?? (await readSmallIfThere(fileOf(ticketId, name))),
    /** Part of the transaction that erases the key. */
    eraseRows: (ticketId: string): void => {
      prepared(db, 'DELETE FROM objects WHERE ticket_id = ?').run(safeName(ticketId));
    },
    shredFiles: async (ticketId: string): Promise<void> => {
      for (const name of await namesIn(folderOf(ticketId))) await shred(fileOf(ticketId, name));
      await rm(folderOf(ticketId), { recursive: true, force: true });
    },
  };
};

const rowOf = (db: Database, ticketId: string, name: string): Uint8Array | undefined => {
  const row = prepared(db, 'SELECT encrypted FROM objects WHERE ticket_id = ? AND name = ?').get(ticketId, name);
  return row === undefined ? undefined : Row.parse(row).encrypted;
};

const namesIn = async (folder: string): Promise<string[]> => {
  if (!(await isThere(folder))) return []; // nearly always
  try {
    return (await readdir(folder)).filter((name) => !name.endsWith('.tmp'));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};
