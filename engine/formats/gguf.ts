// GGUF files (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), versions 2 and 3, little-endian: typed
// metadata, tensor descriptions, then data.
// Traps: every count and length may come from a stranger, so each is compared with what is left of the file before
// anything is allocated; and dimensions are listed fastest first, so [576, 192] is a matrix of 192 rows.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { QuittanceError } from '#core/errors.ts';
import { BLOCKS, dequantizeBlocks, GGML_TYPES, type BlockType } from './gguf-blocks.ts';
import { firstNotFinite } from './number-formats.ts';

export type GgufValue = string | number | boolean | bigint | GgufValue[];

export interface GgufTensor {
  type: BlockType;
  /** Row-major, slowest first, as in stored weights. */
  shape: number[];
  start: number;
  end: number;
}

export interface GgufFile {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** The tensor dequantised to float32. WEIGHTS_INVALID where a value is NaN or infinite. */
  read(name: string): Float32Array;
  close(): void;
}

const invalid = (path: string, message: string, expected?: string, got?: string) =>
  new QuittanceError('WEIGHTS_INVALID', {
    message: `${path}: ${message}`,
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    hint: 'fetch the file again; a damaged weight file is never loaded in part',
  });

/** Whether this is a file that begins as GGUF does. NOT_FOUND where it cannot be opened. */
export const isGguf = (path: string): boolean => {
  const fd = openForReading(path);
  try {
    const magic = Buffer.alloc(4);
    return fstatSync(fd).isFile() && readSync(fd, magic, 0, 4, 0) === 4 && magic.toString('latin1') === 'GGUF';
  } finally {
    closeSync(fd);
  }
};

/** A pipe is opened without waiting for whoever would write into it. */
const openForReading = (path: string): number => {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new QuittanceError('NOT_FOUND', { message: `cannot open ${path}`, cause });
  }
};

/** Opens a file and checks its header; tensors lie within the file, aligned and without overlap. */
export const openGguf = (path: string): GgufFile => {
  const fd = openForReading(path);
  try {
    const cursor = new Cursor(path, fd);
    const counts = readCounts(cursor);
    const metadata = readMetadata(cursor, counts.metadata);
    const tensors = readTensors(cursor, counts.tensors, alignmentOf(cursor, metadata));
    const read = (name: string) => readTensor(path, fd, name, tensors.get(name));
    return { path, metadata, tensors, read, close: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
};

const MOST_ENTRIES = 2 ** 16;
/** Elements of all lists together: tokens, kinds, scores and merges of a vocabulary of 256,000. */
const MOST_ELEMENTS = 2 ** 20;
/** Bytes of all texts together, enough for a vocabulary of long words. */
const MOST_TEXT_BYTES = 2 ** 25;
/** Several times the largest published tensor. */
const MOST_WEIGHTS = 2 ** 33;

/** Reads forward through the header; never past the end of the file. */
class Cursor {
  readonly path: string;
  readonly size: number;
  at = 0;
  #elementsLeft = MOST_ELEMENTS;
  #textLeft = MOST_TEXT_BYTES;
  readonly #fd: number;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
    this.size = fstatSync(fd).size;
  }

  /**
   * Refuses a claim of `count` things of at least `bytes` each that the rest of the file cannot hold, or of more than
   * any model has.
   */
  claim(count: number, bytes: number, what: string, limit = Infinity): void {
    const most = Math.min(limit, Math.floor((this.size - this.at) / bytes));
    if (count <= most) return;
    throw invalid(this.path, `claims more ${what} than it can hold`, `at most ${most}`, String(count));
  }

  take(bytes: number, what: string): Buffer {
    this.claim(bytes, 1, `bytes of ${what}`);
    if (this.at < this.#start || this.at + bytes > this.#start + this.#window.length) this.#fill(bytes);
    const from = this.at - this.#start;
    this.at += bytes;
    return this.#window.subarray(from, from + bytes);
  }

  #fill(bytes: number): void {
    this.#window = Buffer.alloc(Math.min(Math.max(bytes, 2 ** 20), this.size - this.at));
    this.#start = this.at;
    const got = readSync(this.#fd, this.#window, 0, this.#window.length, this.at);
    if (got !== this.#window.length) throw invalid(this.path, 'ended while it was read');
  }

  u32(what: string): number {
    return this.take(4, what).readUInt32LE();
  }

  /** An unsigned 64-bit number that is a safe integer. */
  u64(what: string): number {
    const value = Number(this.take(8, what).readBigUInt64LE());
    if (!Number.isSafeInteger(value)) throw invalid(this.path, `${what} is beyond 2^53`, undefined, String(value));
    return value;
  }

  string(what: string): string {
    const bytes = this.u64(`length of ${what}`);
    this.claim(bytes, 1, `bytes of ${what}`, this.#textLeft);
    this.#textLeft -= bytes;
    return this.take(bytes, what).toString('utf8');
  }

  /** The length of a list whose elements take at least `bytes` each. */
  length(bytes: number, what: string): number {
    const count = this.u64(`length of ${what}`);
    this.claim(count, bytes, `elements of ${what}`, this.#elementsLeft);
    this.#elementsLeft -= count;
    return count;
  }
}

const readCounts = (cursor: Cursor): { tensors: number; metadata: number } => {
  if (cursor.take(4, 'magic').toString('latin1') !== 'GGUF') throw invalid(cursor.path, 'is not a GGUF file');
  const version = cursor.u32('version');
  if (version !== 2 && version !== 3) {
    throw new QuittanceError('MODEL_UNSUPPORTED', {
      message: `${cursor.path}: GGUF version ${version} is not supported`,
      expected: '2 or 3, little-endian',
    });
  }
  const tensors = cursor.u64('tensor count');
  const metadata = cursor.u64('metadata count');
  cursor.claim(tensors, 24, 'tensors', MOST_ENTRIES);
  cursor.claim(metadata, 13, 'metadata entries', MOST_ENTRIES);
  return { tensors, metadata };
};

// value types by number; `bytes` of the fixed-size ones
const SCALARS: readonly ({ bytes: number; read: (b: Buffer) => GgufValue } | undefined)[] = [
  { bytes: 1, read: (b) => b.readUInt8() },
  { bytes: 1, read: (b) => b.readInt8() },
  { bytes: 2, read: (b) => b.readUInt16LE() },
  { bytes: 2, read: (b) => b.readInt16LE() },
  { bytes: 4, read: (b) => b.readUInt32LE() },
  { bytes: 4, read: (b) => b.readInt32LE() },
  { bytes: 4, read: (b) => b.readFloatLE() },
  { bytes: 1, read: (b) => b.readUInt8() !== 0 },
  undefined, // string
  undefined, // array
  { bytes: 8, read: (b) => b.readBigUInt64LE() },
  { bytes: 8, read: (b) => b.readBigInt64LE() },
  { bytes: 8, read: (b) => b.readDoubleLE() },
];
const STRING = 8;
const ARRAY = 9;

const readValue = (cursor: Cursor, type: number, key: string): GgufValue => {
  if (type === STRING) return cursor.string(key);
  if (type === ARRAY) return readArray(cursor, key);
  const scalar = SCALARS[type];
  if (!scalar) throw invalid(cursor.path, `${key} has an unknown type`, '0 to 12', String(type));
  return scalar.read(cursor.take(scalar.bytes, key));
};

const readArray = (cursor: Cursor, key: string): GgufValue[] => {
  const type = cursor.u32(`element type of ${key}`);
  if (type === ARRAY) throw invalid(cursor.path, `${key} is an array of arrays, which no model needs`);
  const count = cursor.length(SCALARS[type]?.bytes ?? 8, key);
  return Array.from({ length: count }, () => readValue(cursor, type, key));
};

const readMetadata = (cursor: Cursor, count: number): Map<string, GgufValue> => {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = cursor.string('metadata key');
    if (metadata.has(key)) throw invalid(cursor.path, `gives '${key}' twice`);
    metadata.set(key, readValue(cursor, cursor.u32(`type of ${key}`), key));
  }
  return metadata;
};

const alignmentOf = ({ path }: Cursor, metadata: ReadonlyMap<string, GgufValue>): number => {
  const value = metadata.get('general.alignment') ?? 32;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 8 && value <= 2 ** 16 && value % 8 === 0)
    return value;
  throw invalid(path, 'general.alignment', 'a multiple of 8', String(value));
};

const readTensors = (cursor: Cursor, count: number, alignment: number): Map<string, GgufTensor> => {
  const found = Array.from({ length: count }, () => readTensorInfo(cursor, alignment));
  const dataStart = Math.ceil(cursor.at / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const { name, offset, bytes, ...rest } of found) {
    if (tensors.has(name)) throw invalid(cursor.path, `gives the tensor '${name}' twice`);
    tensors.set(name, { ...rest, start: dataStart + offset, end: dataStart + offset + bytes });
  }
  checkRanges(cursor, tensors);
  return tensors;
};

const readTensorInfo = (cursor: Cursor, alignment: number) => {
  const name = cursor.string('tensor name');
  const dimensions = cursor.u32(`dimensions of ${name}`);
  if (dimensions < 1 || dimensions > 4) throw invalid(cursor.path, `'${name}' has ${dimensions} dimensions`, '1 to 4');
  const shape = Array.from({ length: dimensions }, () => cursor.u64(`dimension of ${name}`));
  const type = blockType(cursor, name, cursor.u32(`type of ${name}`));
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements > MOST_WEIGHTS)
    throw invalid(cursor.path, `'${name}' is larger than any that can be held`, String(MOST_WEIGHTS), String(elements));
  const { elements: perBlock, bytes: blockBytes } = BLOCKS[type];
  if (shape[0]! % perBlock !== 0)
    throw invalid(cursor.path, `a row of '${name}' is not whole blocks`, `a multiple of ${perBlock}`, String(shape[0]));
  const offset = cursor.u64(`offset of ${name}`);
  if (offset % alignment !== 0)
    throw invalid(cursor.path, `'${name}' is not aligned`, `a multiple of ${alignment}`, String(offset));
  return { name, type, shape: shape.reverse(), offset, bytes: (elements / perBlock) * blockBytes };
};

const blockType = ({ path }: Cursor, name: string, type: number): BlockType => {
  const known = GGML_TYPES[type];
  if (known === undefined) throw invalid(path, `'${name}' has an unknown type`, undefined, String(type));
  if (Object.hasOwn(BLOCKS, known)) return known as BlockType;
  throw new QuittanceError('MODEL_UNSUPPORTED', {
    message: `${path}: '${name}' is stored as ${known}, which is not supported`,
    expected: Object.keys(BLOCKS).join(', '),
  });
};

const checkRanges = ({ path, size }: Cursor, tensors: ReadonlyMap<string, GgufTensor>): void => {
  let last = 0;
  for (const [name, { start, end }] of [...tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
    if (!(end <= size)) throw invalid(path, `'${name}' runs past the end of the file`, `${size} bytes`, String(end));
    if (start < last) throw invalid(path, `'${name}' overlaps another tensor`);
    last = end;
  }
};

const readTensor = (path: string, fd: number, name: string, tensor: GgufTensor | undefined): Float32Array => {
  if (!tensor) throw invalid(path, `has no tensor '${name}'`);
  const bytes = new Uint8Array(tensor.end - tensor.start);
  for (let at = 0; at < bytes.length;) {
    const got = readSync(fd, bytes, at, Math.min(bytes.length - at, 2 ** 28), tensor.start + at);
    if (got === 0) throw invalid(path, 'ended while it was read');
    at += got;
  }
  const values = dequantizeBlocks(bytes, tensor.type);
  const strange = firstNotFinite(values);
  if (strange >= 0)
    throw invalid(path, `'${name}' holds a value that is not finite`, 'numbers', `${values[strange]} at ${strange}`);
  return values;
};
