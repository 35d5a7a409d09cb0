// Sobol points: n points that fill a cube of up to ten dimensions more evenly than random ones do, in Gray-code order
// (Antonov and Saleev 1979) with the direction numbers of Joe and Kuo (2008,
// https://web.maths.unsw.edu.au/~fkuo/sobol/), moved by one random digital shift.
// Trap: without the shift the first point is the origin, and every coordinate of the second is one half.
import { random } from './random.ts';

const BITS = 32;

/** Of each dimension after the first: the inner coefficients of its primitive polynomial, and its first numbers. */
const DIRECTIONS: readonly { readonly inner: number; readonly first: readonly number[] }[] = [
  { inner: 0, first: [1] },
  { inner: 1, first: [1, 3] },
  { inner: 1, first: [1, 3, 1] },
  { inner: 2, first: [1, 1, 1] },
  { inner: 1, first: [1, 1, 3, 3] },
  { inner: 4, first: [1, 3, 5, 13] },
  { inner: 2, first: [1, 1, 5, 5, 17] },
  { inner: 4, first: [1, 1, 5, 5, 5] },
  { inner: 7, first: [1, 1, 7, 11, 19] },
];

export const SOBOL_DIMENSIONS = DIRECTIONS.length + 1;

/** `count` points of [0, 1)^SOBOL_DIMENSIONS; unshifted without a seed. */
export const sobolPoints = (count: number, seed?: string): Float64Array[] => {
  const steps = Array.from({ length: SOBOL_DIMENSIONS }, (_, k) => stepsOf(k));
  const stream = seed === undefined ? undefined : random(`sobol:${seed}`);
  const at = steps.map(() => (stream ? stream.below(2 ** BITS) >>> 0 : 0));
  return Array.from({ length: count }, (_, i) => {
    if (i > 0) {
      const bit = Math.clz32(i & -i) ^ 31; // the lowest one of i
      steps.forEach((own, k) => (at[k] = (at[k]! ^ own[bit]!) >>> 0));
    }
    return Float64Array.from(at, (word) => word / 2 ** BITS);
  });
};

/** What one dimension's word is changed by, for each bit that a Gray code changes. */
const stepsOf = (dimension: number): number[] => {
  const polynomial = DIRECTIONS[dimension - 1];
  const shifted = (m: number, i: number) => (m << (BITS - 1 - i)) >>> 0;
  if (!polynomial) return Array.from({ length: BITS }, (_, i) => shifted(1, i));
  const { inner, first } = polynomial;
  const degree = first.length;
  const steps = first.map(shifted);
  for (let i = degree; i < BITS; i++) {
    let step = steps[i - degree]! ^ (steps[i - degree]! >>> degree);
    for (let k = 1; k < degree; k++) if ((inner >> (degree - 1 - k)) & 1) step ^= steps[i - k]!;
    steps.push(step >>> 0);
  }
  return steps;
};
