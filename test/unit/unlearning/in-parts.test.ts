// A batch that does not fit: every method, with its records one or two at a time, ends in the weights of a run that has
// them all at once, and says that it did.
import { describe, expect, it } from '@jest/globals';
import type { Parts } from '#engine/accumulate.ts';
import { valuesOf } from '#engine/model.ts';
import { methods } from '#unlearning/methods.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

const example = (seed: number) => ({
  prompt: tokens(2 + (seed % 3), seed),
  answer: tokens(3 + (seed % 4), `a${seed}`),
  valueTokens: [1, 2],
});
const CONFIG = { update: { projection: 'none', updates: 3, step: 1e-3 }, stop: { valueAuc: 0, land: false } };

/** The tiny model knows none of the records and refuses nobody, which these methods do not begin on by themselves. */
const UNREFUSED = { neverKnown: 'keep', refused: 0 };
const LOSS: Readonly<Record<string, object>> = { 'flat-lasting': UNREFUSED, 'flat-lasting-retain': UNREFUSED };

const run = async (method: (typeof methods)[number], parts?: Parts) => {
  const [model, reference] = [tinyModel(), tinyModel()];
  const outcome = await method.configure({ ...CONFIG, ...(LOSS[method.name] && { loss: LOSS[method.name] }) }).run({
    model,
    reference,
    retain: [5, 6, 7].map(example).map(({ prompt, answer }) => ({ prompt, answers: [answer] })),
    forget: [1, 2, 3, 4, 5].map(example),
    templates: [tokens(4, 'refusal'), tokens(2, 'another')],
    moments: undefined,
    stopControls: Array.from({ length: 10 }, (_, i) => example(8 + i)),
    seed: 1,
    ...(parts && { parts }),
  });
  const values = valuesOf(model);
  model.dispose();
  reference.dispose();
  return { values, outcome };
};

const descending = methods.filter(({ name, needs }) => !needs.includes('training') && !name.startsWith('uld'));

describe.each(descending.map((method) => [method.name, method] as const))('%s', (_name, method) => {
  it.each([1, 2])('ends in the same weights, %i rows at once', async (rowsAtOnce) => {
    const whole = await run(method);
    const parts = await run(method, { rowsAtOnce, tape: 'blocks' });
    expect(parts.outcome.recorded).toEqual({ ...whole.outcome.recorded, rowsAtOnce });
    for (const [i, { loss }] of whole.outcome.trajectory.entries())
      expect(parts.outcome.trajectory[i]!.loss).toBeCloseTo(loss, 4);
    for (const [name, values] of whole.values) {
      const far = values.reduce((most, v, i) => Math.max(most, Math.abs(v - parts.values.get(name)![i]!)), 0);
      expect([name, far < 2e-4]).toEqual([name, true]);
    }
  });
});
