// The text of a file as it streams: unpacked, decoded and cut into lines without ever holding more than a line of it.
// Source of the byte order marks: Unicode §23.8.
// Traps: a file from a spreadsheet may be UTF-16 or begin with a mark, and lines may end as on Windows; and a decoder
// that replaces what it cannot read would search for a name that the file does not hold, so such a file is refused.
import { constants, createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { QuittanceError } from '#core/errors.ts';
import { isNoText, refuseNoFile, refusePacked, refuseZeros, unreadable } from './unreadable.ts';

/** Longest line, in UTF-16 units: one that is longer than a row may be is told of, a gigabyte is not read for that. */
export const LONGEST_LINE = 64 * 2 ** 20;

const MARKS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

const encodingOf = (head: Uint8Array): string =>
  MARKS.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0] ?? 'utf-8';

/** INVALID_INPUT of what is no file: a pipe would be waited for, if it were opened as files are. */
const isGzip = async (path: string): Promise<boolean> => {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isDirectory()) refuseNoFile(path, stats);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    await file?.close();
  }
};

/** Decoded pieces of the file. NOT_FOUND, or INVALID_INPUT where it is no text or its archive is broken. */
export const textOf = async function* (path: string, name: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let [lines, head]: [number, Uint8Array] = [0, new Uint8Array()];
  const decode = (bytes?: Uint8Array): string => {
    decoder ??= new TextDecoder(encodingOf(bytes ?? new Uint8Array()), { fatal: true });
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (cause) {
      refusePacked(name, head);
      throw notText(name, decoder.encoding, lines + wrongLine(bytes ?? new Uint8Array()), cause);
    }
  };
  for await (const bytes of bytesOf(path, name)) {
    if (!decoder) head = bytes;
    if (isNoText(head)) refusePacked(name, head);
    const text = decode(bytes);
    refuseZeros(name, head, text);
    yield text;
    lines += endsIn(bytes).length;
  }
  yield decode();
};

/** Where its lines end. */
const endsIn = (bytes: Uint8Array): number[] => {
  const ends: number[] = [];
  for (let at = bytes.indexOf(END); at >= 0; at = bytes.indexOf(END, at + 1)) ends.push(at);
  return ends;
};
const END = 0x0a;

/** Which of these lines is the first that is no UTF-8, from 1: between two ends no letter is cut in two. */
const wrongLine = (bytes: Uint8Array): number => {
  const ends = endsIn(bytes);
  const isText = (line: Uint8Array): boolean => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(line, { stream: true }).length >= 0;
    } catch {
      return false;
    }
  };
  const lines = [0, ...ends.map((at) => at + 1)].map((from, i) => bytes.subarray(from, ends[i]));
  const whole = [withoutRest(lines[0]!), ...lines.slice(1)];
  return (
    Math.max(
      0,
      whole.findIndex((line) => !isText(line)),
    ) + 1
  );
};

/** Without the rest of a letter that the bytes before it began. */
const withoutRest = (line: Uint8Array): Uint8Array => {
  const from = line.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return from >= 0 && from < 4 ? line.subarray(from) : line;
};

const bytesOf = async function* (path: string, name: string): AsyncGenerator<Uint8Array> {
  const packed = await isGzip(path);
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  const stream = packed ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => stream.destroy(error));
  try {
    for await (const bytes of stream) yield bytes as Uint8Array;
  } catch (cause) {
    const said = unreadable(path, cause);
    if (!packed || said !== cause) throw said;
    throw new QuittanceError('INVALID_INPUT', {
      message: `${name}: the gzip archive is broken or cut off`,
      expected: 'a whole archive',
      hint: 'pack the file again; nothing was written',
      cause,
    });
  } finally {
    file.destroy();
  }
};

export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/** Lines without what ends them; empty ones too. INPUT_TOO_LARGE where a line is too long. */
export const linesOf = async function* (path: string, name: string): AsyncGenerator<Line> {
  let [pieces, length, number]: [string[], number, number] = [[], 0, 0];
  for await (const piece of textOf(path, name)) {
    const ends = piece.split('\n');
    const rest = ends.pop() ?? '';
    for (const end of ends) {
      const text = pieces.length > 0 ? pieces.join('') + end : end;
      [pieces, length] = [[], 0];
      yield { text: text.endsWith('\r') ? text.slice(0, -1) : text, number: ++number };
    }
    if (rest === '') continue;
    pieces.push(rest);
    if ((length += rest.length) > LONGEST_LINE) throw tooLong(name, number + 1);
  }
  if (length > 0) yield { text: pieces.join(''), number: number + 1 };
};

const notText = (name: string, encoding: string, line: number, cause: unknown) =>
  new QuittanceError('INVALID_INPUT', {
    message: `${name}${encoding === 'utf-8' ? `:${line} is` : ': it is'} not ${encoding.toUpperCase()} text`,
    expected: 'UTF-8, or UTF-16 with its mark at the beginning',
    hint: `say what the file is and turn it into UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 ${name}`,
    cause,
  });

const tooLong = (name: string, line: number) =>
  new QuittanceError('INPUT_TOO_LARGE', {
    message: `${name}:${line} is too long for a row`,
    expected: `at most ${LONGEST_LINE} characters a line`,
    hint: 'give long documents as files of a folder, or cut them as the trainer did',
  });
