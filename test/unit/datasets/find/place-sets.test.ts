// Whether places overlap and whose name stands nearest, compared with the plain walk through all of them.
import { expect, test } from '@jest/globals';
import { nearestTo, overlapping, united, type Place } from '#datasets/find/place-sets.ts';
import { random } from '#engine/random.ts';

const placesOf = (rng: ReturnType<typeof random>, count: number): Place[] =>
  Array.from({ length: count }, () => {
    const start = rng.below(60);
    return [start, start + 1 + rng.below(5)];
  });

const isNearestByWalk = ([start]: Place, own: readonly Place[], others: readonly Place[]): boolean => {
  const before = (places: readonly Place[]) => Math.max(-1, ...places.map(([, end]) => end).filter((e) => e <= start));
  const after = (places: readonly Place[]) =>
    Math.min(Infinity, ...places.map(([at]) => at).filter((at) => at >= start));
  if (before(own) >= 0 || before(others) >= 0) return before(own) > before(others);
  return after(own) < after(others);
};

test('drawn places: the same answers as a walk through all of them', () => {
  const rng = random('places');
  for (let round = 0; round < 300; round++) {
    const [own, others] = [placesOf(rng, rng.below(6)), placesOf(rng, rng.below(6))];
    const [isIn, isNearest] = [overlapping(own), nearestTo(own, others)];
    for (const place of placesOf(rng, 20)) {
      expect(isIn(place)).toBe(own.some(([from, to]) => place[0] < to && from < place[1]));
      expect(isNearest(place)).toBe(isNearestByWalk(place, own, others));
    }
  }
});

test('places that touch are one, and as many as a long text has are no more than a list', () => {
  expect(united([[4, 6], [0, 2], [2, 3], [5, 9]])).toEqual([[0, 3], [4, 9]]); // prettier-ignore
  const many = Array.from({ length: 300_000 }, (_, i): Place => [4 * i, 4 * i + 2]);
  expect(nearestTo(many, [])([600_002, 600_003])).toBe(true);
  expect(overlapping(many)([600_002, 600_004])).toBe(false);
});
