// Optimisers against PyTorch's numbers and an independent loop in float64; what is saved goes on as if nothing had
// happened, on any backend.
import { describe, expect, it } from '@jest/globals';
import { adamW, composedAdamW, normalizedSgd, type Optimizer } from '#engine/optimizers.ts';
import { tf } from '#engine/tf.ts';
import { error, normals } from './plain.ts';

const OPTIONS = { beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0.1 };
const RATES = [0.01, 0.02, 0.05, 0.01, 0.001];
const START = [0.5, -1.25, 2, 0, 1e-3, -30];
const gradientAt = (t: number) => [Math.sin(t), 1e-6 * t, -100 / t, 0, (-1) ** t * 0.3, 0.25];
/** torch 2.15.0: torch.optim.AdamW(betas=(0.9, 0.98), eps=1e-8, weight_decay=0.1) over these gradients and rates. */
const TORCH = [
  0.42066362500190735, -1.325305700302124, 2.0633203983306885, 0, 0.026313241571187973, -29.818517684936523,
];

/** The published formula, moment by moment. */
const plainAdamW = (values: readonly number[], gradient: (t: number) => readonly number[], rates: readonly number[]) =>
  values.map((start, i) => {
    let [p, m, v] = [start, 0, 0];
    rates.forEach((lr, step) => {
      const g = gradient(step + 1)[i]!;
      p -= lr * OPTIONS.weightDecay * p;
      m = OPTIONS.beta1 * m + (1 - OPTIONS.beta1) * g;
      v = OPTIONS.beta2 * v + (1 - OPTIONS.beta2) * g ** 2;
      const [mHat, vHat] = [m / (1 - OPTIONS.beta1 ** (step + 1)), v / (1 - OPTIONS.beta2 ** (step + 1))];
      p -= (lr * mHat) / (Math.sqrt(vHat) + OPTIONS.eps);
    });
    return p;
  });

const FORMS: { name: string; make: () => Optimizer }[] = [
  { name: "the backend's own form", make: () => adamW(OPTIONS) },
  { name: 'composed of operations', make: () => composedAdamW(OPTIONS) },
];

/** Runs updates from..to (0-based) on one variable. */
const run = (
  optimizer: Optimizer,
  w: tf.Variable,
  gradient: (t: number) => ArrayLike<number>,
  rates: readonly number[],
  from = 0,
) => {
  for (let step = from; step < rates.length; step++) {
    tf.tidy(() => {
      const g = tf.tensor(Float32Array.from(gradient(step + 1)), w.shape);
      optimizer.update(new Map([['w', w]]), new Map([['w', g]]), rates[step]!);
    });
  }
};

const variable = (values: readonly number[], shape: number[]) =>
  tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(values), shape)));

export const optimizerTests = (): void => {
  describe.each(FORMS)('AdamW, $name', ({ make }) => {
    it("takes PyTorch's steps", () => {
      const w = variable(START, [6]);
      run(make(), w, gradientAt, RATES);
      expect(error(w.dataSync(), TORCH)).toBeLessThan(1e-7);
      expect(error(w.dataSync().subarray(0, 5), TORCH.slice(0, 5))).toBeLessThan(1e-6);
    });
    it('follows the formula over many updates of a matrix', () => {
      const values = [...normals(35, 'values')];
      const rates = Array.from({ length: 40 }, (_, i) => 0.02 / (1 + i));
      const gradient = (t: number) => [...normals(35, `gradient${t}`, 10 ** ((t % 5) - 3))];
      const w = variable(values, [5, 7]);
      run(make(), w, gradient, rates);
      expect(error(w.dataSync(), plainAdamW(values, gradient, rates))).toBeLessThan(2e-6);
    });
    it('goes on from its saved state to the same bits', () => {
      const gradient = (t: number) => normals(12, `resume${t}`);
      const values = [...normals(12, 'start')];
      const whole = variable(values, [3, 4]);
      run(make(), whole, gradient, RATES);
      const half = variable(values, [3, 4]);
      const first = make();
      run(first, half, gradient, RATES.slice(0, 2));
      const saved = first.state();
      run(first, variable(values, [3, 4]), gradient, RATES); // what was saved is a copy
      first.dispose();
      const second = make();
      second.restore(saved);
      expect(second.state()).toEqual(saved);
      run(second, half, gradient, RATES, 2);
      expect([...half.dataSync()]).toEqual([...whole.dataSync()]);
    });
    it('keeps the number of tensors, and gives everything back', () => {
      const w = variable(START, [6]);
      const before = tf.memory().numTensors;
      const optimizer = make();
      run(optimizer, w, gradientAt, RATES.slice(0, 1));
      const during = tf.memory().numTensors;
      run(optimizer, w, gradientAt, RATES, 1);
      expect(tf.memory().numTensors).toBe(during);
      optimizer.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
    it('writes into nothing but the parameter: a clone, a reshape and the array it was made of stay', () => {
      const source = Float32Array.from(START);
      const w = tf.variable(tf.tensor1d(source));
      const [clone, alias] = [tf.clone(w), tf.reshape(w, [2, 3])];
      run(make(), w, gradientAt, RATES);
      for (const kept of [clone.dataSync(), alias.dataSync(), source])
        expect([...kept]).toEqual([...Float32Array.from(START)]);
    });
    it('leaves a parameter without a gradient alone', () => {
      const [w, other] = [variable(START, [6]), variable(START, [6])];
      make().update(
        new Map([
          ['w', w],
          ['other', other],
        ]),
        new Map([['w', tf.ones([6])]]),
        0.1,
      );
      expect([...other.dataSync()]).toEqual([...Float32Array.from(START)]);
    });
    it('refuses a state that lacks a moment', () =>
      expect(() =>
        make().restore(
          new Map([
            ['updates', Float32Array.of(1)],
            ['m:w', new Float32Array(6)],
          ]),
        ),
      ).toThrow(/v:w/));
  });
  it('a state of one form goes on in the other', () => {
    const [a, b] = [variable(START, [2, 3]), variable(START, [2, 3])];
    const own = adamW(OPTIONS);
    run(own, a, gradientAt, RATES.slice(0, 3));
    b.assign(tf.tensor(Float32Array.from(a.dataSync()), [2, 3]));
    const composed = composedAdamW(OPTIONS);
    composed.restore(own.state());
    run(composed, b, gradientAt, RATES, 3);
    run(own, a, gradientAt, RATES, 3);
    expect(error(a.dataSync(), b.dataSync())).toBeLessThan(1e-7);
  });
  describe('normalised SGD', () => {
    it('moves by exactly its length over all parameters together, along the negative gradient', () => {
      const parameters = new Map([
        ['a', variable([1, 2], [2])],
        ['b', variable([0, 0], [1, 2])],
      ]);
      const gradients = new Map<string, tf.Tensor>([
        ['a', tf.tensor1d([3, 0])],
        ['b', tf.tensor2d([[0, -4]])],
      ]);
      normalizedSgd().update(parameters, gradients, 0.5);
      expect(error(parameters.get('a')!.dataSync(), [0.7, 2])).toBeLessThan(1e-7);
      expect(error(parameters.get('b')!.dataSync(), [0, 0.4])).toBeLessThan(1e-7);
    });
    it('moves by its length however small or large the gradient', () => {
      for (const scale of [1e-12, 1e12]) {
        const w = variable([0, 0], [2]);
        normalizedSgd().update(new Map([['w', w]]), new Map([['w', tf.tensor1d([3 * scale, 4 * scale])]]), 1);
        expect(error(w.dataSync(), [-0.6, -0.8])).toBeLessThan(1e-6);
      }
    });
    it('stays where the gradient is zero', () => {
      const w = variable([1], [1]);
      normalizedSgd().update(new Map([['w', w]]), new Map([['w', tf.zeros([1])]]), 1);
      expect([...w.dataSync()]).toEqual([1]);
    });
  });
};
