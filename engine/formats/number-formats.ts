// Number formats of weight files to and from float32. Trap: bfloat16 is the upper half of a float32; rounding to it is
// to nearest, ties to even.

export const STORED_BYTES = { F32: 4, F16: 2, BF16: 2, F64: 8, I64: 8, I32: 4, I8: 1, U8: 1, BOOL: 1 } as const;
export type StoredType = keyof typeof STORED_BYTES;

/** Widens stored bytes (little-endian) to float32. `bytes` is freshly read and 8-byte aligned. */
export const widen = (bytes: Uint8Array, dtype: StoredType): Float32Array => {
  const { buffer, byteOffset, byteLength } = bytes;
  const count = byteLength / STORED_BYTES[dtype];
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer, byteOffset, count);
    case 'F16':
      return widenHalf(new Uint16Array(buffer, byteOffset, count));
    case 'BF16':
      return widenBfloat(new Uint16Array(buffer, byteOffset, count));
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, count));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, count), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(buffer, byteOffset, count));
    case 'I8':
      return Float32Array.from(new Int8Array(buffer, byteOffset, count));
    case 'U8':
    case 'BOOL':
      return Float32Array.from(bytes);
  }
};

const widenBfloat = (halves: Uint16Array): Float32Array => {
  const words = new Int32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
  return new Float32Array(words.buffer);
};

let halfTable: Float32Array | undefined;

/** IEEE 754 binary16 to float32 by a table of all 65,536 values. */
export const widenHalf = (halves: Uint16Array): Float32Array => {
  halfTable ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfValue(bits));
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = halfTable[halves[i]!]!;
  return values;
};

const halfValue = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

/** float32 to bfloat16, to nearest, ties to even. */
export const narrowBfloat = (values: Float32Array): Uint8Array => {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) halves[i] = (words[i]! + 0x7fff + ((words[i]! >>> 16) & 1)) >>> 16;
  return new Uint8Array(halves.buffer);
};

/** Whether bfloat16 holds every value as it is. */
export const isBfloat = (values: Float32Array): boolean =>
  new Uint32Array(values.buffer, values.byteOffset, values.length).every((word) => (word & 0xffff) === 0);

/** Index of the first value that is NaN or infinite, −1 where there is none: x − x is 0 for finite x alone. */
export const firstNotFinite = (values: Float32Array): number => {
  for (let i = 0; i < values.length; i++) if (values[i]! - values[i]! !== 0) return i;
  return -1;
};
