// To where each value is brought: the likeliest to the controls' likeliest, so that a look at the whole distribution
// tells them no better than a look at its middle.
import { expect, it } from '@jest/globals';
import { random } from '#engine/random.ts';
import { rankedLevels } from '#unlearning/lasting-terms.ts';

it('has its rank among the controls', () => {
  expect(rankedLevels([-1, -9, -5], [-2, -4, -6, -8, -10, -12])).toEqual([-2, -10, -6]);
  expect(rankedLevels([-3], [-7])).toEqual([-7]);
});

it('gives values that are distributed as the controls are', () => {
  const stream = random('ranks');
  const controls = Array.from({ length: 480 }, () => 3 * stream.normal() - 5);
  const levels = rankedLevels(
    Array.from({ length: 20 }, () => stream.normal()),
    controls,
  );
  const middle = controls.reduce((a, b) => a + b, 0) / controls.length;
  expect(largestGap(levels, controls)).toBeLessThan(0.06);
  expect(
    largestGap(
      levels.map(() => middle),
      controls,
    ),
  ).toBeGreaterThan(0.4);
});

/** Of the two distribution functions. */
const largestGap = (a: readonly number[], b: readonly number[]): number => {
  const shareUpTo = (values: readonly number[], x: number) =>
    values.filter((value) => value <= x).length / values.length;
  return Math.max(...[...a, ...b].map((x) => Math.abs(shareUpTo(a, x) - shareUpTo(b, x))));
};
