// Where a command puts what it made: a file that is named, whole or not at all. Trap: the folder must be there; a name
// that cannot be written to is said with its path, as whoever typed it knows no system's error codes.
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeDurably } from '#adapters/local/durable-file.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';

/** For the owner alone where it holds personal data. INVALID_INPUT where nothing can be written there; STORE_FULL. */
export const writeOutput = async (path: string, content: string | Uint8Array, mode = 0o644): Promise<void> => {
  requireWritable(path);
  try {
    await writeDurably(path, Buffer.from(content), mode);
  } catch (cause) {
    if (isQuittanceError(cause, 'STORE_FULL')) throw cause;
    throw new QuittanceError('INVALID_INPUT', { message: `cannot write ${path}`, cause });
  }
};

/** Before the work whose result goes there. INVALID_INPUT. */
export const requireWritable = (path: string): void => {
  const [is, above] = [path, dirname(path)].map((one) => statSync(one, { throwIfNoEntry: false }));
  if (above?.isDirectory() === true && is?.isDirectory() !== true) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: `cannot write ${path}`,
    got: is?.isDirectory() === true ? 'a folder' : `no folder ${dirname(path)}`,
    hint: 'name a file in a folder that is there',
  });
};
