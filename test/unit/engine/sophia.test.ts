// Sophia-G against its formulas in float64, over updates in which some coordinates are clipped and some are not; and
// its state as it is saved.
import { expect, it } from '@jest/globals';
import { sophia } from '#engine/optimizers.ts';
import { tf } from '#engine/tf.ts';
import { useEngine } from '#test/support/engine.ts';

useEngine();

const SETTINGS = { beta1: 0.9, beta2: 0.95, rho: 0.04, batchTokens: 50, weightDecay: 0.1 };
const LR = 0.01;
const GRADIENTS = [
  [0.5, -2, 0.001, 0],
  [0.4, 3, -0.002, 0],
  [-0.6, 1, 0.003, 1e-6],
];

const printed = (start: readonly number[], gradients: readonly (readonly number[])[]): number[] => {
  let [p, m, h] = [[...start], start.map(() => 0), start.map(() => 0)];
  for (const g of gradients) {
    m = m.map((x, i) => SETTINGS.beta1 * x + (1 - SETTINGS.beta1) * g[i]!);
    h = h.map((x, i) => SETTINGS.beta2 * x + (1 - SETTINGS.beta2) * g[i]! ** 2);
    p = p.map((x, i) => {
      const size = Math.min(Math.abs(m[i]!) / (SETTINGS.rho * SETTINGS.batchTokens * h[i]! + 1e-15), 1);
      return x * (1 - LR * SETTINGS.weightDecay) - LR * Math.sign(m[i]!) * size;
    });
  }
  return p;
};

it('moves as the formulas say, also from a state that was saved', () => {
  const start = [1, -1, 0.5, 2];
  const parameter = tf.variable(tf.tensor1d(start));
  const step = (optimizer: ReturnType<typeof sophia>, g: readonly number[]) => {
    const gradient = tf.tensor1d([...g]);
    optimizer.update(new Map([['w', parameter]]), new Map([['w', gradient]]), LR);
    gradient.dispose();
  };
  const first = sophia(SETTINGS);
  step(first, GRADIENTS[0]!);
  step(first, GRADIENTS[1]!);
  const second = sophia(SETTINGS);
  second.restore(first.state());
  first.dispose();
  step(second, GRADIENTS[2]!);
  const expected = printed(start, GRADIENTS);
  [...parameter.dataSync()].forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 5));
  second.dispose();
  parameter.dispose();
});
