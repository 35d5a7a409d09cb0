// Tiles and entry bundles of the log as write-once files (C2SP tlog-tiles layout). Not trusted: whoever edits them can
// at most make verification fail.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { QuittanceError } from '#core/errors.ts';
import type { LogStorage } from '#core/ports.ts';
import { safePath } from '#core/names.ts';
import { createDurably, readIfThere } from './durable-file.ts';

export const fileLogStorage = (dir: string): LogStorage => ({
  put: async (path, bytes) => {
    const file = join(dir, safePath(path));
    if (await createDurably(file, bytes, 0o444)) return;
    const present = await readIfThere(file);
    if (present === undefined || !Buffer.from(present).equals(bytes))
      throw new QuittanceError('STORE_CORRUPT', {
        message: `the log file ${path} holds other bytes`,
        expected: 'a path written once',
      });
  },
  get: async (path) => {
    const file = join(dir, safePath(path));
    // most files that are asked for by an append are not there, and a look costs a tenth of a read that fails
    const bytes = statSync(file, { throwIfNoEntry: false }) ? await readIfThere(file) : undefined;
    if (bytes === undefined) throw new QuittanceError('NOT_FOUND', { message: `no log file ${path}` });
    return bytes;
  },
});
