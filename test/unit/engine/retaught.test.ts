// A model taught a little further for a moment: in parts where its rows are too much at once, and put back bit for bit.
import { expect, it } from '@jest/globals';
import { makeBatch } from '#engine/batch.ts';
import { blockBytes } from '#engine/block-bytes.ts';
import { inference } from '#engine/inference.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import { restoreValues, valuesOf } from '#engine/model.ts';
import { adamW } from '#engine/optimizers.ts';
import { movedBy, retaught } from '#engine/retaught.ts';
import { lossAndGradients } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { largestDifference } from '#test/support/golden.ts';

useEngine();

it.each([
  ['at once', 24],
  ['in parts', 4000],
])('%s, it is as after the same updates on all rows', async (_, intermediate_size) => {
  const config = tinyConfig({ intermediate_size });
  const model = tinyModel(config);
  const rows = Array.from({ length: 6 }, (_, i) => ({
    prompt: tokens(20 + i, `p${i}`),
    answers: [tokens(12 - i, `a${i}`)],
  }));
  expect(2 * blockBytes(config, 6, 33) > 64e6).toBe(intermediate_size > 24);
  const watched = [{ prompt: tokens(7, 'w'), answer: tokens(5, 'v') }];
  const ask = () => inference(model).scoreRows(watched)[0]!.logProbs;
  const [values, before, tensors] = [valuesOf(model), ask(), tf.memory().numTensors];
  const taught = await retaught(model, rows, { updates: 3, learningRate: 1e-3, weights: 'mlp' }, ask);
  expect(valuesOf(model)).toEqual(values);
  expect(tf.memory().numTensors).toBe(tensors);

  const moving = new Set([...model.parameters.keys()].filter(movedBy.mlp));
  const optimizer = adamW({ weightDecay: 0 });
  const batch = makeBatch(rows, config.maxPositions);
  for (let update = 0; update < 3; update++) {
    const { gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), moving);
    optimizer.update(new Map([...model.parameters].filter(([name]) => moving.has(name))), gradients, 1e-3);
    tf.dispose([...gradients.values()]);
  }
  optimizer.dispose();
  expect(largestDifference(ask(), before)).toBeGreaterThan(1e-3);
  expect(largestDifference(ask(), taught)).toBeLessThan(2e-4);
  restoreValues(model, values);
  model.dispose();
});
