// Seeded random numbers: sfc32 (Doty-Humphrey, PractRand) seeded through SHA-256 of a label, so that streams with
// different names never overlap.
import { createHash } from 'node:crypto';

export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Integer in [0, n). */
  below(n: number): number;
  /** A permutation of the items (Fisher–Yates); the argument is left as it was. */
  shuffle<T>(items: readonly T[]): T[];
  /** The state of the stream: four 32-bit words. */
  state(): number[];
  /** Continues from such a state. */
  restore(state: readonly number[]): void;
}

export const random = (seed: number | string): Random => {
  const key = createHash('sha256').update(String(seed)).digest();
  const state = Uint32Array.from({ length: 4 }, (_, i) => key.readUInt32LE(4 * i));
  const next = () => sfc32(state);
  for (let i = 0; i < 12; i++) next();
  const uniform = () => next() / 2 ** 32;
  const below = (n: number) => Math.floor(uniform() * n);
  return {
    uniform,
    below,
    normal: () => boxMuller(uniform),
    shuffle: (items) => shuffled(items, below),
    state: () => [...state],
    restore: (words) => state.set(words),
  };
};

const sfc32 = (s: Uint32Array): number => {
  const sum = (s[0]! + s[1]! + s[3]!) >>> 0;
  s[3] = s[3]! + 1;
  s[0] = s[1]! ^ (s[1]! >>> 9);
  s[1] = s[2]! + (s[2]! << 3);
  s[2] = ((s[2]! << 21) | (s[2]! >>> 11)) + sum;
  return sum;
};

const boxMuller = (uniform: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

const shuffled = <T>(items: readonly T[], below: (n: number) => number): T[] => {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
};
