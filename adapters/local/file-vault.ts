// Zone A on disk. Each ticket has a data key and a commitment secret, wrapped by the installation's master key, in a
// database of their own; its objects (vault-objects.ts) are encrypted with AES-256-GCM under the data key. Destroying
// a ticket erases its rows (secure_delete zeroes the pages, the write-ahead log is truncated), then overwrites and
// unlinks its files, then reads each object back. Trap: nothing here reaches copies made outside (file-system
// snapshots, backups), so the key database must not be backed up.
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { types } from 'node:util';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Clock, Vault } from '#core/ports.ts';
import { destroyedKey, purgeProof } from '#core/purge-proof.ts';
import { MOST_LABELLED } from '#core/subject-labels.ts';
import { safeName } from '#core/names.ts';
import { encrypt, decrypt } from '#core/encryption.ts';
import { grouped, openDatabase, prepared, transaction, type Database } from '#state-machine/sqlite.ts';
import { readOrCreate } from './durable-file.ts';
import { OBJECTS_SCHEMA, vaultObjects } from './vault-objects.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS keys (
  ticket_id TEXT PRIMARY KEY,
  wrapped BLOB,
  objects TEXT,
  destroyed_at TEXT,
  CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE TABLE IF NOT EXISTS labels (key TEXT NOT NULL, ticket_id TEXT NOT NULL, PRIMARY KEY (key, ticket_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS labels_of_a_ticket ON labels (ticket_id);
${OBJECTS_SCHEMA}`;
const KeyRow = z.object({
  wrapped: z.custom<Uint8Array>(types.isUint8Array).nullable(),
  objects: z.string().nullable(),
  destroyed_at: z.string().nullable(),
});

export interface FileVault extends Vault {
  close(): void;
}

export const fileVault = (dir: string, clock: Clock): FileVault => {
  const db = openDatabase(join(dir, 'keys.sqlite'), SCHEMA);
  let known: Uint8Array | undefined; // a search reads thousands of objects, and the file never changes
  const master = async () => (known ??= await readOrCreate(join(dir, 'master.key'), () => randomBytes(32)));
  const objects = vaultObjects(db, join(dir, 'objects'));
  const { open, forget } = opening(db, master);

  const vault: FileVault = {
    close: () => db.close(),
    ...labels(db, open),
    createKey: async (ticketId) => {
      const wrapped = encrypt(await master(), `key ${ticketId}`, randomBytes(64));
      const add = prepared(db, 'INSERT INTO keys (ticket_id, wrapped) VALUES (?, ?) ON CONFLICT DO NOTHING');
      await grouped(db, () => add.run(safeName(ticketId), wrapped));
      await open(ticketId);
    },
    put: async (ticketId, name, plaintext) => {
      const { dataKey } = await open(ticketId);
      await objects.put(ticketId, name, encrypt(dataKey, `${ticketId}/${name}`, plaintext));
    },
    get: async (ticketId, name) => {
      const { dataKey } = await open(ticketId);
      const encrypted = await objects.get(ticketId, name);
      if (!encrypted)
        throw new QuittanceError('NOT_FOUND', { message: `the vault of ticket ${ticketId} has no object '${name}'` });
      return decrypt(dataKey, `${ticketId}/${name}`, encrypted);
    },
    list: async (ticketId) => {
      await open(ticketId);
      return objects.names(ticketId);
    },
    commit: async (ticketId, bytes) => {
      const { secret } = await open(ticketId);
      return createHmac('sha256', secret).update(bytes).digest('hex');
    },
    openingSecret: async (ticketId) => (await open(ticketId)).secret.toString('hex'),
    destroy: async (ticketId) => {
      const names = await eraseKey(db, ticketId, objects, clock);
      forget(ticketId);
      await objects.shredFiles(ticketId);
      return purgeProof(vault, ticketId, names, clock);
    },
  };
  return vault;
};

/** NOT_FOUND, VAULT_KEY_DESTROYED. Read anew for each object: another process may have destroyed the key meanwhile. */
const wrappedOf = (db: Database, ticketId: string): Uint8Array => {
  const row = rowOf(db, ticketId);
  if (!row) throw new QuittanceError('NOT_FOUND', { message: `the vault has no key for ticket ${ticketId}` });
  if (!row.wrapped) throw destroyedKey(ticketId);
  return row.wrapped;
};

/** Unwrapped keys are forgotten after so long, so that none stays in memory once nobody uses it. */
const KEPT_MS = 1_000;

/**
 * The keys in use are kept unwrapped for a moment: a search reads thousands of objects under one, and a filing asks for
 * its own eight times, among others that are filed with it.
 */
const opening = (db: Database, master: () => Promise<Uint8Array>) => {
  const kept = new Map<string, { readonly wrapped: Uint8Array; readonly secrets: Buffer }>();
  const keep = (ticketId: string, wrapped: Uint8Array, secrets: Buffer) => {
    if (kept.size === 0) setTimeout(() => kept.clear(), KEPT_MS).unref();
    kept.set(ticketId, { wrapped, secrets });
    return secrets;
  };
  const open = async (ticketId: string) => {
    const key = await master();
    const wrapped = wrappedOf(db, ticketId);
    const known = kept.get(ticketId);
    const secrets =
      known !== undefined && Buffer.compare(known.wrapped, wrapped) === 0
        ? known.secrets
        : keep(ticketId, wrapped, decrypt(key, `key ${ticketId}`, wrapped));
    return { dataKey: secrets.subarray(0, 32), secret: secrets.subarray(32) };
  };
  return { open, forget: (ticketId: string) => void kept.delete(ticketId) };
};

/** A label leads to a ticket as long as the ticket has its key. */
const labels = (db: Database, open: (ticketId: string) => Promise<unknown>): Pick<FileVault, 'label' | 'labelled'> => ({
  label: async (ticketId, keys) => {
    await open(ticketId);
    const add = prepared(db, 'INSERT INTO labels (key, ticket_id) VALUES (?, ?) ON CONFLICT DO NOTHING');
    await grouped(db, () => keys.forEach((key) => add.run(key, ticketId)));
  },
  labelled: async (key) =>
    prepared(db, 'SELECT ticket_id FROM labels WHERE key = ? ORDER BY ticket_id LIMIT ?')
      .all(key, MOST_LABELLED)
      .map((row) => String(row['ticket_id'])),
});

const rowOf = (db: Database, ticketId: string) => {
  const row = prepared(db, 'SELECT wrapped, objects, destroyed_at FROM keys WHERE ticket_id = ?').get(ticketId);
  if (!row) return undefined;
  const { success, data } = KeyRow.safeParse(row);
  if (!success)
    throw new QuittanceError('STORE_CORRUPT', {
      message: `the vault's row of ticket ${ticketId} does not have its form`,
    });
  return data;
};

/** Erases the rows; returns the names that the ticket had, also where it was erased before. */
const eraseKey = async (
  db: Database,
  ticketId: string,
  objects: ReturnType<typeof vaultObjects>,
  clock: Clock,
): Promise<string[]> => {
  const names = await objects.names(ticketId);
  const erase = db.prepare(
    `INSERT INTO keys (ticket_id, objects, destroyed_at) VALUES (?, ?, ?)
     ON CONFLICT (ticket_id) DO UPDATE SET wrapped = NULL, objects = excluded.objects, destroyed_at = excluded.destroyed_at
     WHERE destroyed_at IS NULL`,
  );
  transaction(db, () => {
    objects.eraseRows(ticketId);
    db.prepare('DELETE FROM labels WHERE ticket_id = ?').run(safeName(ticketId));
    erase.run(safeName(ticketId), JSON.stringify(names), clock.now().toISOString());
  });
  const truncated = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  if (truncated?.['busy'] !== 0)
    throw new QuittanceError('STORE_LOCKED', {
      message: 'another reader keeps an old copy of the key database alive',
      hint: 'repeat the purge',
    });
  return z.array(z.string()).parse(JSON.parse(rowOf(db, ticketId)?.objects ?? '[]'));
};
