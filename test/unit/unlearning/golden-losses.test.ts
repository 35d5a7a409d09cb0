// Every loss against PyTorch's automatic differentiation of what its paper prints (test/golden/losses/make.py): the
// value before an update, and the direction in which that update moves every weight.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { DecoderConfig } from '#engine/formats/config.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { findMethod } from '#unlearning/methods.ts';
import { tinyConfig, tinyModel, useEngine } from '#test/support/engine.ts';

useEngine();

const Weights = z.record(z.string(), z.array(z.number()));
const RowOf = z.strictObject({ prompt: z.array(z.int()), answer: z.array(z.int()) });
const golden = z
  .strictObject({
    torch: z.string(),
    model: Weights,
    reference: Weights,
    rows: z.strictObject({ forget: RowOf, template: RowOf, retain: RowOf, other: RowOf }),
    steering: z.array(z.number()),
    losses: z.record(z.string(), z.strictObject({ loss: z.number(), slope: Weights })),
  })
  .parse(JSON.parse(readFileSync('test/golden/losses/values.json', 'utf8')));

const CONFIG: DecoderConfig = {
  ...tinyConfig({ vocab_size: 24, hidden_size: 8, head_dim: 4, rms_norm_eps: 1e-5 }),
  layers: 0,
};
const loaded = (weights: z.infer<typeof Weights>): Model => {
  const model = tinyModel(CONFIG);
  restoreValues(model, new Map(Object.entries(weights).map(([name, values]) => [name, Float32Array.from(values)])));
  return model;
};

const STEP = 1e-3;
/** As the script has them where they are not the defaults. */
const LOSS: Readonly<Record<string, object>> = { simnpo: { beta: 0.5 } };
const { forget, template, retain, other } = golden.rows;

const runOnce = async (name: string) => {
  const [model, reference] = [loaded(golden.model), loaded(golden.reference)];
  const start = valuesOf(model);
  // without a marked value every sample counts as repeating it, so that altpo takes the template
  const preferred = name === 'altpo' ? other : template;
  const { trajectory } = await findMethod(name)
    .configure({
      ...(LOSS[name] && { loss: LOSS[name] }),
      update: { trainable: 'all', optimizer: 'normalized-sgd', projection: 'none', step: STEP, updates: 1 },
      stop: { valueAuc: 0, greedyExact: 0, land: false },
    })
    .run({
      model,
      reference,
      retain: [{ prompt: retain.prompt, answers: [retain.answer] }],
      forget: [{ ...forget, valueTokens: [] }],
      templates: [preferred.answer],
      moments: undefined,
      stopControls: [{ ...retain, valueTokens: [1] }],
      seed: 3,
    });
  const after = valuesOf(model);
  [model, reference].forEach((one) => one.dispose());
  const moved = new Map([...start].map(([key, from]) => [key, after.get(key)!.map((x, i) => (x - from[i]!) / STEP)]));
  return { loss: trajectory.at(-1)!.loss, moved };
};

describe.each(Object.entries(golden.losses))('%s', (name, { loss, slope }) => {
  it('has the value and the direction that PyTorch gives', async () => {
    const run = await runOnce(name);
    expect(Math.abs(run.loss - loss) / Math.max(1, Math.abs(loss))).toBeLessThan(1e-5);
    const length = Math.hypot(...Object.values(slope).flat());
    for (const [key, values] of Object.entries(slope)) {
      const far = values.reduce((most, x, i) => Math.max(most, Math.abs(run.moved.get(key)![i]! + x / length)), 0);
      expect([key, far < 5e-4]).toEqual([key, true]); // the difference of float32 weights over so short a step
    }
  });
});
