// A model taught a little further for a moment: in parts where its rows are too much at once, and put back bit for bit.
import { expect, it } from '@jest/globals';
import { makeBatch } from '#engine/batch.ts';
import { blockBytes } from '#engine/block-bytes.ts';
import { inference } from '#engine/inference.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import { restoreValues, valuesOf } from '#engine/model.ts';
import { adamW } from '#engine/optimizers.ts';
import { copiesAtOnce, movedBy, retaught } from '#engine/retaught.ts';
import { retaughtEach } from '#engine/retaught-each.ts';
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

const SMALL = { hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 300 };

it.each([
  ['llama', 'mlp', {}],
  ['llama', 'body', {}],
  ['layer norms and biases (gpt_neox)', 'body', { model_type: 'gpt_neox', ...SMALL, rotary_pct: 0.5 }],
  ['norms of each head (qwen3)', 'body', { model_type: 'qwen3', ...SMALL, head_dim: 8 }],
  ['norms that count from one (gemma2)', 'body', { model_type: 'gemma2', ...SMALL, head_dim: 8, sliding_window: 3 }],
] as const)('side by side each list leaves the model as it does alone: %s, %s', async (_, weights, change) => {
  const model = tinyModel(tinyConfig(change));
  const rows = (count: number, label: string) =>
    Array.from({ length: count }, (_, i) => ({
      prompt: tokens(3 + i, `${label}p${i}`),
      answers: [tokens(5, `${label}a${i}`)],
    }));
  // the third has another number of rows, and goes alone
  const lists = [rows(3, 'x'), rows(3, 'y'), rows(2, 'z'), rows(3, 'w')];
  const watched = [{ prompt: tokens(7, 'w'), answer: tokens(5, 'v') }];
  const ask = () => [...inference(model).scoreRows(watched)[0]!.logProbs];
  const how = { updates: 4, learningRate: 3e-3, weights } as const;
  const [values, before, tensors] = [valuesOf(model), ask(), tf.memory().numTensors];
  const together = await retaughtEach(model, lists, how, (list) => ({ list, said: ask() }));
  expect(valuesOf(model)).toEqual(values);
  expect(tf.memory().numTensors).toBe(tensors);
  for (const [i, { list, said }] of together.entries()) {
    const alone = await retaught(model, lists[i]!, how, ask);
    expect(list).toBe(i);
    expect(largestDifference(said, alone)).toBeLessThan(1e-3);
    expect(largestDifference(alone, before)).toBeGreaterThan(1e-2);
  }
  model.dispose();
});

it('a large model is taught one list after the other', () => {
  expect(copiesAtOnce(79e6)).toBe(1);
  expect(copiesAtOnce(332e3)).toBeGreaterThan(5);
});
