// Quantised blocks of ggml to float32 (https://github.com/ggml-org/ggml, ggml-common.h and ggml-quants.c for the
// layouts). A block holds 32 or 256 weights with a scale, some types with a minimum. Trap: the two halves of a byte are
// not neighbours: the low halves are the first 16 (or 32) weights, the high halves the next.
import { widen, widenHalf } from './number-formats.ts';

/** Names of ggml's tensor types by number; undefined for numbers that were withdrawn. */
export const GGML_TYPES: readonly (string | undefined)[] = [
  ...[
    'F32',
    'F16',
    'Q4_0',
    'Q4_1',
    undefined,
    undefined,
    'Q5_0',
    'Q5_1',
    'Q8_0',
    'Q8_1',
    'Q2_K',
    'Q3_K',
    'Q4_K',
    'Q5_K',
    'Q6_K',
    'Q8_K',
  ],
  ...[
    'IQ2_XXS',
    'IQ2_XS',
    'IQ3_XXS',
    'IQ1_S',
    'IQ4_NL',
    'IQ3_S',
    'IQ2_S',
    'IQ4_XS',
    'I8',
    'I16',
    'I32',
    'I64',
    'F64',
    'IQ1_M',
    'BF16',
  ],
];

export type BlockType = 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0' | 'Q4_1' | 'Q4_K' | 'Q6_K';

interface Block {
  /** Weights a block. */
  elements: number;
  bytes: number;
}

export const BLOCKS: Readonly<Record<BlockType, Block>> = {
  F32: { elements: 1, bytes: 4 },
  F16: { elements: 1, bytes: 2 },
  BF16: { elements: 1, bytes: 2 },
  Q8_0: { elements: 32, bytes: 34 },
  Q4_0: { elements: 32, bytes: 18 },
  Q4_1: { elements: 32, bytes: 20 },
  Q4_K: { elements: 256, bytes: 144 },
  Q6_K: { elements: 256, bytes: 210 },
};

/** One block from `b` at byte `at` into `y` at element `to`; `half` reads a 16-bit scale. */
type Unpack = (b: Uint8Array, at: number, y: Float32Array, to: number, half: (at: number) => number) => void;

const signed = (byte: number) => (byte << 24) >> 24;

const q8_0: Unpack = (b, at, y, to, half) => {
  const d = half(at);
  for (let i = 0; i < 32; i++) y[to + i] = d * signed(b[at + 2 + i]!);
};

const q4_0: Unpack = (b, at, y, to, half) => {
  const d = half(at);
  for (let i = 0; i < 16; i++) {
    const byte = b[at + 2 + i]!;
    y[to + i] = d * ((byte & 15) - 8);
    y[to + 16 + i] = d * ((byte >> 4) - 8);
  }
};

const q4_1: Unpack = (b, at, y, to, half) => {
  const d = half(at);
  const m = half(at + 2);
  for (let i = 0; i < 16; i++) {
    const byte = b[at + 4 + i]!;
    y[to + i] = d * (byte & 15) + m;
    y[to + 16 + i] = d * (byte >> 4) + m;
  }
};

/** 6-bit scale and minimum of sub-block j, packed into 12 bytes. */
const scaleAndMinimum = (b: Uint8Array, at: number, j: number): [number, number] => {
  if (j < 4) return [b[at + j]! & 63, b[at + j + 4]! & 63];
  const high = (k: number) => (b[at + k]! >> 6) << 4;
  return [(b[at + j + 4]! & 15) | high(j - 4), (b[at + j + 4]! >> 4) | high(j)];
};

const q4_k: Unpack = (b, at, y, to, half) => {
  const d = half(at);
  const dmin = half(at + 2);
  for (let chunk = 0; chunk < 4; chunk++) {
    const [s0, m0] = scaleAndMinimum(b, at + 4, 2 * chunk);
    const [s1, m1] = scaleAndMinimum(b, at + 4, 2 * chunk + 1);
    for (let i = 0; i < 32; i++) {
      const byte = b[at + 16 + 32 * chunk + i]!;
      y[to + 64 * chunk + i] = d * s0 * (byte & 15) - dmin * m0;
      y[to + 64 * chunk + 32 + i] = d * s1 * (byte >> 4) - dmin * m1;
    }
  }
};

const q6_k: Unpack = (b, at, y, to, half) => {
  const d = half(at + 208);
  for (let h = 0; h < 2; h++) {
    const [low, high, scales] = [at + 64 * h, at + 128 + 32 * h, at + 192 + 8 * h];
    for (let i = 0; i < 32; i++) {
      const bits = b[high + i]!;
      for (let q = 0; q < 4; q++) {
        const byte = b[low + i + 32 * (q & 1)]!;
        const value = ((q < 2 ? byte & 15 : byte >> 4) | (((bits >> (2 * q)) & 3) << 4)) - 32;
        y[to + 128 * h + 32 * q + i] = d * signed(b[scales + 2 * q + (i >> 4)]!) * value;
      }
    }
  }
};

const UNPACK: Readonly<Record<Exclude<BlockType, 'F32' | 'F16' | 'BF16'>, Unpack>> = {
  Q8_0: q8_0,
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q4_K: q4_k,
  Q6_K: q6_k,
};

/** Whole blocks to float32. */
export const dequantizeBlocks = (bytes: Uint8Array, type: BlockType): Float32Array => {
  if (type === 'F32' || type === 'F16' || type === 'BF16') return widen(bytes, type);
  const { elements, bytes: size } = BLOCKS[type];
  const count = bytes.length / size;
  const values = new Float32Array(count * elements);
  // every scale lies at an even byte
  const halves = widenHalf(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1));
  const half = (at: number) => halves[at >> 1]!;
  for (let i = 0; i < count; i++) UNPACK[type](bytes, i * size, values, i * elements, half);
  return values;
};
