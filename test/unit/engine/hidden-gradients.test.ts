// An objective that reads hidden states after some blocks: its gradients against central differences, on one tape and
// block by block, and none for what lies behind the depth.
import { expect, it } from '@jest/globals';
import { makeBatch } from '#engine/batch.ts';
import { restoreValues, valuesOf } from '#engine/model.ts';
import { forwardHidden, lossAndGradients } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

it.each(['one', 'blocks'] as const)('are those of the function, with %s tape', (tape) => {
  const model = tinyModel();
  const batch = makeBatch([{ prompt: tokens(3, 'p'), answers: [tokens(4, 'a')] }], 64);
  const all = new Set(model.parameters.keys());
  const objective = (hidden: tf.Tensor2D): tf.Scalar => tf.mean(tf.square(tf.sub(hidden, 1)));
  const { loss, gradients } = lossAndGradients(model, batch, objective, all, { tape, depth: 1 });
  const value = () =>
    tf.tidy(() => {
      const hidden = [...forwardHidden(model, batch, 1).dataSync()];
      return hidden.reduce((sum, x) => sum + (x - 1) ** 2, 0) / hidden.length;
    });
  expect(value()).toBeCloseTo(loss, 4);
  expect([...gradients.keys()].every((name) => /^(embed\.|layers\.0\.)/.test(name))).toBe(true);
  expect(gradients.size).toBeGreaterThan(5);
  const start = valuesOf(model);
  for (const name of ['layers.0.down.w', 'layers.0.q.w']) {
    const slope = gradients.get(name)!.dataSync<'float32'>();
    const largest = slope.reduce((best, x, i) => (Math.abs(x) > Math.abs(slope[best]!) ? i : best), 0);
    const h = 1e-3;
    const at = (shift: number) => {
      restoreValues(model, new Map([[name, start.get(name)!.with(largest, start.get(name)![largest]! + shift)]]));
      return value();
    };
    const difference = (at(h) - at(-h)) / (2 * h);
    expect(Math.abs(difference - slope[largest]!) / Math.abs(slope[largest]!)).toBeLessThan(0.02);
    restoreValues(model, start);
  }
  tf.dispose([...gradients.values()]);
  model.dispose();
});
