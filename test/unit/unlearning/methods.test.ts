// One contract for every unlearning method: what it descends is its paper's loss (a second implementation in float64,
// differentiated by central differences), it reads what it declares and nothing else, repeats with its seed, and leaves
// no tensor behind. A method without an entry here fails.
import { describe, expect, it } from '@jest/globals';
import { makeBatch } from '#engine/batch.ts';
import { reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { lossAndGradients } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { answerLogProbs } from '#unlearning/batches.ts';
import type { Extras, ForgetOnlyContext, UnlearningMethod } from '#unlearning/method.ts';
import { configured, findMethod, ladderFaults, methods } from '#unlearning/methods.ts';
import { readPolicy } from '#entry/policies.ts';
import { MethodName } from '#core/method-name.ts';
import { tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import {
  V,
  CONFIG,
  type Weights,
  sum,
  FORGET,
  TEMPLATE,
  RETAIN,
  LOSSES,
  BALANCED,
  NO_LOSS,
  NO_GRADIENT,
  termsOf,
  OPTIONS,
  wide,
  centralDifferences,
  norm,
  scaled,
  added,
  example,
} from '#test/support/losses-by-hand.ts';

useEngine();

const STEP = 0.5;
const once = (updates = 1) => ({
  update: { trainable: 'all', optimizer: 'normalized-sgd', projection: 'none', step: STEP, updates },
  stop: { valueAuc: 0, greedyExact: 0, land: false },
});
/** A fresh model refuses nobody and knows nothing, which these methods look at before they begin. */
const UNREFUSED = { loss: { refused: 0, neverKnown: 'keep' } };
const FRESH: Readonly<Record<string, object>> = { 'flat-lasting': UNREFUSED, 'flat-lasting-retain': UNREFUSED };
const contextOf = (model: Model, change: Partial<ForgetOnlyContext> = {}): ForgetOnlyContext => ({
  model,
  forget: [example(FORGET)],
  templates: [TEMPLATE.answers[0]!],
  moments: undefined,
  stopControls: Array.from({ length: 10 }, () => example(RETAIN)),
  seed: 3,
  ...change,
});
const declared = (
  { needs }: Pick<UnlearningMethod, 'needs'>,
  given: Pick<Extras, 'retain' | 'reference'>,
): Partial<Extras> => {
  const extras: Partial<Extras> = given;
  return Object.fromEntries(needs.map((need) => [need, extras[need]]));
};

/** Those that move weights; training anew and assistants have tests of their own (workflow/retrain, unlearning/uld). */
const descending = methods.filter(({ name, needs }) => !needs.includes('training') && !name.startsWith('uld'));

it('every registered method is under this contract', () => {
  expect(descending.map(({ name }) => name).sort()).toEqual(
    [...Object.keys({ ...LOSSES, ...BALANCED }), ...NO_LOSS, ...NO_GRADIENT].sort(),
  );
  expect(() => findMethod('flatt')).toThrow(expect.objectContaining({ code: 'METHOD_UNKNOWN' }));
});

it('a ticket may ask for any registered method, under the name that the method has', () => {
  expect(methods.map(({ name }) => name)).toEqual(MethodName.options);
});

describe.each(descending.map((method) => [method.name, method] as const))('%s', (name, method) => {
  const movesAgainstItsGradient = async (): Promise<void> => {
    const [model, reference] = [tinyModel(CONFIG), tinyModel(CONFIG, 2)];
    const at = wide(valuesOf(model));
    const frozen = wide(valuesOf(reference));
    const terms = termsOf(name, frozen, at);
    const loss = (w: Weights) => sum(terms.map((term) => term(w)));
    const outcome = await method
      .configure({ ...once(), ...OPTIONS[name] })
      .run({ ...contextOf(model), ...declared(method, { retain: [RETAIN], reference }) });
    const each = terms.map((term) => centralDifferences(term, at));
    const slopes = terms.length === 1 ? each[0]! : added(each.map((one) => scaled(one, 1 / norm(one))));
    const length = norm(slopes);
    const after = valuesOf(model);
    let worst = 0;
    for (const [parameter, value] of slopes)
      value.forEach((slope, i) => {
        const moved = (after.get(parameter)![i]! - at.get(parameter)![i]!) / STEP;
        worst = Math.max(worst, Math.abs(moved + slope / length));
      });
    expect(length).toBeGreaterThan(1e-3);
    expect(worst).toBeLessThan(2e-5);
    expect(outcome.trajectory.at(-1)!.loss).toBeCloseTo(loss(at), 4);
    model.dispose();
    reference.dispose();
  };
  if (![...NO_LOSS, ...NO_GRADIENT].includes(name))
    it('moves against the gradient of its loss by the length of a step', movesAgainstItsGradient);

  const booby = (what: string): never =>
    new Proxy([], {
      get: () => {
        throw new Error(`${name} read ${what}`);
      },
    }) as never;

  it('reads nothing that it does not declare', async () => {
    const [model, reference] = [tinyModel(CONFIG), tinyModel(CONFIG, 2)];
    const trapped = { retain: booby('retained rows'), reference: booby('the reference model') };
    const extras = { ...trapped, ...declared(method, { retain: [RETAIN], reference }) };
    const outcome = await method.configure({ ...once(2), ...FRESH[name] }).run({ ...contextOf(model), ...extras });
    expect(outcome.updates).toBeGreaterThan(0);
    model.dispose();
    reference.dispose();
  });

  for (const need of method.needs) {
    it(`does not run without ${need}`, async () => {
      const model = tinyModel(CONFIG);
      const rest = declared(
        { ...method, needs: method.needs.filter((one) => one !== need) },
        { retain: [RETAIN], reference: model },
      );
      await expect(method.configure(once()).run({ ...contextOf(model), ...rest })).rejects.toMatchObject({
        code: 'METHOD_CONFIG',
        message: expect.stringContaining(need) as unknown,
      });
      model.dispose();
    });
  }

  it('repeats with its seed to the last bit and leaves no tensor behind', async () => {
    const [model, reference] = [tinyModel(CONFIG), tinyModel(CONFIG, 2)];
    const start = valuesOf(model);
    const many = {
      forget: [FORGET, RETAIN, TEMPLATE].map(example),
      templates: [1, 2, 3].map((i) => tokens(3, i, V)),
    };
    const tensors = tf.memory().numTensors;
    const run = async () => {
      restoreValues(model, start);
      const extras = declared(method, { retain: [RETAIN, FORGET, TEMPLATE], reference });
      const { trajectory } = await method
        .configure({ ...once(3), ...FRESH[name] })
        .run({ ...contextOf(model, many), ...extras });
      return { trajectory, weights: valuesOf(model) };
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(tf.memory().numTensors).toBe(tensors);
    const last = NO_GRADIENT.includes(name) ? [3] : []; // the state after the movement was taken back
    expect(first.trajectory.map(({ update }) => update)).toEqual([0, 1, 2, 3, ...last]);
    model.dispose();
    reference.dispose();
  });

  it.each([
    ['loss.gama', { loss: { gama: 1 } }],
    ['update.setp', { update: { setp: 1 } }],
    ['update.lora.ranks', { update: { lora: { ranks: 2 } } }],
    ['stop.auc', { stop: { auc: 1 } }],
    ['steps', { steps: 1 }],
    ['update', { update: 5 }],
    ['update.step', { update: { step: 'fast' } }],
    ['update.base', { update: { base: 'bfloat16' } }],
    ['the configuration', 5],
  ])('refuses %s by its path', (path, wrong) => {
    expect(() => method.configure(wrong)).toThrow(
      expect.objectContaining({ code: 'METHOD_CONFIG', message: expect.stringContaining(path) as unknown }),
    );
  });

  it('says what it is and where it is from', () => {
    expect(method.summary.length).toBeGreaterThan(10);
    expect(method.paper).toMatch(/^https:\/\//);
    expect(method.config.safeParse({}).success).toBe(true);
  });
});

describe('a setting that does not exist', () => {
  it.each([
    [{ update: { stepp: 0.2 } }, 'update.step'],
    [{ loss: { divergense: 'kl' } }, 'loss.divergence'],
    [{ update: { lora: { rnak: 2 } } }, 'update.lora.rank'],
    [{ stop: { valueExct: 0 } }, 'stop.valueExact'], // optional, so that no default shows it
  ])('%j is answered with the nearest that does', (wrong, meant) => {
    expect(() => configured('flat', wrong)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(`did you mean ${meant}?`) as unknown }),
    );
  });

  it('that is near to none is answered with those that there are', () => {
    expect(() => configured('uld-offset', { update: { updates: 5 } })).toThrow(
      expect.objectContaining({
        hint: expect.stringMatching(/^uld-offset has loss, loss.strength, .*assistant.updates/u) as unknown,
      }),
    );
    expect(() => configured('RMU', {})).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/^did you mean 'rmu'\?/u) as unknown }),
    );
  });

  it.each([
    [{ updates: 2 }, 'update.updates'],
    [{ updats: 2 }, 'update.updates'],
    [{ update: { stp: 1 } }, 'update.step'],
    [{ updat: { step: 1 } }, 'update'],
  ])('%j is told the path that is near', (config, meant) => {
    expect(() => configured('flat', config)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(`did you mean ${meant}?`) }),
    );
  });

  it('in a ladder is refused with its rung', () => {
    const ladder = [
      { method: 'flat', config: {} },
      { method: 'npo', config: { update: { stepp: 1 } } },
    ];
    expect(ladderFaults([...ladder, { method: 'flatt', config: {} }])).toEqual([
      expect.stringMatching(/^rung 2: npo: update.stepp is no setting \(did you mean update.step\?/),
      expect.stringMatching(/^rung 3: no unlearning method is called 'flatt' \(did you mean 'flat'\?/),
    ]);
  });

  it('stands in no ladder of ours', () => {
    for (const name of ['gate-v1', 'chat-v1'] as const) expect(ladderFaults(readPolicy(name).ladder)).toEqual([]);
  });
});

describe('a pair in one row', () => {
  /** Each loss on two rows of one answer: what the template and the forget answer score apart. */
  const apart: Readonly<Record<string, (scores: tf.Tensor1D, reference: Float32Array) => tf.Scalar>> = {
    flat: (means) => tf.mul(tf.sum(tf.mul(tf.tanh(means), [-1, 1])), 0.5),
    dpo: (sums, reference) =>
      tf.mul(tf.softplus(tf.mul(tf.sum(tf.mul(tf.sub(sums, reference), [-1, 1])), 0.1)), 2 / 0.1),
  };
  for (const [name, loss] of Object.entries(apart)) {
    it(`moves a model with attention as ${name} on two rows does`, async () => {
      const [model, reference] = [tinyModel(), tinyModel(tinyConfig(), 2)];
      const rows = makeBatch([TEMPLATE, FORGET], 64);
      const { gradients } = lossAndGradients(
        model,
        rows,
        (logits) => {
          const values = targetLogProbs(rows, logits);
          const scores =
            name === 'flat' ? reduceAnswers(rows, tf.exp(values), 'mean') : reduceAnswers(rows, values, 'sum');
          return loss(scores, answerLogProbs(reference, rows));
        },
        new Set(model.parameters.keys()),
      );
      const slopes = new Map(
        [...gradients].map(([parameter, gradient]) => [parameter, gradient.dataSync<'float32'>()]),
      );
      const length = Math.hypot(...[...slopes.values()].flatMap((values) => [...values]));
      const at = valuesOf(model);
      await configured(name, once()).run({
        ...contextOf(model),
        ...declared(findMethod(name), { retain: [], reference }),
      });
      const after = valuesOf(model);
      for (const [parameter, values] of slopes) {
        const worst = values.reduce((most, slope, i) => {
          const moved = (after.get(parameter)![i]! - at.get(parameter)![i]!) / STEP;
          return Math.max(most, Math.abs(moved + slope / length));
        }, 0);
        expect([parameter, worst < 2e-5]).toEqual([parameter, true]);
      }
      tf.dispose([...gradients.values()]);
      [model, reference].forEach((one) => one.dispose());
    });
  }
});
