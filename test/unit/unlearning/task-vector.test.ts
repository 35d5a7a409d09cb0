// The task vector: after a run the weights lie as far on the other side of the start as the training went, times the
// scale; low-rank factors are negated as a product; an interrupted run ends in the same weights.
import { expect, it } from '@jest/globals';
import { valuesOf } from '#engine/model.ts';
import { configured } from '#unlearning/methods.ts';
import { attachLora, freshFactors, shapeLora } from '#engine/lora.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

const example = (seed: number) => ({ prompt: tokens(3, seed), answer: tokens(4, `a${seed}`), valueTokens: [1, 2] });
const context = (model: ReturnType<typeof tinyModel>) => ({
  model,
  forget: [1, 2, 3].map(example),
  templates: [tokens(3, 'refusal')],
  moments: undefined,
  stopControls: [8, 9].map(example),
  seed: 1,
});
const UPDATE = { trainable: 'mlp', optimizer: 'normalized-sgd', projection: 'none', step: 0.1, updates: 3 };
const STOP = { valueAuc: 1, greedyExact: 1 }; // a stop rule that holds at once must not end the training

const movement = async (method: string, config: object) => {
  const model = tinyModel();
  const start = valuesOf(model);
  const outcome = await configured(method, config).run(context(model));
  const moved = new Map([...valuesOf(model)].map(([name, now]) => [name, now.map((x, i) => x - start.get(name)![i]!)]));
  model.dispose();
  return { moved, outcome };
};

it.each([1, 5])('takes the training back %i times over', async (scale) => {
  const { moved, outcome } = await movement('task-vector', { loss: { scale }, update: UPDATE, stop: STOP });
  expect(outcome.updates).toBe(3);
  expect(outcome.trajectory).toHaveLength(5); // the start, three updates, and what is left
  // the same batches in the same order, descended by the method that teaches what it is given as templates
  const model = tinyModel();
  const start = valuesOf(model);
  await configured('idk', { update: UPDATE, stop: { valueAuc: 0, land: false } }).run({
    ...context(model),
    forget: [1, 2, 3].map((seed) => {
      const { prompt, answer } = example(seed);
      return { prompt, answer, valueTokens: [1, 2], templates: [{ answer, taught: [0, 1, 2, 3] }] };
    }),
  });
  const trained = valuesOf(model);
  model.dispose();
  for (const [name, from] of start) {
    const far = from.reduce(
      (most, x, i) => Math.max(most, Math.abs(moved.get(name)![i]! + scale * (trained.get(name)![i]! - x))),
      0,
    );
    expect([name, far < 1e-4]).toEqual([name, true]);
  }
});

it('makes what it trained on less likely', async () => {
  const { outcome } = await movement('task-vector', { loss: { scale: 1 }, update: UPDATE, stop: STOP });
  const [start, last] = [outcome.trajectory[0]!, outcome.trajectory.at(-1)!];
  expect(last.meanValueLogProb).toBeLessThan(start.meanValueLogProb);
  expect(outcome.trajectory.at(-2)!.meanValueLogProb).toBeGreaterThan(start.meanValueLogProb);
});

it('negates low-rank factors as a product', async () => {
  const lora = { rank: 2, alpha: 4 };
  const update = { ...UPDATE, trainable: 'lora', step: 0.05, lora };
  const one = await movement('task-vector', { loss: { scale: 1 }, update });
  const two = await movement('task-vector', { loss: { scale: 2 }, update });
  const sizes = [...one.moved].map(([name, values]) => [name, Math.hypot(...values)] as const);
  expect(sizes.some(([, size]) => size > 1e-3)).toBe(true);
  for (const [name, values] of one.moved) {
    const far = values.reduce((most, x, i) => Math.max(most, Math.abs(2 * x - two.moved.get(name)![i]!)), 0);
    expect([name, far < 1e-4]).toEqual([name, true]);
  }
});

it('refuses an adapter that is served beside its base: what is to be taken back is no longer of its rank', async () => {
  const base = tinyModel();
  const shape = shapeLora(base.config, {
    rank: 2,
    alpha: 4,
    dropout: 0,
    targetModules: 'all-linear',
    rankStabilized: false,
  });
  const factors = freshFactors(shape, 1);
  for (const [name, values] of factors)
    factors.set(
      name,
      values.map((x) => x + 0.01),
    );
  const adapted = attachLora(base, shape, factors);
  await expect(
    configured('task-vector', { update: { ...UPDATE, trainable: 'lora' } }).run(context(adapted)),
  ).rejects.toMatchObject({ code: 'METHOD_CONFIG' });
  adapted.dispose();
});
