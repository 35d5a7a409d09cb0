// Forget qualities that FLAT prints for forget01 of TOFU (Wang et al. 2025,
// https://openreview.net/forum?id=6ESRicalFE): with 40 records on either side the exact test takes few values, so that
// cells which look alike differ by one record in forty, and a cell that is none of them is a misprint or another test.
import { describe, expect, it } from '@jest/globals';
import { gapProbability } from '#core/stats.ts';

const N = 40;
const attainable = Array.from({ length: N + 1 }, (_, k) => gapProbability(N, N, k / N));
/** As printed, with the records in forty by which the distributions are apart. */
const PRINTED: readonly (readonly [string, number])[] = [
  ...([
    ['.2657', 9],
    ['.0541', 12],
    ['.0286', 13],
    ['.0143', 14],
  ] as const),
  ...([
    ['.0068', 15],
    ['.0030', 16],
    ['.0013', 17],
  ] as const),
];

describe('forget quality of 40 records', () => {
  it.each(PRINTED)('%s is the value at a gap of %i in 40', (printed, gap) => {
    expect(attainable[gap]!.toFixed(4)).toBe(`0${printed}`);
  });

  it.each(['.0521', '4.49e-6'])('%s is none of its values', (printed) => {
    const value = Number(printed);
    expect(attainable.some((p) => Math.abs(p / value - 1) < 0.01)).toBe(false);
  });
});
