// Files that exist whole or not at all: write under a temporary name, fsync, rename, fsync the folder (POSIX rename is
// atomic on one file system).
// Traps: without the folder's fsync a crash can undo the rename; and a full disk may show at write, at fsync or at
// close, so the temporary file is removed whatever happens.
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { QuittanceError } from '#core/errors.ts';

/** ENOSPC no space, EDQUOT quota, EFBIG file-size limit. */
const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];
/** EROFS a read-only file system, EACCES the modes of a file or folder, EPERM its flags. */
const FORBIDDEN = ['EROFS', 'EACCES', 'EPERM'];

/**
 * Recognised by shape, not by class: an error from another realm (a worker, a test's sandbox) is no instance of this
 * realm's Error.
 */
const errno = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

export const isMissing = (error: unknown): boolean => errno(error) === 'ENOENT';

/** STORE_FULL for a full disk, STORE_READ_ONLY where nothing may be written; any other error as it came. */
export const storeError = (error: unknown): unknown => {
  const cause = error;
  const code = String(errno(error));
  if (FULL.includes(code))
    return new QuittanceError('STORE_FULL', {
      message: 'the disk or quota that holds the data folder is full; this write left nothing behind',
      hint: 'free some space and run the command again',
      cause,
    });
  if (!FORBIDDEN.includes(code)) return error;
  return new QuittanceError('STORE_READ_ONLY', {
    message: `this user may not do this here: ${(error as Error).message}`,
    expected: 'a folder that this user may read and write, on a disk that is mounted for writing',
    hint: 'change its owner, mode or mount, and run the command again',
    cause,
  });
};

/** Durable when it returns; readers see the old bytes or the new. */
export const writeDurably = (path: string, bytes: Uint8Array, mode = 0o644): Promise<void> =>
  staged(path, [bytes], mode, (temporary) => rename(temporary, path));

/** As `writeDurably`, but never over an existing file: false when there is one. */
export const createDurably = (path: string, bytes: Uint8Array, mode = 0o644): Promise<boolean> =>
  createFrom(path, [bytes], mode);

/** The same of parts that are written as they come: what they are made from need never be there at once. */
export const createFrom = async (path: string, parts: Parts, mode = 0o644): Promise<boolean> => {
  try {
    await staged(path, parts, mode, async (temporary) => {
      await link(temporary, path); // unlike rename, it refuses a name that is taken
      await unlink(temporary);
    });
    return true;
  } catch (error) {
    if (errno(error) === 'EEXIST') return false;
    throw error;
  }
};

type Parts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

const staged = async (path: string, parts: Parts, mode: number, publish: (temporary: string) => Promise<void>) => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeSynced(temporary, parts, mode);
    await publish(temporary);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw storeError(error);
  }
};

/**
 * The folder is made where there is none: it is there nearly always, and asking first would cost as much as a write.
 */
const created = async (path: string, mode: number): Promise<FileHandle> => {
  const file = await unlessMissing(open(path, 'wx', mode));
  if (file) return file;
  await mkdir(dirname(path), { recursive: true });
  return open(path, 'wx', mode);
};

/** Removes what a process that was killed had begun to write in a folder. Nobody else may be writing there. */
export const sweep = async (folder: string): Promise<void> => {
  const left = (await readdir(folder)).filter((name) => /\.[0-9a-f]{12}\.tmp$/.test(name));
  for (const name of left) await rm(join(folder, name), { force: true });
};

const writeSynced = async (path: string, parts: Parts, mode: number) => {
  const file = await created(path, mode);
  await finishing(file, async () => {
    for await (const bytes of parts) await file.writeFile(bytes); // each behind the last
    await file.sync();
  });
};

const syncing = new Map<string, Promise<void>>();
const nextSync = new Map<string, Promise<void>>();

/** One fsync of a folder serves all who ask before it begins: many notices at once lie in one folder. */
const syncFolder = (path: string): Promise<void> => {
  const waiting = nextSync.get(path);
  if (waiting !== undefined) return waiting;
  const before = syncing.get(path) ?? Promise.resolve();
  const mine = before
    .catch(() => undefined) // its own callers were told
    .then(() => {
      nextSync.delete(path);
      syncing.set(path, mine);
      return syncNow(path);
    })
    .finally(() => {
      if (syncing.get(path) === mine) syncing.delete(path);
    });
  nextSync.set(path, mine);
  return mine;
};

const syncNow = async (path: string): Promise<void> => {
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

/** Read at once up to here: four turns of the thread pool cost more than reading so few bytes. */
const SMALL = 256 * 1024;

/** `readIfThere` for a store of which thousands of small files are read one after another. */
export const readSmallIfThere = async (path: string): Promise<Uint8Array | undefined> => {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return fstatSync(file).size <= SMALL ? readFileSync(file) : await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
};

/** Asked at once, as a turn of the thread pool costs more than the answer: a filing asks often. */
export const isThere = async (path: string): Promise<boolean> =>
  statSync(path, { throwIfNoEntry: false }) !== undefined;

/**
 * Overwrites a file's bytes in place, then unlinks it. Only on a file system that writes in place are the bytes gone
 * from the disk.
 */
export const shred = async (path: string): Promise<void> => {
  if (!(await isThere(path))) return;
  const bytes = await readIfThere(path);
  if (bytes === undefined) return;
  const file = await unlessMissing(open(path, 'r+'));
  if (file === undefined) return; // somebody else was quicker
  await finishing(file, async () => {
    await file.write(randomBytes(bytes.byteLength), 0, bytes.byteLength, 0);
    await file.sync();
  });
  await rm(path, { force: true });
  await unlessMissing(syncFolder(dirname(path)));
};

/** As `writeDurably`; what the file held before is overwritten once the new bytes stand in its place. */
export const replaceShredding = async (path: string, bytes: Uint8Array, mode: number): Promise<void> => {
  const old = await unlessMissing(open(path, 'r+'));
  if (old === undefined) return writeDurably(path, bytes, mode);
  await finishing(old, async () => {
    await writeDurably(path, bytes, mode);
    const { size } = await old.stat();
    await old.write(randomBytes(size), 0, size, 0);
    await old.sync();
  });
};

const unlessMissing = async <T>(act: Promise<T>): Promise<T | undefined> => {
  try {
    return await act;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};
