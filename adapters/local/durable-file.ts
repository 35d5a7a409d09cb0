// Files that exist whole or not at all: write under a temporary name, fsync, rename, fsync the folder (POSIX rename is
// atomic on one file system).
// Traps: without the folder's fsync a crash can undo the rename; and a full disk may show at write, at fsync or at
// close, so the temporary file is removed whatever happens.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { QuittanceError } from '#core/errors.ts';

/** ENOSPC no space, EDQUOT quota, EFBIG file-size limit. */
const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/**
 * Recognised by shape, not by class: an error from another realm (a worker, a test's sandbox) is no instance of this
 * realm's Error.
 */
const errno = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

export const isMissing = (error: unknown): boolean => errno(error) === 'ENOENT';

/** STORE_FULL for a full disk; any other error as it came. */
export const storeError = (error: unknown): unknown =>
  FULL.includes(String(errno(error)))
    ? new QuittanceError('STORE_FULL', {
        message: 'the disk or quota that holds the data folder is full; this write left nothing behind',
        hint: 'free some space and run the command again',
        cause: error,
      })
    : error;

/** Durable when it returns; readers see the old bytes or the new. */
export const writeDurably = (path: string, bytes: Uint8Array, mode = 0o644): Promise<void> =>
  staged(path, bytes, mode, (temporary) => rename(temporary, path));

/** As `writeDurably`, but never over an existing file: false when there is one. */
export const createDurably = async (path: string, bytes: Uint8Array, mode = 0o644): Promise<boolean> => {
  try {
    // link, unlike rename, refuses a name that is taken
    await staged(path, bytes, mode, (temporary) => link(temporary, path));
    return true;
  } catch (error) {
    if (errno(error) === 'EEXIST') return false;
    throw error;
  }
};

const staged = async (path: string, bytes: Uint8Array, mode: number, publish: (temporary: string) => Promise<void>) => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeSynced(temporary, bytes, mode);
    await publish(temporary);
    await syncFolder(dirname(path));
  } catch (error) {
    throw storeError(error);
  } finally {
    await rm(temporary, { force: true });
  }
};

const writeSynced = async (path: string, bytes: Uint8Array, mode: number) => {
  const file = await open(path, 'wx', mode);
  await finishing(file, async () => {
    await file.writeFile(bytes);
    await file.sync();
  });
};

const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r');
  await finishing(folder, () => folder.sync());
};

const finishing = async (file: FileHandle, act: () => Promise<void>) => {
  try {
    await act();
  } finally {
    await file.close();
  }
};

/** The bytes of a secret file, made on first use and readable by its owner only. */
export const readOrCreate = async (path: string, make: () => Uint8Array): Promise<Uint8Array> => {
  const present = await readIfThere(path);
  if (present) return present;
  await createDurably(path, make(), 0o600);
  return readFile(path); // where two processes create it at once, both read the one that won
};

export const readIfThere = async (path: string): Promise<Uint8Array | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/**
 * Overwrites a file's bytes in place, then unlinks it. Only on a file system that writes in place are the bytes gone
 * from the disk.
 */
export const shred = async (path: string): Promise<void> => {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return;
  const file = await open(path, 'r+');
  await finishing(file, async () => {
    await file.write(randomBytes(bytes.byteLength), 0, bytes.byteLength, 0);
    await file.sync();
  });
  await rm(path, { force: true });
  await syncFolder(dirname(path));
};
