// Negated adapters against a second implementation by PyTorch and transformers (test/golden/lora-negation/make.py): the
// loss of each round and the weights after it, for both lengths of a subtraction, with and without the penalty of
// O-LoRA and the projection. Then what it refuses, and that an interrupted run ends where another one does.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { attachLora, freshFactors, shapeLora } from '#engine/lora.ts';
import { modelFrom, valuesOf, type Model } from '#engine/model.ts';
import { parameterSpecs } from '#engine/parameters.ts';
import { tf } from '#engine/tf.ts';
import type { ForgetOnlyContext } from '#unlearning/method.ts';
import { configured } from '#unlearning/methods.ts';
import { tinyConfig, tinyModel, tinyTokenizer, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

const Numbers = z.array(z.number());
const Moment = z.strictObject({ size: z.int(), sum: Numbers, count: z.number() });
const golden = z
  .strictObject({
    torch: z.string(),
    rows: z.array(z.strictObject({ prompt: z.array(z.int()), answer: z.array(z.int()) })),
    start: z.record(z.string(), Numbers),
    moments: z.record(z.string(), Moment),
    runs: z.record(z.string(), z.strictObject({ losses: Numbers, after: z.record(z.string(), Numbers) })),
  })
  .parse(JSON.parse(readFileSync('test/golden/lora-negation/values.json', 'utf8')));

const CONFIG = tinyConfig({
  ...{ vocab_size: 24, hidden_size: 8, intermediate_size: 12, num_hidden_layers: 1, num_attention_heads: 2 },
  ...{ num_key_value_heads: 2, rms_norm_eps: 1e-5, tie_word_embeddings: false },
});

const transposed = (values: readonly number[], columns: number): Float32Array =>
  Float32Array.from(values, (_, i) => {
    const rows = values.length / columns;
    return values[(i % rows) * columns + Math.floor(i / rows)]!;
  });

const loaded = (): Model =>
  modelFrom(
    CONFIG,
    tinyTokenizer(),
    new Map(
      parameterSpecs(CONFIG).map(({ name, shape: [rows = 1], source }) => {
        const stored = golden.start[source.hf]!;
        return [name, source.transposed ? transposed(stored, rows) : Float32Array.from(stored)];
      }),
    ),
  );

const moments = {
  source: 'corpus' as const,
  values: new Map(
    Object.entries(golden.moments).map(([name, { size, sum, count }]) => [
      `layers.0.${name}.w`,
      { size, sum: Float64Array.from(sum), count },
    ]),
  ),
};

const STOP = { valueAuc: 0, greedyExact: 0, land: false };
const ROUND = { rank: 2, epochs: 3, learningRate: 5e-3, directions: 2 };

const contextOf = (model: Model, change: Partial<ForgetOnlyContext> = {}): ForgetOnlyContext => ({
  model,
  forget: golden.rows.map((row) => ({ ...row, valueTokens: [1] })),
  templates: [[1, 2]],
  moments,
  stopControls: [{ ...golden.rows[1]!, valueTokens: [0] }],
  seed: 3,
  ...change,
});

/** The runs of the script. */
const RUNS: Readonly<Record<string, { loss?: object; update?: object }>> = {
  'a length each': {},
  's times': { update: { optimizer: 'sgd', step: 1 } },
  'O-LoRA': { loss: { orthogonal: 0.5 } },
  owm: { update: { projection: 'owm' } },
  'O-LoRA and owm': { loss: { orthogonal: 0.5 }, update: { projection: 'owm' } },
};

describe.each(Object.entries(golden.runs))('%s', (name, { losses, after }) => {
  it('ends in the weights that PyTorch has', async () => {
    const model = loaded();
    const start = valuesOf(model);
    const { loss, update } = RUNS[name]!;
    const tensors = tf.memory().numTensors;
    const config = { loss: { ...ROUND, ...loss }, update: { updates: 2, ...update }, stop: STOP };
    const { trajectory } = await configured('lora-negation', config).run(contextOf(model));
    expect(tf.memory().numTensors).toBe(tensors);
    for (const [i, value] of losses.entries()) expect(trajectory[i + 1]!.loss).toBeCloseTo(value, 5);
    for (const [parameter, values] of valuesOf(model)) {
      const matrix = /^layers\.0\.(gate|up|down)\.w$/.exec(parameter)?.[1];
      const expected = matrix === undefined ? [...start.get(parameter)!] : after[matrix]!;
      const far = values.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
      expect([parameter, far < 1e-4]).toEqual([parameter, true]);
    }
    model.dispose();
  });
});

describe('what it refuses', () => {
  const refused = async (config: object, change: Partial<ForgetOnlyContext>, model = loaded()) => {
    try {
      await configured('lora-negation', { update: { updates: 1 }, stop: STOP, ...config }).run(
        contextOf(model, change),
      );
      return 'nothing';
    } catch (error) {
      return error;
    } finally {
      model.dispose();
    }
  };

  it.each([
    ['update.optimizer', { update: { optimizer: 'adamw' } }],
    ['update.optimizer', { update: { optimizer: 'sophia' } }],
    ['update.trainable', { update: { trainable: 'lora' } }],
  ])('%s of %j', (path, config) => {
    expect(() => configured('lora-negation', config)).toThrow(
      expect.objectContaining({ code: 'METHOD_CONFIG', message: expect.stringContaining(path) as unknown }),
    );
  });

  it('the penalty without moments', async () => {
    const error = await refused({ loss: { orthogonal: 0.5 } }, { moments: undefined });
    expect(error).toMatchObject({ code: 'METHOD_CONFIG', message: expect.stringContaining('moments') as unknown });
  });

  it('the penalty on matrices whose inputs have none, and leaves no tensor', async () => {
    const model = loaded();
    const config = { loss: { orthogonal: 0.5 }, update: { trainable: 'body', updates: 1 }, stop: STOP };
    const tensors = tf.memory().numTensors;
    await expect(configured('lora-negation', config).run(contextOf(model))).rejects.toMatchObject({
      code: 'METHOD_CONFIG',
      message: 'no moments for layers.0.q.w',
    });
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });

  it('a model that is an adapter itself', async () => {
    const base = tinyModel();
    const lora = { rank: 2, alpha: 2, dropout: 0, targetModules: 'all-linear' as const, rankStabilized: false };
    const shape = shapeLora(base.config, lora);
    const error = await refused({}, {}, attachLora(base, shape, freshFactors(shape, 1)));
    expect(error).toMatchObject({ code: 'METHOD_CONFIG', message: expect.stringContaining('adapter') as unknown });
  });
});

it('forgets what it was given, and moves every matrix of the blocks where the body moves', async () => {
  const model = tinyModel();
  const start = valuesOf(model);
  const example = (seed: number) => ({ prompt: tokens(3, seed), answer: tokens(4, `a${seed}`), valueTokens: [1, 2] });
  const config = { update: { trainable: 'body', step: 0.2, updates: 3 }, stop: STOP };
  const { trajectory } = await configured('lora-negation', config).run(
    contextOf(model, { forget: [1, 2, 3].map(example), stopControls: [example(9)] }),
  );
  expect(trajectory.at(-1)!.meanValueLogProb).toBeLessThan(trajectory[0]!.meanValueLogProb);
  const moved = [...valuesOf(model)].filter(([name, now]) => now.some((x, i) => x !== start.get(name)![i]));
  const matrices = model.specs.filter(({ name, shape }) => name.startsWith('layers.') && shape.length === 2);
  expect(moved.map(([name]) => name).sort()).toEqual(matrices.map(({ name }) => name).sort());
  model.dispose();
});
