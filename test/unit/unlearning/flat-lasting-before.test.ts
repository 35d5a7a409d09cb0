// What lasting FLAT looks at before it runs: whom the model knew, whether there are enough never-trained people, and
// how it refuses.
import { describe, expect, it } from '@jest/globals';
import { generate } from '#engine/generate.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { flatLasting } from '#unlearning/flat-lasting.ts';
import type { Example, ForgetOnlyContext } from '#unlearning/method.ts';
import { mean, probe } from '#unlearning/stop-rule.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { contextOf, example, FORGET, FREE, FRESH } from '#test/support/lasting.ts';

useEngine();

describe('before a run', () => {
  const runOn = (model: Model, loss: object, change: Partial<ForgetOnlyContext> = {}) =>
    flatLasting
      .configure({ ...FREE, loss: { simulated: [{ records: 2, updates: 1 }], ...loss } })
      .run(contextOf(model, change));
  /** What a fresh model says by itself counts as known. */
  const recitedBy = (model: Model) => {
    const said = generate(
      model,
      FORGET.map(({ prompt }) => prompt),
      { maxTokens: 3 },
    );
    return FORGET.map(({ prompt }, i) => ({ prompt, answer: said[i]!.ids, valueTokens: [0] }));
  };

  it('drops records that the model never knew, which the floor would teach, and counts them', async () => {
    const model = tinyModel();
    const known = recitedBy(model);
    const controls = contextOf(model).stopControls;
    const level = meanOf(model, controls);
    const never = Array.from({ length: 9 }, (_, i) => example(`odd${i}`)).filter((one) => meanOf(model, [one]) < level);
    expect(never.length).toBeGreaterThan(0);
    const { recorded } = await runOn(model, { refused: 0 }, { forget: [...known, ...never] });
    expect(recorded['neverKnown']).toBe(never.length);
    await expect(runOn(model, { refused: 0 }, { forget: never })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    model.dispose();
  });

  it('refuses a person whom it never saw, though most values are above the average of such people', async () => {
    const model = tinyModel();
    const controls = contextOf(model).stopControls;
    const level = meanOf(model, controls);
    const above = controls.filter((one) => meanOf(model, [one]) > level);
    const middle = above.toSorted((a, b) => meanOf(model, [a]) - meanOf(model, [b])).slice(0, 3);
    const refused = runOn(model, { refused: 0 }, { forget: middle });
    await expect(refused).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'the model knows none of these records',
    });
    model.dispose();
  });

  it('refuses too few never-trained people, without whom no value has a level', async () => {
    const model = tinyModel();
    const few = contextOf(model).stopControls.slice(0, 9);
    const refused = runOn(model, FRESH, { stopControls: few });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', got: '9' });
    model.dispose();
  });

  it('teaches the refusal that the model gives never-trained people most readily', async () => {
    const model = tinyModel();
    const change = { forget: recitedBy(model) };
    const asked = contextOf(model)
      .stopControls.slice(0, 4)
      .map(({ prompt }) => prompt);
    const [usual] = generate(model, asked, { maxTokens: 2 });
    const templates = [tokens(2, 'odd'), usual!.ids, tokens(2, 'odder')];
    const taught = async (loss: object, given = templates) => {
      const start = valuesOf(model);
      await runOn(model, { refused: 0, ...loss }, { ...change, templates: given });
      const end = valuesOf(model);
      restoreValues(model, start);
      return end;
    };
    expect(await taught({})).toEqual(await taught({}, [usual!.ids]));
    expect(await taught({})).not.toEqual(await taught({}, [templates[0]!]));
    model.dispose();
  });

  it('refuses a model that does not refuse, unless no refusal is taught or that is accepted', async () => {
    const model = tinyModel();
    const change = { forget: recitedBy(model) };
    await expect(runOn(model, {}, change)).rejects.toMatchObject({ code: 'METHOD_CONFIG' });
    await expect(runOn(model, { template: 0 }, change)).resolves.toMatchObject({ updates: 4 });
    await expect(runOn(model, { refused: 0 }, change)).resolves.toMatchObject({ updates: 4 });
    model.dispose();
  });
});

const meanOf = (model: Model, examples: readonly Example[]): number => mean(probe(model, examples).valueLogProbs);
