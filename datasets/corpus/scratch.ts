// A corpus of files as a search looks through it, without its rows in memory: the encrypted index that an installation
// has (store.ts), in a folder that is removed when the command ends.
// Trap: its key exists only in this process. What a killed command leaves behind nobody can read.
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIndex, type IndexVault } from '#core/corpus-index/read.ts';
import { HEAD } from '#core/corpus-index/format.ts';
import { decrypt, encrypt } from '#core/encryption.ts';
import type { CorpusEntry } from './row.ts';
import type { SearchableCorpus } from './search.ts';
import { storeRows } from './store.ts';
import { searchable } from './stored.ts';

const ID = 'scratch';

/** The folder goes whatever `use` comes to. */
export const withCorpusOf = async <T>(
  rows: AsyncIterable<CorpusEntry>,
  use: (corpus: SearchableCorpus) => Promise<T>,
  within = tmpdir(),
): Promise<T> => {
  const folder = mkdtempSync(join(within, 'quittance-corpus-'));
  try {
    const vault = vaultIn(folder);
    const head = await storeRows(vault, ID, rows);
    await vault.put(ID, HEAD, Buffer.from(JSON.stringify(head)));
    return await use(searchable(await openIndex(vault, ID)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const vaultIn = (folder: string): IndexVault => {
  const key = randomBytes(32);
  const path = (name: string) => join(folder, Buffer.from(name).toString('base64url'));
  return {
    put: (_, name, bytes) => writeFile(path(name), encrypt(key, name, bytes), { mode: 0o600 }),
    get: async (_, name) => decrypt(key, name, readFileSync(path(name))), // thousands of small files: read at once
    commit: (_, bytes) => Promise.resolve(createHmac('sha256', key).update(bytes).digest('hex')),
  };
};
