// Weight files in the safetensors format: 8-byte little-endian header length, JSON header, raw row-major data.
// https://huggingface.co/docs/safetensors (format). Trap: every length and offset may come from a stranger, so each is
// checked against the file before anything is allocated. Reads are positional, so a file may be larger than memory.
import { closeSync, fstatSync, openSync, readSync, writeSync, fsyncSync } from 'node:fs';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { duplicateKey } from '#core/json-keys.ts';
import { firstNotFinite, widen, type StoredType, STORED_BYTES } from './number-formats.ts';

/**
 * More than the headers of 65,000 tensors take, and a sixth of the reference implementation's limit: a header has to be
 * read before it can be recognised as hostile.
 */
const MAX_HEADER_BYTES = 2 ** 24;
const MOST_MARKS = 2 ** 20;
const DEEPEST = 3;
/** Several times the largest published tensor. */
const MOST_ELEMENTS = 2 ** 33;

const Entry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()).max(8),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

export interface TensorInfo {
  dtype: StoredType;
  shape: number[];
  /** Byte range in the file. */
  start: number;
  end: number;
}

const invalid = (path: string, message: string, expected?: string, got?: string, cause?: unknown) =>
  new QuittanceError('WEIGHTS_INVALID', {
    message: `${path}: ${message}`,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    hint: 'fetch or export the file again; a damaged weight file is never loaded in part',
    cause,
  });

export interface SafetensorsFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
  /** The tensor widened to float32. WEIGHTS_INVALID where a value is NaN or infinite. */
  read(name: string): Float32Array;
  /** The stored bytes as they are. */
  readBytes(name: string): Uint8Array;
  close(): void;
}

/**
 * Opens and checks a file: header within the file, known types, sizes that match shapes, no gap, no overlap, no
 * duplicate key.
 */
export const openSafetensors = (path: string): SafetensorsFile => {
  const fd = openFile(path);
  try {
    const { tensors, metadata } = readHeader(path, fd);
    const info = (name: string) => {
      const found = tensors.get(name);
      if (!found) throw invalid(path, `has no tensor '${name}'`);
      return found;
    };
    const readBytes = (name: string) => readRange(path, fd, info(name));
    return {
      path,
      tensors,
      metadata,
      readBytes,
      read: (name) => finite(path, name, widen(readBytes(name), info(name).dtype)),
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

const openFile = (path: string): number => {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new QuittanceError('NOT_FOUND', { message: `cannot open ${path}`, cause });
  }
};

const readHeader = (path: string, fd: number) => {
  const fileBytes = fstatSync(fd).size;
  if (fileBytes < 8) throw invalid(path, 'is too short for a header length', 'at least 8 bytes', `${fileBytes} bytes`);
  const prefix = Buffer.alloc(8);
  readSync(fd, prefix, 0, 8, 0);
  const headerBytes = Number(prefix.readBigUInt64LE());
  if (headerBytes > MAX_HEADER_BYTES || headerBytes > fileBytes - 8) {
    throw invalid(
      path,
      'header length runs past the file, or past what any model needs',
      `at most ${Math.min(MAX_HEADER_BYTES, fileBytes - 8)}`,
      String(headerBytes),
    );
  }
  const header = Buffer.alloc(headerBytes);
  readSync(fd, header, 0, headerBytes, 8);
  return checkHeader(path, header.toString('utf8'), 8 + headerBytes, fileBytes);
};

const checkHeader = (path: string, text: string, dataStart: number, fileBytes: number) => {
  const json = parseHeader(path, text);
  const { __metadata__, ...entries } = json;
  const metadata = z.record(z.string(), z.string()).safeParse(__metadata__ ?? {});
  if (!metadata.success) throw invalid(path, '__metadata__ must map strings to strings');
  const twice = duplicateKey(text); // two readers could see different weights
  if (twice !== undefined) throw invalid(path, `header gives '${twice}' twice`);
  const tensors = new Map(
    Object.entries(entries).map(([name, value]) => [name, tensorInfo(path, name, value, dataStart)]),
  );
  checkRanges(path, [...tensors.values()], dataStart, fileBytes);
  return { tensors, metadata: metadata.data };
};

const parseHeader = (path: string, text: string): Record<string, unknown> => {
  const { depth, marks } = structureOf(text);
  if (depth > DEEPEST || marks > MOST_MARKS)
    throw invalid(path, 'header is more than any model needs', `${DEEPEST} levels and ${MOST_MARKS} values`);
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (cause) {
    throw invalid(path, 'header is not a JSON object', undefined, undefined, cause);
  }
};

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPENING, CLOSING] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/** The depth of a JSON text and the number of its separators, counted without building any value. */
const structureOf = (text: string): { depth: number; marks: number } => {
  let [depth, deepest, marks, quoted] = [0, 0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (quoted && unit === BACKSLASH) i++;
    else if (unit === QUOTE) quoted = !quoted;
    else if (quoted) continue;
    else if (unit === COMMA || unit === COLON) marks++;
    else if (OPENING.has(unit)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.has(unit)) depth--;
  }
  return { depth: deepest, marks };
};

const isStoredType = (dtype: string): dtype is StoredType => Object.hasOwn(STORED_BYTES, dtype);

const tensorInfo = (path: string, name: string, value: unknown, dataStart: number): TensorInfo => {
  const entry = Entry.safeParse(value);
  if (!entry.success)
    throw invalid(path, `entry '${name}' is malformed`, 'dtype, shape and data_offsets', undefined, entry.error);
  const {
    dtype,
    shape,
    data_offsets: [start, end],
  } = entry.data;
  if (!isStoredType(dtype))
    throw invalid(path, `'${name}' has an unknown type`, Object.keys(STORED_BYTES).join(', '), dtype);
  const bytes = shape.reduce((product, size) => product * size, STORED_BYTES[dtype]);
  if (bytes !== end - start)
    throw invalid(path, `'${name}' has a size that is not its shape's`, `${bytes} bytes`, `${end - start} bytes`);
  const elements = bytes / STORED_BYTES[dtype];
  if (elements > MOST_ELEMENTS)
    throw invalid(path, `'${name}' is larger than any that can be held`, `${MOST_ELEMENTS} elements`, String(elements));
  return { dtype, shape, start: dataStart + start, end: dataStart + end };
};

const checkRanges = (path: string, tensors: readonly TensorInfo[], dataStart: number, fileBytes: number) => {
  let at = dataStart;
  for (const { start, end } of tensors.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at)
      throw invalid(
        path,
        start < at ? 'tensors overlap' : 'there is a gap between tensors',
        `offset ${at - dataStart}`,
        `${start - dataStart}`,
      );
    at = end;
  }
  if (at !== fileBytes) throw invalid(path, 'the tensors do not fill the file', `${at} bytes`, `${fileBytes} bytes`);
};

const readRange = (path: string, fd: number, { start, end }: TensorInfo): Uint8Array => {
  const bytes = new Uint8Array(new ArrayBuffer(end - start));
  const chunk = 256 * 2 ** 20;
  for (let at = 0; at < bytes.length; at += chunk) {
    const wanted = Math.min(chunk, bytes.length - at);
    if (readSync(fd, bytes, at, wanted, start + at) !== wanted) throw invalid(path, 'ended while it was read');
  }
  return bytes;
};

const finite = (path: string, name: string, values: Float32Array): Float32Array => {
  const at = firstNotFinite(values);
  if (at < 0) return values;
  throw invalid(path, `'${name}' holds a value that is not finite`, 'numbers', `${values[at]} at ${at}`);
};

export interface TensorToWrite {
  name: string;
  shape: readonly number[];
  /** float32 values, or bytes already in `dtype`. */
  data: Float32Array | Uint8Array;
  dtype?: StoredType;
}

/** A tensor whose values are computed when it is written, so that a file may be larger than memory. */
export interface TensorToMake extends Omit<TensorToWrite, 'data'> {
  make: () => Float32Array | Uint8Array;
}

type Writable = TensorToWrite | TensorToMake;

const sizeOf = ({ shape, dtype = 'F32' }: Writable) => shape.reduce((a, b) => a * b, STORED_BYTES[dtype]);

const bytesOf = (tensor: Writable): Uint8Array => {
  const data = 'make' in tensor ? tensor.make() : tensor.data;
  if (data.byteLength === sizeOf(tensor)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new QuittanceError('INTERNAL', { message: `${tensor.name} does not have the size of its shape` });
};

/** The file's bytes before the data: length and header, padded with spaces so that the data is 8-byte aligned. */
const headerBytes = (tensors: readonly Writable[], metadata: Readonly<Record<string, string>>): Buffer => {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let at = 0;
  for (const tensor of tensors) {
    const { name, shape, dtype = 'F32' } = tensor;
    header[name] = { dtype, shape, data_offsets: [at, at + sizeOf(tensor)] };
    at += sizeOf(tensor);
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, 0x20);
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  return padded;
};

/** Writes the file and flushes it to disk; the caller renames it into place. */
export const writeSafetensors = (
  path: string,
  tensors: readonly Writable[],
  metadata: Readonly<Record<string, string>> = {},
): void => {
  const fd = openSync(path, 'w');
  try {
    writeAll(fd, headerBytes(tensors, metadata));
    for (const tensor of tensors) writeAll(fd, bytesOf(tensor));
    fsyncSync(fd);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC') {
      throw new QuittanceError('STORE_FULL', { message: `no space left for ${path}`, cause });
    }
    throw cause;
  } finally {
    closeSync(fd);
  }
};

const writeAll = (fd: number, bytes: Uint8Array) => {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, Math.min(bytes.length - at, 2 ** 28));
};
