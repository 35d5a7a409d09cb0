// What keeps a file of a corpus from being read, by name: it went away or may not be read, it is no file, or it is
// packed otherwise than its name says.
// Traps: a device or a pipe has no end, so nothing but a file is opened; and what is packed is no text in another
// encoding, which would send somebody to look for one.
import type { Stats } from 'node:fs';
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
  ENXIO: 'it is a socket, or a device that is not there',
};

/** What the system says by a code of its own is its word on a path; a library's codes are not. */
const whyOf = (code: string, isSystem: boolean): string | undefined => {
  if (Object.hasOwn(WHY, code)) return WHY[code];
  return isSystem ? `the system says ${code}` : undefined;
};

/** NOT_FOUND of what the system says when a path is opened or read; anything else stays what it is. */
export const unreadable = (path: string, cause: unknown): unknown => {
  if (typeof cause !== 'object' || cause === null || !('code' in cause) || typeof cause.code !== 'string') return cause;
  const why = whyOf(cause.code, 'syscall' in cause);
  if (why === undefined) return cause;
  return new QuittanceError('NOT_FOUND', {
    message: `${path} cannot be read: ${why}`,
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
export const refuseNoFile = (path: string, stats: Pick<Stats, 'isFile' | 'isFIFO'>): void => {
  if (stats.isFile()) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${path} is no file: ${stats.isFIFO() ? 'a pipe' : 'a device or socket'} is not read`,
    expected: 'a file, which can be read more than once',
    hint: 'write it to a file first',
  });
};

interface Packing {
  readonly name: string;
  readonly from: number;
  readonly head: readonly number[];
  /** What else stands near its beginning. */
  readonly holds?: RegExp;
  readonly hint: string;
}

const bytes = (text: string): number[] => Array.from(Buffer.from(text, 'latin1'));
const PARQUET = 'a Parquet file';
const UNPACK = 'unpack it, or pack it with gzip';
/** Sources: the formats' own specifications. */
const PACKINGS: readonly Packing[] = [
  { name: 'a gzip archive', from: 0, head: [0x1f, 0x8b], hint: 'unpack it once' },
  {
    ...{ name: 'a spreadsheet or document of an office program', from: 0, head: bytes('PK\x03\x04') },
    holds: /\[Content_Types\]\.xml|docProps\/|(?:xl|word|ppt)\/|mimetypeapplication\/vnd\.oasis/,
    hint: 'export it as CSV or text, in UTF-8',
  },
  {
    ...{
      name: 'a spreadsheet or document of an office program',
      from: 0,
      head: bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
    },
    hint: 'export it as CSV or text, in UTF-8',
  },
  { name: 'a PDF', from: 0, head: bytes('%PDF-'), hint: 'give its text as the trainer read it, as .txt' },
  { name: 'a zip archive', from: 0, head: bytes('PK\x03\x04'), hint: UNPACK },
  { name: 'a bzip2 archive', from: 4, head: bytes('1AY&SY'), hint: UNPACK },
  { name: 'an xz archive', from: 0, head: bytes('\xfd7zXZ\0'), hint: UNPACK },
  { name: 'a Zstandard archive', from: 0, head: bytes('\x28\xb5\x2f\xfd'), hint: UNPACK },
  { name: 'an LZMA archive', from: 0, head: [0x5d, 0, 0], hint: UNPACK },
  { name: 'a RAR archive', from: 0, head: bytes('Rar!\x1a\x07'), hint: UNPACK },
  { name: 'a 7z archive', from: 0, head: bytes('7z\xbc\xaf\x27\x1c'), hint: UNPACK },
  { name: 'an LZ4 archive', from: 0, head: bytes('\x04\x22\x4d\x18'), hint: UNPACK },
  { name: 'a tar archive', from: 257, head: bytes('ustar'), hint: 'unpack it, and give the folder' },
  { name: PARQUET, from: 0, head: bytes('PAR1'), hint: 'let its name end with .parquet' },
  { name: 'an Arrow file', from: 0, head: bytes('ARROW1'), hint: 'write it as Parquet or JSON lines' },
  { name: 'an SQLite database', from: 0, head: bytes('SQLite format 3\0'), hint: 'write its rows as JSON lines' },
];

/** What may be decoded although it is packed: a tar of texts, whose heads have zeros in them, and most of a PDF. */
export const isNoText = (head: Uint8Array): boolean => {
  const begins = Buffer.from(head.subarray(0, 262)).toString('latin1');
  return (begins.includes('\0') && begins.endsWith('ustar')) || begins.startsWith('%PDF-');
};

/** Bytes in which the names of the first files of an archive stand. */
const NEAR = 1 << 16;

/** INVALID_INPUT where what was to be `wanted` begins as something packed does. */
export const refusePacked = (name: string, head: Uint8Array, wanted = 'text'): void => {
  const near = Buffer.from(head.subarray(0, NEAR)).toString('latin1');
  const found = PACKINGS.find(
    ({ from, head: known, holds }) => known.every((byte, i) => head[from + i] === byte) && (holds?.test(near) ?? true),
  );
  if (!found) return;
  const [again, isNamed] = [found.name === 'a gzip archive' && wanted === 'text', /\.parquet$/i.test(name)];
  throw new QuittanceError('INVALID_INPUT', {
    message: `${name}: this is ${found.name}${again ? ' in another' : ''}, and no ${wanted}`,
    expected: isNamed && wanted === 'text' ? 'a table of text, such as CSV' : 'what its name says',
    hint: `${isNamed && found.name === PARQUET ? 'write it as CSV' : found.hint}; nothing was written`,
  });
};

/** Zeros that a text may hold: a stray one is no other encoding. */
const STRAY = 3;

/**
 * INVALID_INPUT of letters with zeros between them: in UTF-16 or UTF-32 without a mark all that is Latin can be decoded
 * as UTF-8, and no name would be found in it; and a part of a file that a disk lost is zeros.
 */
export const refuseZeros = (name: string, head: Uint8Array, text: string): void => {
  if (!text.includes('\0')) return;
  const zeros = text.split('\0').length - 1;
  if (zeros <= STRAY || zeros * 100 < text.length) return;
  refusePacked(name, head);
  throw new QuittanceError('INVALID_INPUT', {
    message: `${name}: ${zeros * 10 > text.length * 9 ? 'a part of it is nothing but zeros' : 'there are zeros between its letters'}`,
    expected: 'UTF-8, or UTF-16 with its mark at the beginning',
    hint: `if it is UTF-16 without its mark: iconv -f UTF-16LE -t UTF-8 ${name}; else write it again. Nothing was written`,
  });
};
