// Stores a corpus and kills itself at a write: `node storing-child.ts FOLDER WRITE`.
import { join } from 'node:path';
import { fileVault } from '#adapters/local/file-vault.ts';
import { systemClock } from '#adapters/local/system-clock.ts';
import type { Vault } from '#core/ports.ts';
import { entriesOf, manyRows, storeEntries } from './stored-corpora.ts';

const [dir = '', write = ''] = process.argv.slice(2);
const vault = fileVault(join(dir, 'vault'), systemClock(join(dir, 'clock')));
let writes = 0;
const dying: Vault = {
  ...vault,
  put: async (...object) => {
    if (++writes === Number(write)) process.kill(process.pid, 'SIGKILL');
    await vault.put(...object);
  },
};
await storeEntries(dying, 'house', entriesOf(manyRows(3_000)), { run: 10_000 });
process.stdout.write(`${writes}`);
