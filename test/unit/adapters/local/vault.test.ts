import { createHmac } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileVault, type FileVault } from '#adapters/local/file-vault.ts';
import { bytes, outcome } from '#test/contract/contract.ts';
import { filesUnder, holding, temporaryFolder } from '#test/support/folders.ts';

const T = 'T-00000001';
const SECRET = 'Ottoline Marchbanks was born in Velletri';
const clock = { now: () => new Date('2026-03-02T10:00:00Z') };
let folder: ReturnType<typeof temporaryFolder>;
let vault: FileVault;

beforeEach(async () => {
  folder = temporaryFolder();
  vault = fileVault(folder.dir, clock);
  await vault.createKey(T);
  await vault.put(T, 'request', bytes(SECRET));
  await vault.put(T, 'forget-set', bytes(SECRET.repeat(500)));
});
afterEach(() => {
  vault.close();
  folder.remove();
});

/** The ticket's wrapped key as SQLite has it. */
const wrappedKey = (): Buffer => {
  const db = new DatabaseSync(join(folder.dir, 'keys.sqlite'));
  const row = db.prepare('SELECT wrapped FROM keys WHERE ticket_id = ?').get(T);
  db.close();
  return Buffer.from(row!['wrapped'] as Uint8Array);
};

/** Gives the row of an object as the database has it to `change`. */
const changeRow = (name: string, change: (encrypted: Buffer) => Uint8Array): Buffer => {
  const db = new DatabaseSync(join(folder.dir, 'keys.sqlite'));
  const row = db.prepare('SELECT encrypted FROM objects WHERE ticket_id = ? AND name = ?').get(T, name);
  const encrypted = Buffer.from(row!['encrypted'] as Uint8Array);
  db.prepare('UPDATE objects SET encrypted = ? WHERE ticket_id = ? AND name = ?').run(change(encrypted), T, name);
  db.close();
  return encrypted;
};

describe('the vault on disk', () => {
  it('holds no plaintext', () => expect(holding(folder.dir, [SECRET, 'Velletri'])).toEqual([]));

  it('gives nothing more once another process destroyed the key, also where it has just read', async () => {
    const other = fileVault(folder.dir, clock);
    expect(Buffer.from(await vault.get(T, 'request')).toString()).toBe(SECRET);
    await other.destroy(T);
    other.close();
    expect(await outcome(vault.get(T, 'request'))).toBe('VAULT_KEY_DESTROYED');
    expect(await outcome(vault.commit(T, bytes('a')))).toBe('VAULT_KEY_DESTROYED');
  });

  it('after the purge holds neither the key, in any file or log, nor a ciphertext', async () => {
    const wrapped = wrappedKey();
    const sealed = changeRow('request', (same) => same);
    const large = readFileSync(join(folder.dir, 'objects', T, 'forget-set'));
    expect(holding(folder.dir, [wrapped.subarray(0, 24)])).not.toEqual([]);
    await vault.destroy(T);
    expect(holding(folder.dir, [wrapped.subarray(0, 24), wrapped.subarray(-24), sealed.subarray(-24)])).toEqual([]);
    expect(holding(folder.dir, [large.subarray(0, 24), large.subarray(-24)])).toEqual([]);
    expect(filesUnder(folder.dir).filter((path) => path.includes(T))).toEqual([]);
    expect(existsSync(join(folder.dir, 'objects', T))).toBe(false);
  });

  it('overwrites what it purges: whoever kept a name of a file has other bytes under it', async () => {
    const [object, kept] = [join(folder.dir, 'objects', T, 'forget-set'), join(folder.dir, 'kept')];
    const sealed = readFileSync(object);
    linkSync(object, kept);
    await vault.destroy(T);
    expect(existsSync(object)).toBe(false);
    expect(readFileSync(kept).byteLength).toBe(sealed.byteLength);
    expect(holding(folder.dir, [sealed.subarray(0, 24), sealed.subarray(-24)])).toEqual([]);
  });

  it('says so where it cannot look for objects, and does not call them none', async () => {
    rmSync(join(folder.dir, 'objects', T), { recursive: true });
    writeFileSync(join(folder.dir, 'objects', T), 'no folder');
    const acts = await Promise.all([vault.list(T), vault.destroy(T)].map(outcome));
    for (const act of acts) expect(act).toContain('ENOTDIR');
    expect((await vault.openingSecret(T)).length).toBe(64);
  });

  it('refuses a row of its keys that does not have its form', async () => {
    const db = new DatabaseSync(join(folder.dir, 'keys.sqlite'));
    db.exec("UPDATE keys SET wrapped = NULL, destroyed_at = x'00'");
    db.close();
    expect(await outcome(vault.get(T, 'request'))).toBe('STORE_CORRUPT');
  });

  it('is not purged while another reader keeps an old copy of the keys, and says so; repeated, it is', async () => {
    const reader = new DatabaseSync(join(folder.dir, 'keys.sqlite'), { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM keys').get();
    expect(await outcome(vault.destroy(T))).toBe('STORE_LOCKED');
    reader.exec('COMMIT');
    reader.close();
    expect(await vault.destroy(T)).toMatchObject({ objects: 2, readsRefused: 2 });
  });

  it('of a ticket that it never knew is purged of nothing, and for good', async () => {
    expect(await vault.destroy('T-99999999')).toMatchObject({ objects: 0, readsRefused: 0 });
    expect(await outcome(vault.createKey('T-99999999'))).toBe('VAULT_KEY_DESTROYED');
  });

  it('lists no half-written object', async () => {
    writeFileSync(join(folder.dir, 'objects', T, 'request.0f0f.tmp'), 'half');
    expect(await vault.list(T)).toEqual(['forget-set', 'request']);
  });

  it('gives the secret that opens its commitments, and it is not the key of the objects', async () => {
    const secret = Buffer.from(await vault.openingSecret(T), 'hex');
    expect(secret.byteLength).toBe(32);
    const opened = createHmac('sha256', secret).update('records').digest('hex');
    expect(await vault.commit(T, bytes('records'))).toBe(opened);
  });

  it('refuses a sealed object with one bit changed', async () => {
    const file = join(folder.dir, 'objects', T, 'forget-set');
    const flipped = (sealed: Buffer) => {
      sealed[20]! ^= 1;
      return sealed;
    };
    writeFileSync(file, flipped(readFileSync(file)));
    changeRow('request', flipped);
    for (const name of ['forget-set', 'request']) expect(await outcome(vault.get(T, name))).toBe('STORE_CORRUPT');
  });

  it('refuses an object passed off as another, or as another ticket’s', async () => {
    changeRow('request', () => readFileSync(join(folder.dir, 'objects', T, 'forget-set')));
    expect(await outcome(vault.get(T, 'request'))).toBe('STORE_CORRUPT');
  });

  it('refuses a truncated object', async () => {
    writeFileSync(join(folder.dir, 'objects', T, 'forget-set'), 'short');
    changeRow('request', () => bytes('short'));
    for (const name of ['forget-set', 'request']) expect(await outcome(vault.get(T, name))).toBe('STORE_CORRUPT');
  });

  it('gives back the last of a small and a large object under one name, and keeps no other', async () => {
    const [small, large] = [bytes('small'), bytes('large'.repeat(10_000))];
    for (const object of [large, small, large, small]) {
      await vault.put(T, 'request', object);
      expect(Buffer.from(await vault.get(T, 'request'))).toEqual(Buffer.from(object));
    }
    expect(existsSync(join(folder.dir, 'objects', T, 'request'))).toBe(false);
    expect(await vault.list(T)).toEqual(['forget-set', 'request']);
  });

  it('reads and purges objects of a folder from when each was a file', async () => {
    const file = join(folder.dir, 'objects', T, 'request');
    writeFileSync(
      file,
      changeRow('request', (same) => same),
      { mode: 0o600 },
    );
    const db = new DatabaseSync(join(folder.dir, 'keys.sqlite'));
    db.exec("DELETE FROM objects WHERE name = 'request'");
    db.close();
    expect(Buffer.from(await vault.get(T, 'request')).toString()).toBe(SECRET);
    expect(await vault.destroy(T)).toMatchObject({ objects: 2, readsRefused: 2 });
    expect(existsSync(file)).toBe(false);
  });

  it('keeps nothing that is put while its key is being destroyed', async () => {
    const put = outcome(vault.put(T, 'late', bytes('late')));
    await Promise.all([vault.destroy(T), put]);
    expect(['fulfilled', 'VAULT_KEY_DESTROYED']).toContain(await put);
    const db = new DatabaseSync(join(folder.dir, 'keys.sqlite'));
    expect(db.prepare('SELECT COUNT(*) AS n FROM objects').get()).toEqual({ n: 0 });
    db.close();
  });

  it('keeps its keys from other users', () => {
    const modes = filesUnder(folder.dir).filter((path) => /master\.key|objects/.test(path));
    expect(modes.map((path) => (statSync(path).mode & 0o077).toString(8))).toEqual(modes.map(() => '0'));
  });

  it('lets no name leave its folder', async () => {
    expect(await outcome(vault.put(T, '../../escape', bytes('x')))).toBe('INVALID_INPUT');
    expect(await outcome(vault.createKey('../T'))).toBe('INVALID_INPUT');
  });
});
