// FLAT against a second implementation in plain float64 numbers: losses, gradients by central differences; and the
// method as a whole.
import { describe, expect, it } from '@jest/globals';
import { makeBatch, type Row } from '#engine/batch.ts';
import { random } from '#engine/random.ts';
import { tf } from '#engine/tf.ts';
import { DIVERGENCES, type DivergenceName } from '#unlearning/divergences.ts';
import { FlatConfig } from '#unlearning/flat-config.ts';
import { flatLoss } from '#unlearning/flat-loss.ts';
import { useEngine } from '#test/support/engine.ts';
import { CONJUGATE, G } from './plain-divergences.ts';

useEngine();

// --- the second implementation: g* and f* as printed (plain-divergences.ts), probabilities by softmax, nothing shared
// with the code under test

const V = 7;
const ROWS: Row[] = [
  {
    prompt: [1, 2],
    answers: [
      [3, 4, 5],
      [6, 0],
    ],
  },
  {
    prompt: [2],
    answers: [
      [1, 1],
      [4, 3, 2, 1],
    ],
  },
  { prompt: [5, 5, 5], answers: [[0], [6]] },
];
const batch = makeBatch(ROWS, 64);
const N = batch.targets.length;
const PADDED = 11;

const plainLoss = (logits: Float64Array, name: DivergenceName, reduction: FlatConfig['reduction']): number => {
  const sums = new Array<number>(batch.answers).fill(0);
  const lengths = new Array<number>(batch.answers).fill(0);
  for (let i = 0; i < N; i++) {
    const row = logits.subarray(i * V, (i + 1) * V);
    const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
    sums[batch.owner[i]!]! += Math.exp(row[batch.targets[i]!]!) / total;
    lengths[batch.owner[i]!]!++;
  }
  const loss = (ve: number, vf: number) => -G[name](ve) + CONJUGATE[name](G[name](vf));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  if (reduction === 'paper')
    return mean(ROWS.map((_, k) => loss(sums[2 * k]! / lengths[2 * k]!, sums[2 * k + 1]! / lengths[2 * k + 1]!)));
  const spread = (parity: number) =>
    ROWS.reduce((sum, _, k) => sum + sums[2 * k + parity]!, 0) / (ROWS.length * (PADDED - 1));
  return loss(spread(0), spread(1));
};

const stream = random('logits');
const LOGITS = Float64Array.from({ length: N * V }, () => Math.fround(1.5 * stream.normal()));
const configOf = (divergence: DivergenceName, reduction: FlatConfig['reduction']) =>
  FlatConfig.parse({ divergence, reduction, paddedLength: PADDED });

describe('the loss of packed template and forget answers', () => {
  for (const name of DIVERGENCES) {
    for (const reduction of ['paper', 'released'] as const) {
      it(`${name}, ${reduction}: is the plain one, and its gradient the central difference`, () => {
        const objective = (logits: tf.Tensor2D) => flatLoss(batch, logits, configOf(name, reduction));
        const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => objective(x as tf.Tensor2D))(
          tf.tensor2d(Float32Array.from(LOGITS), [N, V]),
        );
        expect(Math.abs(value.dataSync()[0]! - plainLoss(LOGITS, name, reduction))).toBeLessThan(1e-6);
        const gradient = grad.dataSync<'float32'>();
        const h = 1e-5;
        const differences = LOGITS.map((_, i) => {
          const at = (sign: number) =>
            plainLoss(
              LOGITS.map((x, j) => (j === i ? x + sign * h : x)),
              name,
              reduction,
            );
          return (at(1) - at(-1)) / (2 * h);
        });
        const scale = differences.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
        const error = differences.reduce((most, x, i) => Math.max(most, Math.abs(x - gradient[i]!)), 0);
        expect(scale).toBeGreaterThan(1e-4);
        expect(error / scale).toBeLessThan(1e-4);
      });
    }
  }

  it('the released reduction is the paper’s for one pair whose answers fill the padded row', () => {
    const one = makeBatch(
      [
        {
          prompt: [1],
          answers: [
            [3, 4],
            [5, 6],
          ],
        },
      ],
      64,
    );
    const logits = tf.tensor2d(Float32Array.from(LOGITS.subarray(0, 4 * V)), [4, V]);
    for (const name of DIVERGENCES) {
      const [paper, released] = (['paper', 'released'] as const).map((reduction) => {
        const config = FlatConfig.parse({ divergence: name, reduction, paddedLength: 3 });
        return flatLoss(one, logits, config).dataSync()[0]!;
      });
      expect(Math.abs(paper! - released!)).toBeLessThan(1e-6);
    }
  });
});
