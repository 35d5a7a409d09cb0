// What keeps a file of a corpus from being read, by name: it went away or may not be read, it is no file, or it is
// packed otherwise than its name says.
// Traps: a device or a pipe has no end, so nothing but a file is opened; and what is packed is no text in another
// encoding, which would send somebody to look for one.
import { lstatSync, type Stats } from 'node:fs';
import { QuittanceError } from '#core/errors.ts';

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there, or went away while it was read',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its path is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EISDIR: 'it is a folder',
  EIO: 'the disk does not give it',
};

/** NOT_FOUND of what the system says when a path is opened or read; anything else stays what it is. */
export const unreadable = (path: string, cause: unknown): unknown => {
  if (typeof cause !== 'object' || cause === null || !('code' in cause) || typeof cause.code !== 'string') return cause;
  if (!Object.hasOwn(WHY, cause.code)) return cause;
  return new QuittanceError('NOT_FOUND', {
    message: `${path} cannot be read: ${WHY[cause.code]}`,
    expected: 'a file or folder that stays there and may be read',
    hint: 'check the path and who may read it; nothing was written',
    cause,
  });
};

/** As `act`, with what the system says of the path as NOT_FOUND. */
export const reading = <T>(path: string, act: () => T): T => {
  try {
    return act();
  } catch (cause) {
    throw unreadable(path, cause);
  }
};

/** INVALID_INPUT of a pipe, socket or device. */
export const refuseNoFile = (path: string, stats: Pick<Stats, 'isFile'>): void => {
  if (stats.isFile()) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${path} is no file: ${lstatSync(path).isFIFO() ? 'a pipe' : 'a device or socket'} is not read`,
    expected: 'a file, which can be read more than once',
    hint: 'write it to a file first',
  });
};

interface Packing {
  readonly name: string;
  readonly from: number;
  readonly head: readonly number[];
  readonly hint: string;
}

const bytes = (text: string): number[] => Array.from(Buffer.from(text, 'latin1'));
const UNPACK = 'unpack it, or pack it with gzip';
/** Sources: the formats' own specifications. */
const PACKINGS: readonly Packing[] = [
  { name: 'a gzip archive in another', from: 0, head: [0x1f, 0x8b], hint: 'unpack it once' },
  { name: 'a zip archive', from: 0, head: bytes('PK\x03\x04'), hint: UNPACK },
  { name: 'a bzip2 archive', from: 4, head: bytes('1AY&SY'), hint: UNPACK },
  { name: 'an xz archive', from: 0, head: bytes('\xfd7zXZ\0'), hint: UNPACK },
  { name: 'a Zstandard archive', from: 0, head: bytes('\x28\xb5\x2f\xfd'), hint: UNPACK },
  { name: 'a 7z archive', from: 0, head: bytes('7z\xbc\xaf\x27\x1c'), hint: UNPACK },
  { name: 'an LZ4 archive', from: 0, head: bytes('\x04\x22\x4d\x18'), hint: UNPACK },
  { name: 'a tar archive', from: 257, head: bytes('ustar'), hint: 'unpack it, and give the folder' },
  { name: 'a Parquet file', from: 0, head: bytes('PAR1'), hint: 'let its name end with .parquet' },
  { name: 'an Arrow file', from: 0, head: bytes('ARROW1'), hint: 'write it as Parquet or JSON lines' },
  { name: 'an SQLite database', from: 0, head: bytes('SQLite format 3\0'), hint: 'write its rows as JSON lines' },
];

/** A tar of texts can be decoded; its heads have zeros in them, which no text has. */
export const isTar = (head: Uint8Array): boolean =>
  head.includes(0) && Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar';

/** INVALID_INPUT where what could not be decoded begins as something packed does. */
export const refusePacked = (name: string, head: Uint8Array): void => {
  const found = PACKINGS.find(({ from, head: known }) => known.every((byte, i) => head[from + i] === byte));
  if (!found) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${name}: this is ${found.name}, and no text`,
    expected: 'what its name says',
    hint: `${found.hint}; nothing was written`,
  });
};
