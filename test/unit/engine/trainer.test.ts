// The training loop under attack: parts of a batch against the whole, a run taken up in the middle against one that was
// left alone, tensors that stay.
import { describe, expect, it } from '@jest/globals';
import { savesOf } from '#containers/run-saves.ts';
import { accumulatedGradients, gradientsInParts } from '#engine/accumulate.ts';
import { makeBatch, type Batch, type Row } from '#engine/batch.ts';
import { globalNorm } from '#engine/global-norm.ts';
import { attachLora, freshFactors, LoraConfig, loraParameters, shapeLora } from '#engine/lora.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import { valuesOf } from '#engine/model.ts';
import { adamW, constant } from '#engine/optimizers.ts';
import { random } from '#engine/random.ts';
import { lossAndGradients } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { train, type TrainOptions } from '#engine/trainer.ts';
import { runStates, type RunStates } from '#containers/run-state.ts';
import { FlatConfig } from '#unlearning/flat-config.ts';
import { flatLoss } from '#unlearning/flat-loss.ts';
import { digestJson } from '#core/canonical.ts';
import { Faults } from '#adapters/memory/faults.ts';
import { memoryArtifacts, memoryResults } from '#adapters/memory/stores.ts';
import { tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';

useEngine();

/** Rows of very different lengths, one in five with two answers. */
const rows: Row[] = Array.from({ length: 15 }, (_, i) => ({
  prompt: tokens(1 + (i % 7), `p${i}`),
  answers: i % 5 === 0 ? [tokens(2, `a${i}`), tokens(3, `b${i}`)] : [tokens(1 + ((3 * i) % 11), `a${i}`)],
}));

describe('gradients added up over parts of a batch', () => {
  it.each([1, 2, 4, 7, 15, 99])('are those of the whole, %i rows at once', (atOnce) => {
    const model = tinyModel();
    const trainable = new Set(model.parameters.keys());
    const batch = makeBatch(rows, model.config.maxPositions);
    const whole = lossAndGradients(model, batch, answerCrossEntropy(batch), trainable);
    const before = tf.memory().numTensors;
    const parts = accumulatedGradients(model, rows, trainable, atOnce);
    expect(tf.memory().numTensors - before).toBe(parts.gradients.size);
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    for (const [name, gradient] of whole.gradients) {
      const [a, b] = [gradient, parts.gradients.get(name)!].map((tensor) => tensor.dataSync<'float32'>()) as [
        Float32Array,
        Float32Array,
      ];
      const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      a.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThan(1e-5 * Math.max(1, largest)));
    }
    tf.dispose([...whole.gradients.values(), ...parts.gradients.values()]);
    model.dispose();
  });
});

describe('gradients of any objective from parts of a batch', () => {
  const batch = makeBatch(rows, tinyConfig().maxPositions);
  const half = rows.filter(({ answers }) => answers.length === 1);
  const single = makeBatch(half, tinyConfig().maxPositions);
  const flatOf = (config: object) => (of: Batch) => (logits: tf.Tensor2D) =>
    flatLoss(of, logits, FlatConfig.parse(config));
  /** Not a sum over rows: the square of a mean. */
  const square = (of: Batch) => (logits: tf.Tensor2D) => tf.square<tf.Scalar>(answerCrossEntropy(of)(logits));
  const pairs = makeBatch(
    Array.from({ length: 7 }, (_, i) => ({
      prompt: tokens(1 + i, `p${i}`),
      answers: [tokens(2 + (i % 3), `t${i}`), tokens(1 + i, `f${i}`)],
    })),
    tinyConfig().maxPositions,
  );
  it.each([
    ['the square of a mean, rows of one and of two answers', batch, square(batch), 4],
    ['the same, one row at once', batch, square(batch), 1],
    ['the same, no row with two answers', single, square(single), 5],
    ["FLAT's mean of each example, packed", pairs, flatOf({})(pairs), 2],
    ["FLAT's released mean over the batch", pairs, flatOf({ reduction: 'released', paddedLength: 9 })(pairs), 3],
  ])('are those of the whole: %s', (_name, of, objective, rowsAtOnce) => {
    const model = tinyModel();
    const trainable = new Set(model.parameters.keys());
    const whole = lossAndGradients(model, of, objective, trainable);
    const before = tf.memory().numTensors;
    const parts = gradientsInParts(model, of, objective, trainable, { rowsAtOnce, tape: 'blocks' });
    expect(tf.memory().numTensors - before).toBe(parts.gradients.size);
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    for (const [name, gradient] of whole.gradients) {
      const [a, b] = [gradient.dataSync<'float32'>(), parts.gradients.get(name)!.dataSync<'float32'>()];
      const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      a.forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThan(1e-6 + 2e-5 * largest));
    }
    tf.dispose([...whole.gradients.values(), ...parts.gradients.values()]);
    model.dispose();
  });

  it('see the same dropout masks forward and back: the slope along the gradient is its square', () => {
    const config = tinyConfig();
    const lora = shapeLora(config, LoraConfig.parse({ rank: 4, alpha: 32, dropout: 0.3 }));
    const values = [...freshFactors(lora, 1)].map(([name, value], i) => {
      const stream = random(`factor:${i}`);
      return [name, value.map((one) => (one === 0 ? 0.2 * stream.normal() : one))] as const;
    });
    const model = attachLora(tinyModel(), lora, new Map(values));
    const factors = loraParameters(model);
    const options = { rowsAtOnce: 4, dropout: 'update 1' };
    const start = gradientsInParts(model, batch, square(batch), factors, options);
    const norm2 = globalNorm(start.gradients) ** 2;
    const at = (by: number): number => {
      for (const [name, gradient] of start.gradients) {
        const parameter = model.parameters.get(name)!;
        tf.tidy(() => parameter.assign(tf.add(parameter, tf.mul(gradient, by))));
      }
      const { loss, gradients } = gradientsInParts(model, batch, square(batch), factors, options);
      tf.dispose([...gradients.values()]);
      return loss;
    };
    const step = 2e-3 / Math.sqrt(norm2);
    const up = at(step);
    const down = at(-2 * step);
    expect((up - down) / (2 * step) / norm2).toBeCloseTo(1, 2);
    tf.dispose([...start.gradients.values()]);
    model.dispose();
  });
});

const run = digestJson('a run');

const memoryPorts = () => ({ artifacts: memoryArtifacts(new Faults()), results: memoryResults() });

/** Trains for 12 updates; an ending asked for after `endAfter` of them. */
const trained = async (states: RunStates, endAfter: number, rowsAtOnce: number) => {
  const model = tinyModel();
  const optimizer = adamW();
  const ending = { asked: false, running: 0 };
  const made: number[] = [];
  const options: TrainOptions = {
    updates: 12,
    batchSize: 4,
    rowsAtOnce,
    seed: 3,
    schedule: constant(1e-2),
    optimizer,
    trainable: new Set(model.parameters.keys()),
    saves: savesOf(run, { states, ending, everyUpdates: 5 }),
    onUpdate: ({ update }) => void (made.push(update), (ending.asked = update + 1 === endAfter)),
  };
  const outcome = await train(model, rows, options).catch((error: unknown) => (error as { code: string }).code);
  const values = valuesOf(model);
  optimizer.dispose();
  model.dispose();
  return { outcome, made, values };
};

describe('a run that is asked to end', () => {
  const statesOf = () => {
    const { artifacts, results } = memoryPorts();
    return runStates({ artifacts, results, backend: 'this one' });
  };

  it.each([1, 4, 5, 6, 11])('after %i updates goes on to the same weights and losses', async (endAfter) => {
    const alone = await trained(statesOf(), 0, 2);
    const states = statesOf();
    const first = await trained(states, endAfter, 2);
    expect(first.outcome).toBe('JOB_INTERRUPTED');
    const second = await trained(states, 0, 2);
    expect([...first.made, ...second.made]).toEqual(alone.made);
    expect(second.outcome).toEqual(alone.outcome);
    expect(second.values).toEqual(alone.values);
  });

  it('starts anew where the state is of another backend', async () => {
    const { artifacts, results } = memoryPorts();
    await trained(runStates({ artifacts, results, backend: 'one' }), 6, 4);
    expect((await trained(runStates({ artifacts, results, backend: 'another' }), 0, 4)).made).toHaveLength(12);
  });

  it('refuses a state whose bytes were changed', async () => {
    const { artifacts, results } = memoryPorts();
    await trained(runStates({ artifacts, results, backend: 'one' }), 6, 4);
    const damaged = {
      ...artifacts,
      get: async (digest: Parameters<typeof artifacts.get>[0]) => (await artifacts.get(digest)).subarray(4),
    };
    const { outcome } = await trained(runStates({ artifacts: damaged, results, backend: 'one' }), 0, 4);
    expect(outcome).toBe('STORE_CORRUPT');
  });
});

describe('a stream of random numbers', () => {
  it('goes on from its state', () => {
    const stream = random('a');
    stream.shuffle(rows);
    const state = stream.state();
    const next = Array.from({ length: 20 }, () => stream.uniform());
    const other = random('b');
    other.restore(state);
    expect(Array.from({ length: 20 }, () => other.uniform())).toEqual(next);
  });
});
