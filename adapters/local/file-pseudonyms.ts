// Keyed pseudonyms: HMAC-SHA-256 under a key file of this installation. Trap: without the key a pseudonym tells
// nothing, but with it any guess can be tested; so the key file is as sensitive as the data.
import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { Pseudonyms } from '#core/ports.ts';
import { readOrCreate } from './durable-file.ts';

export const filePseudonyms = (path: string): Pseudonyms => {
  let key: Promise<KeyObject> | undefined;
  return {
    of: async (purpose, text) => {
      key ??= readOrCreate(path, () => randomBytes(32)).then((bytes) => createSecretKey(bytes));
      // each part is preceded by its length, so that no two (purpose, text) pairs give the same bytes
      return createHmac('sha256', await key)
        .update(`${purpose.length}:${purpose}${text}`)
        .digest('hex');
    },
  };
};
