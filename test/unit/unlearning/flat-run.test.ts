// FLAT as a run: it stops at the controls, ends with the same weights from the same seed, and reads forget data alone.
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { makeBatch } from '#engine/batch.ts';
import { generate } from '#engine/generate.ts';
import { valuesOf, restoreValues, type Model } from '#engine/model.ts';
import { lossAndGradients } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { FlatConfig } from '#unlearning/flat-config.ts';
import { flatLoss } from '#unlearning/flat-loss.ts';
import { flat } from '#unlearning/flat.ts';
import { defineMethod, type ForgetOnlyContext } from '#unlearning/method.ts';
import { methods } from '#unlearning/methods.ts';
import { mean, probe } from '#unlearning/stop-rule.ts';
import { UpdateConfig } from '#unlearning/update-config.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

const example = (seed: string) => ({
  prompt: tokens(4, `${seed}p`),
  answer: tokens(3, `${seed}a`),
  valueTokens: [0, 1],
});
const contextOf = (model: Model, change: Partial<ForgetOnlyContext> = {}): ForgetOnlyContext => ({
  model,
  forget: [example('f0'), example('f1')],
  templates: [tokens(3, 't0'), tokens(2, 't1')],
  moments: undefined,
  stopControls: [example('c0'), example('c1'), example('c2')],
  seed: 5,
  ...change,
});
const FREE = {
  update: { projection: 'none', step: 0.05, updates: 3 },
  stop: { valueAuc: 0, greedyExact: 0, land: false },
};

const forgetLoss = (model: Model, context: ForgetOnlyContext) => {
  const rows = context.forget.map(({ prompt, answer }, i) => ({
    prompt,
    answers: [context.templates[i % 2]!, answer],
  }));
  const packed = makeBatch(rows, 64);
  const { loss, gradients } = lossAndGradients(
    model,
    packed,
    (logits) => flatLoss(packed, logits, FlatConfig.parse({})),
    new Set(['layers.0.up.w']),
  );
  tf.dispose([...gradients.values()]);
  return loss;
};

describe('a FLAT run', () => {
  for (const loss of [
    {},
    { balanced: true },
    { balanced: true, fade: true, divergence: 'kl' },
    { reduction: 'released', paddedLength: 8 },
  ]) {
    it(`lowers its loss on the forget data: ${JSON.stringify(loss)}`, async () => {
      const model = tinyModel();
      const context = contextOf(model);
      const before = forgetLoss(model, context);
      const outcome = await flat.configure({ ...FREE, loss }).run(context);
      expect(forgetLoss(model, context)).toBeLessThan(before);
      expect(outcome).toMatchObject({ updates: 3, recorded: { moments: 'none' } });
      model.dispose();
    });
  }

  it('moves the MLP matrices and nothing else', async () => {
    const model = tinyModel();
    const before = valuesOf(model);
    await flat.configure(FREE).run(contextOf(model));
    for (const [name, value] of valuesOf(model)) {
      const moved = value.some((x, i) => x !== before.get(name)![i]);
      expect([name, moved]).toEqual([name, /\.(gate|up|down)\.w$/.test(name)]);
    }
    model.dispose();
  });

  it('repeats with its seed to the last bit, and not with another', async () => {
    const model = tinyModel();
    const start = valuesOf(model);
    const after = async (seed: number) => {
      restoreValues(model, start);
      await flat.configure(FREE).run(contextOf(model, { seed }));
      return valuesOf(model);
    };
    const first = await after(5);
    expect(await after(5)).toEqual(first);
    expect(await after(6)).not.toEqual(first);
    model.dispose();
  });

  it('eased, teaches no refusal where whole answers are at the controls already', async () => {
    const model = tinyModel();
    const start = valuesOf(model);
    const after = async (loss: object) => {
      restoreValues(model, start);
      const alike = contextOf(model);
      await flat
        .configure({ ...FREE, update: { ...FREE.update, updates: 1 }, loss })
        .run({ ...alike, stopControls: alike.forget });
      return valuesOf(model);
    };
    const forgetTermAlone = await after({ balanced: true, templateWeight: 0 });
    expect(await after({ balanced: true, ease: true })).toEqual(forgetTermAlone);
    expect(await after({ balanced: true })).not.toEqual(forgetTermAlone);
    model.dispose();
  });

  it('holds the words around a value where whole answers are below the controls', async () => {
    const model = tinyModel();
    const start = valuesOf(model);
    const prompts = contextOf(model).forget.map(({ prompt }) => prompt);
    const said = generate(model, prompts, { maxTokens: 3 });
    const likely = said.map(({ ids }, i) => ({ prompt: prompts[i]!, answer: ids, valueTokens: [0] }));
    const after = async (hold: number) => {
      restoreValues(model, start);
      const below = { ...contextOf(model), stopControls: likely };
      const loss = { balanced: true, tokens: 'value', templateWeight: 0, hold };
      await flat.configure({ ...FREE, loss }).run(below);
      return mean(probe(model, below.forget).answerLogProbs);
    };
    expect(await after(4)).toBeGreaterThan(await after(0));
    model.dispose();
  });

  it('brings back values that are below those of the controls, and leaves those above alone', async () => {
    const model = tinyModel();
    const start = valuesOf(model);
    const likely = generate(model, [tokens(3, 'p')], { maxTokens: 3 }).map(({ ids }) => ({
      prompt: tokens(3, 'p'),
      answer: ids,
      valueTokens: [0],
    }));
    const after = async (floor: number, more: Partial<ForgetOnlyContext>) => {
      restoreValues(model, start);
      const context = { ...contextOf(model), ...more };
      const loss = { balanced: true, tokens: 'value', templateWeight: 0, floor };
      await flat.configure({ ...FREE, loss }).run(context);
      return mean(probe(model, context.forget).valueLogProbs);
    };
    expect(await after(4, { stopControls: likely })).toBeGreaterThan((await after(0, { stopControls: likely })) + 0.1);
    restoreValues(model, start);
    const above = { forget: likely, stopControls: contextOf(model).forget };
    expect(mean(probe(model, likely).valueLogProbs)).toBeGreaterThan(
      mean(probe(model, above.stopControls).valueLogProbs),
    );
    expect(await after(4, above)).toBe(await after(0, above));
    model.dispose();
  });

  it('leaves no tensor behind', async () => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    await flat.configure({ ...FREE, loss: { balanced: true, hold: 1, floor: 1 } }).run(contextOf(model));
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('refuses a misspelt option and a projection without moments', async () => {
    const model = tinyModel();
    const config = expect.objectContaining({ code: 'METHOD_CONFIG' });
    expect(() => flat.configure({ loss: { divergense: 'kl' } })).toThrow(config);
    await expect(flat.configure({ update: { projection: 'owm' } }).run(contextOf(model))).rejects.toEqual(config);
    model.dispose();
  });
});

describe('forget data only', () => {
  const retain = [{ prompt: [1], answers: [[2]] }];

  it('a method without needs can neither name retain data nor a reference model, and is handed neither', async () => {
    const model = tinyModel();
    let seen: string[] = [];
    const nosy = defineMethod({
      name: 'nosy',
      summary: '',
      paper: '',
      needs: [],
      config: z.strictObject({}),
      takes: () => ({ update: UpdateConfig.parse({}), batchSize: 1 }),
      async run(context) {
        seen = Object.keys(context);
        // @ts-expect-error retain examples are not in the type of a forget-only context
        expect(context.retain).toBeUndefined();
        // @ts-expect-error nor is a reference model
        expect(context.reference).toBeUndefined();
        return { updates: 0, stop: 'stop-rule', trajectory: [], recorded: {} };
      },
    });
    await nosy.configure({}).run({ ...contextOf(model), retain, reference: model });
    expect(seen.sort()).toEqual(['forget', 'model', 'moments', 'seed', 'stopControls', 'templates']);
    model.dispose();
  });

  it('a method that declares retain data gets it and nothing more, and does not run without', async () => {
    const model = tinyModel();
    const declared = defineMethod({
      name: 'declared',
      summary: '',
      paper: '',
      needs: ['retain'],
      config: z.strictObject({}),
      takes: () => ({ update: UpdateConfig.parse({}), batchSize: 1 }),
      async run(context) {
        expect(context.retain).toBe(retain);
        // @ts-expect-error the reference model was not declared
        expect(context.reference).toBeUndefined();
        return { updates: 0, stop: 'stop-rule', trajectory: [], recorded: {} };
      },
    });
    await declared.configure({}).run({ ...contextOf(model), retain, reference: model });
    await expect(declared.configure({}).run(contextOf(model))).rejects.toEqual(
      expect.objectContaining({ code: 'METHOD_CONFIG' }),
    );
    model.dispose();
  });

  it('FLAT is registered and needs nothing', () => {
    expect(methods.find(({ name }) => name === 'flat')!.needs).toEqual([]);
  });
});
