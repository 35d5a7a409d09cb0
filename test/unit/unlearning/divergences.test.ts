// The four divergences of FLAT against closed forms worked out by hand from the released code's algebra: values and
// slopes, bounds and convexity.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tf } from '#engine/tf.ts';
import { DIVERGENCES, divergences, type DivergenceName } from '#unlearning/divergences.ts';
import { useEngine } from '#test/support/engine.ts';
import { CONJUGATE } from './plain-divergences.ts';

useEngine();

describe('the four divergences, in the algebra of the released code', () => {
  const on = (f: (v: tf.Tensor) => tf.Tensor, x: number) => tf.tidy(() => f(tf.scalar(x)).dataSync()[0]!);
  const slope = (f: (v: tf.Tensor) => tf.Tensor, x: number) =>
    tf.tidy(
      () =>
        tf
          .grad((v: tf.Tensor) => tf.sum(f(v)))(tf.scalar(x))
          .dataSync()[0]!,
    );
  const sigma = (v: number) => 1 / (1 + Math.exp(-v));
  const sech2 = (v: number) => 1 / Math.cosh(v) ** 2;
  /** L = template(v_e) + forget(v_f), −∂L/∂v_e, ∂L/∂v_f, in closed form. */
  const TABLE: Readonly<
    Record<
      DivergenceName,
      {
        template: (v: number) => number;
        forget: (v: number) => number;
        pull: (v: number) => number;
        push: (v: number) => number;
      }
    >
  > = {
    'total-variation': {
      template: (v) => -Math.tanh(v) / 2,
      forget: (v) => Math.tanh(v) / 2,
      pull: (v) => sech2(v) / 2,
      push: (v) => sech2(v) / 2,
    },
    'jensen-shannon': {
      template: (v) => -Math.log(2 / (1 + Math.exp(-v))),
      forget: (v) => v + Math.log(1 + Math.exp(-v)) - Math.LN2,
      pull: (v) => sigma(-v),
      push: sigma,
    },
    pearson: { template: (v) => -v, forget: (v) => (v * v) / 4 + v, pull: () => 1, push: (v) => 1 + v / 2 },
    kl: { template: (v) => -v, forget: (v) => Math.exp(v - 1), pull: () => 1, push: (v) => Math.exp(v - 1) },
  };

  for (const name of DIVERGENCES) {
    it(`${name}: value, pull towards the template and push away from the answer`, () => {
      const { g, conjugate } = divergences[name];
      const wanted = TABLE[name];
      fc.assert(
        fc.property(fc.double({ min: 0, max: 1, noNaN: true }).map(Math.fround), (v) => {
          expect(on((x) => tf.neg(g(x)), v)).toBeCloseTo(wanted.template(v), 5);
          expect(on((x) => conjugate(g(x)), v)).toBeCloseTo(wanted.forget(v), 5);
          expect(slope(g, v)).toBeCloseTo(wanted.pull(v), 5);
          expect(slope((x) => conjugate(g(x)), v)).toBeCloseTo(wanted.push(v), 5);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('total variation stays within ±½ tanh 1', () => {
    const most = Math.tanh(1) / 2;
    const { g } = divergences['total-variation'];
    expect(Math.abs(on(g, 1))).toBeLessThanOrEqual(most + 1e-6);
  });

  it('the conjugates are convex and no smaller than their tangent at 0 (Fenchel–Young)', () => {
    for (const name of DIVERGENCES) {
      for (let u = -0.4; u < 0.4; u += 0.05) {
        const middle = CONJUGATE[name](u);
        expect(CONJUGATE[name](u - 0.01) + CONJUGATE[name](u + 0.01)).toBeGreaterThanOrEqual(2 * middle - 1e-12);
        expect(on(divergences[name].conjugate, Math.fround(u))).toBeCloseTo(middle, 5);
      }
    }
  });
});
