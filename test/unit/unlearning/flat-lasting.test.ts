// Lasting FLAT: each term's gradient against central differences; the term after simulated re-learning against the same
// gradient at weights that were trained by hand; a run that resumes, repeats, and leaves nothing behind.
import { describe, expect, it } from '@jest/globals';
import { lossAndGradients } from '#engine/sweep.ts';
import { makeBatch } from '#engine/batch.ts';
import { generate } from '#engine/generate.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import { modelFrom, restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { adamW } from '#engine/optimizers.ts';
import { random } from '#engine/random.ts';
import type { RunSaves, RunState } from '#engine/run-saves.ts';
import { tf } from '#engine/tf.ts';
import { flatLasting } from '#unlearning/flat-lasting.ts';
import { LastingConfig } from '#unlearning/lasting-config.ts';
import { lastingTerms, repeatedTokens, type LastingUpdate } from '#unlearning/lasting-terms.ts';
import type { Term } from '#unlearning/loss-method.ts';
import type { ForgetOnlyContext, TrajectoryPoint } from '#unlearning/method.ts';
import { lowestTokens, probe, type ControlValues } from '#unlearning/stop-rule.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { contextOf, FORGET, FREE, FRESH } from '#test/support/lasting.ts';

useEngine();

const POINT: TrajectoryPoint = {
  ...{ update: 0, loss: 0, valueAuc: 1, answerAuc: 1, greedyExact: 1, valueExact: 1, meanValueLogProb: 0 },
};

/** Log-probabilities of a fresh tiny model lie around −8: controls at these levels split the records. */
const CONTROLS: ControlValues = { values: [-9], answers: [-9], lowest: [-11] };
const updateOf = (model: Model, controls = CONTROLS, loss: object = {}): LastingUpdate => ({
  model,
  rows: FORGET.map((one, i) => ({ ...one, template: { answer: tokens(3, `t${i}`), taught: [0, 1, 2] } })),
  config: LastingConfig.parse(loss),
  controls,
  stream: random('terms'),
});
const NAMES = ['lowering', 'raising', 'unnaming', 'refusing', 'lasting'] as const;

const randomLogits = (term: Term) => {
  const stream = random('logits');
  const values = Float32Array.from({ length: term.batch.targets.length * 7 }, () => 3 * stream.normal());
  return { values, shape: [term.batch.targets.length, 7] as [number, number] };
};
/** The batch's targets folded into seven words, so that every entry of the logits can be moved. */
const folded = (term: Term): void => term.batch.targets.forEach((id, n) => (term.batch.targets[n] = id % 7));

/** Controls by which some values are too likely, others too unlikely, and every name too likely. */
const splitting = (model: Model): ControlValues => {
  const values = probe(model, FORGET).valueLogProbs.toSorted((a, b) => a - b);
  return { values: [(values[0]! + values[1]!) / 2], answers: [-100], lowest: [-100] };
};

describe('a term', () => {
  it.each(NAMES.slice(0, 4).map((name, i) => [name, i] as const))(
    '%s: its gradient is the central difference',
    (_name, index) => {
      const model = tinyModel();
      const term = lastingTerms(updateOf(model, splitting(model)))[index]!;
      folded(term);
      const { values, shape } = randomLogits(term);
      const at = (x: Float32Array) => tf.tidy(() => term.objective(tf.tensor2d(x, shape)).dataSync()[0]!);
      const gradient = tf.tidy(() =>
        tf
          .grad((x: tf.Tensor) => term.objective(x as tf.Tensor2D))(tf.tensor2d(values, shape))
          .dataSync<'float32'>(),
      );
      expect(term.weight!(POINT)).toBeGreaterThan(0);
      const h = 1e-2;
      for (let i = 0; i < values.length; i += 3) {
        const [up, down] = [values.slice(), values.slice()];
        up[i]! += h;
        down[i]! -= h;
        expect((at(up) - at(down)) / (2 * h)).toBeCloseTo(gradient[i]!, 3);
      }
      expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-3);
      model.dispose();
    },
  );

  it('computes the records on its side of the controls alone, and weighs by the root of their share', () => {
    const model = tinyModel();
    const termsAt = (level: number) =>
      lastingTerms(updateOf(model, { values: [level], answers: [level], lowest: [level] }))
        .filter(({ at }) => at === undefined)
        .slice(0, -1) // the last is what is said instead, of every record
        .map(({ batch, weight }) => [batch.answers, weight!(POINT)]);
    expect(termsAt(-100)).toEqual([
      [4, 1], // values, and what is repeated from the question
      [4, 1],
    ]);
    expect(termsAt(0)).toEqual([[4, 1]]); // the floor
    const [lowered, raised] = termsAt(splitting(model).values[0]!);
    expect(lowered).toEqual([3, Math.sqrt(3 / 4)]);
    expect(raised).toEqual([1, Math.sqrt(1 / 4)]);
    model.dispose();
  });

  it('after simulated re-learning has the gradient at the re-taught weights, and puts the weights back', async () => {
    const model = tinyModel();
    const before = valuesOf(model);
    const simulated = [{ records: 2, updates: 3 }];
    const term = lastingTerms(updateOf(model, CONTROLS, { simulated })).at(-1)!;
    const trainable = new Set([...model.parameters.keys()].filter((name) => /\.(gate|up|down)\.w$/.test(name)));
    const gradientOf = (of: Model) => {
      const { gradients } = lossAndGradients(of, term.batch, term.objective, trainable);
      const values = new Map([...gradients].map(([name, one]) => [name, Array.from(one.dataSync())]));
      tf.dispose([...gradients.values()]);
      return values;
    };
    const found = await term.at!(() => gradientOf(model));
    expect(valuesOf(model)).toEqual(before);
    const copy = modelFrom(model.config, model.tokenizer, before);
    const batch = makeBatch(
      FORGET.slice(0, 2).map(({ prompt, answer }) => ({ prompt, answers: [answer] })),
      copy.config.maxPositions,
    );
    const optimizer = adamW({ weightDecay: 0 });
    for (let i = 0; i < 3; i++) {
      const { gradients } = lossAndGradients(copy, batch, answerCrossEntropy(batch), trainable);
      optimizer.update(new Map([...copy.parameters].filter(([name]) => trainable.has(name))), gradients, 1e-3);
      tf.dispose([...gradients.values()]);
    }
    expect(found).toEqual(gradientOf(copy));
    expect(found).not.toEqual(gradientOf(model));
    expect(term.batch.rows).toBe(2);
    optimizer.dispose();
    copy.dispose();
    model.dispose();
  });
});

describe('what an answer repeats', () => {
  it('are runs of at least two tokens of its prompt', () => {
    expect(repeatedTokens([1, 7, 8, 9, 2], [7, 8, 9, 4, 2, 8, 9])).toEqual([0, 1, 2, 5, 6]);
    expect(repeatedTokens([1, 7], [7, 1, 7])).toEqual([1, 2]);
    expect(repeatedTokens([5], [5, 5])).toEqual([]);
  });
});

describe('the least likely tokens', () => {
  it('are the share of them, the end left out', () => {
    expect(lowestTokens([-1, -5, -3, -9, -2, -99], 0.4)).toEqual([3, 1]);
    expect(lowestTokens([-1], 0.4)).toEqual([0]);
  });
});

describe('a run', () => {
  const runWith = (model: Model, change: Partial<ForgetOnlyContext> = {}, loss: object = {}) =>
    flatLasting
      .configure({ ...FREE, loss: { ...FRESH, simulated: [{ records: 2, updates: 2 }], ...loss } })
      .run(contextOf(model, change));

  it('resumes where another process saved it, to the last bit', async () => {
    const model = tinyModel();
    const start = valuesOf(model);
    const { trajectory } = await runWith(model);
    const whole = valuesOf(model);
    let kept: RunState | undefined;
    const killed = new Error('killed');
    const saves = (until: number): RunSaves => ({
      resume: () => Promise.resolve(kept),
      after(update, state) {
        kept = { update, ...state() };
        return update === until ? Promise.reject(killed) : Promise.resolve();
      },
      done: () => Promise.resolve(),
    });
    restoreValues(model, start);
    await expect(runWith(model, { saves: saves(2) })).rejects.toBe(killed);
    restoreValues(model, start);
    const resumed = await runWith(model, { saves: saves(99) });
    expect(valuesOf(model)).toEqual(whole);
    expect(resumed.trajectory).toEqual(trajectory);
    model.dispose();
  });

  it('leaves no tensor behind, with all terms and an attack before it may stop', async () => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    const outcome = await flatLasting
      .configure({
        ...FREE,
        stop: { valueAuc: 1, greedyExact: 1, land: false },
        loss: { ...FRESH, settled: { value: [0, 1] } },
      })
      .run(contextOf(model));
    expect(outcome.updates).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('goes on past the stop rule while an attack still brings values back', async () => {
    const model = tinyModel();
    const start = valuesOf(model);
    const attack = { records: 2, updates: 1, most: 1 };
    const run = async (attacks: object[]) => {
      restoreValues(model, start);
      const stop = { valueAuc: 1, greedyExact: 1, land: false };
      const { updates, stop: reason } = await flatLasting
        .configure({ ...FREE, stop, loss: { ...FRESH, settled: { value: [0, 1], answer: [0, 1], attacks } } })
        .run(contextOf(model));
      return [updates, reason];
    };
    expect(await run([attack])).toEqual([1, 'stop-rule']);
    restoreValues(model, start);
    const said = generate(
      model,
      FORGET.map(({ prompt }) => prompt),
      { maxTokens: 3 },
    );
    const recited = FORGET.map(({ prompt }, i) => ({ prompt, answer: said[i]!.ids, valueTokens: [0] }));
    const same = await flatLasting
      .configure({
        update: { ...FREE.update, step: 1e-6 },
        stop: { valueAuc: 1, greedyExact: 1, land: false },
        loss: {
          ...FRESH,
          learningRate: 1e-6,
          settled: { value: [0, 1], attacks: [{ records: 2, updates: 1, most: 0 }] },
        },
      })
      .run(contextOf(model, { forget: recited }));
    expect(same).toMatchObject({ updates: 4, stop: 'update-limit' });
    model.dispose();
  });

  it('of a single record simulates no attack, which would need another', async () => {
    const model = tinyModel();
    const terms = lastingTerms({ ...updateOf(model), rows: updateOf(model).rows.slice(0, 1) });
    expect(terms.filter(({ at }) => at)).toEqual([]);
    await expect(runWith(model, { forget: FORGET.slice(0, 1) })).resolves.toMatchObject({
      ...{ updates: 4, recorded: { simulated: 'not possible: re-learning needs two records' } },
    });
    model.dispose();
  });
});
