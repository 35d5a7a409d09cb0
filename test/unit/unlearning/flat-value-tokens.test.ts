// FLAT on the tokens of the marked value alone, against plain float64 numbers, and what it leaves in place.
import { describe, expect, it } from '@jest/globals';
import { makeBatch } from '#engine/batch.ts';
import { tf } from '#engine/tf.ts';
import { FlatConfig } from '#unlearning/flat-config.ts';
import { flatLoss } from '#unlearning/flat-loss.ts';
import { useEngine } from '#test/support/engine.ts';

useEngine();

const V = 5;
const batch = makeBatch([{ prompt: [1], answers: [[2, 3], [4, 0, 1, 2]] }], 64); // prettier-ignore
const LOGITS = Float32Array.from({ length: 6 * V }, (_, i) => Math.sin(1 + 3 * i));

const probability = (n: number, target: number): number => {
  const row = LOGITS.subarray(n * V, (n + 1) * V);
  return Math.exp(row[target]!) / row.reduce((sum, x) => sum + Math.exp(x), 0);
};
const P = [...batch.targets].map((target, n) => probability(n, target)); // two of the template, four of the answer

describe('FLAT on value tokens', () => {
  it('counts the tokens of the value and no other of the answer', () => {
    const logits = tf.tensor2d(LOGITS, [6, V]);
    // prettier-ignore
    const loss = flatLoss(batch, logits, FlatConfig.parse({ tokens: 'value' }), [[0, 1], [1, 3]]).dataSync()[0]!;
    const g = (v: number) => 0.5 * Math.tanh(v);
    const wanted = -g((P[0]! + P[1]!) / 2) + g((P[3]! + P[5]!) / 2);
    expect(Math.abs(loss - wanted)).toBeLessThan(1e-6);
  });

  it('sends no gradient to the words around it', () => {
    const config = FlatConfig.parse({ tokens: 'value' });
    const of = (x: tf.Tensor) => flatLoss(batch, x as tf.Tensor2D, config, [[0, 1], [3]]); // prettier-ignore
    const gradient = tf
      .grad(of)(tf.tensor2d(LOGITS, [6, V]))
      .arraySync() as number[][];
    const moved = gradient.map((row) => row.some((x) => x !== 0));
    expect(moved).toEqual([true, true, false, false, false, true]);
  });

  it('is the whole answer where every token carries the value, in both reductions', () => {
    const logits = tf.tensor2d(LOGITS, [6, V]);
    for (const reduction of ['paper', 'released'] as const) {
      const config = FlatConfig.parse({ reduction, paddedLength: 9 });
      const every = flatLoss(batch, logits, config, [[0, 1], [0, 1, 2, 3]]).dataSync()[0]!; // prettier-ignore
      expect(Math.abs(every - flatLoss(batch, logits, config).dataSync()[0]!)).toBeLessThan(1e-6);
    }
  });
});
