// The order that a net finds: every question at most once, the same with the same seed, towards what goes on paying;
// and that answers pay once.
import { describe, expect, it } from '@jest/globals';
import { neuralUcb } from '#datasets/reveal/neural-ucb.ts';
import { unseen } from '#datasets/reveal/orders.ts';
import { random } from '#engine/random.ts';

const stream = random('points');
/** Two heaps; the even ones lie in the heap that pays. */
const points = Array.from({ length: 80 }, (_, i) =>
  Float32Array.from({ length: 20 }, (_, k) => 0.3 * stream.normal() + (i % 2 === 0 ? 1 : -1) * (k < 10 ? 1 : -1)),
);
const isEven = (i: number): boolean => i % 2 === 0;

describe('an order by NeuralUCB', () => {
  const asked: number[][] = [];
  const order = neuralUcb(
    points,
    30,
    (some) => {
      asked.push([...some]);
      return some.map(isEven);
    },
    { nu: 0.01, seed: 1 },
  );

  it('asks each question once, in the order that it returns, and says of each what came', () => {
    expect(order).toHaveLength(30);
    expect(new Set(order).size).toBe(30);
    expect(asked.flat()).toEqual(order);
    expect(asked.map(({ length }) => length)).toEqual([12, 4, 4, 4, 4, 2]);
  });

  it('goes where it pays, once it has seen a few', () => {
    const first = order.slice(0, 12).filter(isEven).length;
    const later = order.slice(12).filter(isEven).length;
    expect(first).toBeLessThan(12);
    expect(later).toBeGreaterThanOrEqual(15); // of 18
  });

  it('repeats with its seed and not with another', () => {
    const of = (seed: number) => neuralUcb(points, 20, (some) => some.map(isEven), { nu: 1, seed });
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  it('asks all there are where there are fewer than are wanted', () => {
    const few = neuralUcb(points.slice(0, 14), 30, (some) => some.map(isEven), { nu: 1, seed: 1 });
    expect(few.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 14 }, (_, i) => i));
  });
});

it('an answer is new once, and none is never new', () => {
  const areNew = unseen();
  expect(areNew(['a', undefined, 'b', 'a'])).toEqual([true, false, true, false]);
  expect(areNew(['b', 'c'])).toEqual([false, true]);
});
