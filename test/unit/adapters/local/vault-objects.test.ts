// A ticket's objects beside a key that another call has destroyed in the meantime.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { OBJECTS_SCHEMA, vaultObjects } from '#adapters/local/vault-objects.ts';
import { openDatabase, type Database } from '#state-machine/sqlite.ts';
import { bytes, outcome } from '#test/contract/contract.ts';
import { temporaryFolder } from '#test/support/folders.ts';

let folder: ReturnType<typeof temporaryFolder>;
let db: Database;
beforeEach(() => {
  folder = temporaryFolder();
  const keys = 'CREATE TABLE keys (ticket_id TEXT PRIMARY KEY, wrapped BLOB)';
  db = openDatabase(join(folder.dir, 'keys.sqlite'), `${keys};${OBJECTS_SCHEMA}`);
});
afterEach(() => {
  db.close();
  folder.remove();
});

it.each([
  ['whose key is there', "INSERT INTO keys VALUES ('T-1', x'00')", 'fulfilled', ['request']],
  ['whose key was destroyed', "INSERT INTO keys VALUES ('T-1', NULL)", 'VAULT_KEY_DESTROYED', []],
])('an object of a ticket %s', async (_which, key, result, names) => {
  db.exec(key);
  const objects = vaultObjects(db, join(folder.dir, 'objects'));
  expect(await outcome(objects.put('T-1', 'request', bytes('encrypted')))).toBe(result);
  expect(await objects.names('T-1')).toEqual(names);
});
