// LoRA against PEFT: adapters read, computed with, trained, merged and written back; and what an adapter may not
// smuggle in.
import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeBatch } from '#engine/batch.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { generate } from '#engine/generate.ts';
import { answerCrossEntropy } from '#engine/losses.ts';
import {
  attachLora,
  freshFactors,
  LoraConfig,
  loraParameters,
  mergeLora,
  shapeLora,
  type LoraModel,
} from '#engine/lora.ts';
import { valuesOf, type Model } from '#engine/model.ts';
import { adamW, constant } from '#engine/optimizers.ts';
import { readAdapter, readAdapterConfig, writeAdapter } from '#engine/formats/peft.ts';
import { openSafetensors } from '#engine/formats/safetensors.ts';
import { forwardLogits, lossAndGradients } from '#engine/sweep.ts';
import { saveModel } from '#engine/formats/save.ts';
import { tf } from '#engine/tf.ts';
import { train } from '#engine/trainer.ts';
import { tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import * as g from '#test/support/golden.ts';
import { describeWith, ROOT, sharedFolder } from '#test/support/shared.ts';

useEngine();
const { dir: scratch, remove } = temporaryFolder();
afterAll(remove);

const MODELS = join(ROOT, 'test/golden/models');

/** L2 norms of the factors' gradients by PEFT's names; parts of a fused B count as one. */
const factorNorms = (model: LoraModel, gradients: ReadonlyMap<string, tf.Tensor>): Map<string, number> => {
  const squares = new Map<string, number>();
  for (const { name, source } of model.lora.specs) {
    const values = gradients.get(name)!.dataSync<'float32'>();
    squares.set(
      source.hf,
      values.reduce((sum, x) => sum + x * x, squares.get(source.hf) ?? 0),
    );
  }
  return new Map([...squares].map(([name, square]) => [name, Math.sqrt(square)]));
};

const lossAndNorms = (model: LoraModel, ids: readonly (readonly number[])[], tape: 'one' | 'blocks') => {
  const batch = makeBatch(g.wholeRows(ids), model.config.maxPositions);
  const { loss, gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), loraParameters(model), {
    tape,
  });
  const norms = factorNorms(model, gradients);
  tf.dispose([...gradients.values()]);
  return { loss, norms };
};

/** Logits of every position. */
const logitsOf = (model: Model, ids: readonly (readonly number[])[]): Float32Array => {
  const logits = forwardLogits(model, g.everyPosition(model, ids));
  const values = logits.dataSync<'float32'>();
  logits.dispose();
  return values;
};

const AdapterGolden = z.object({
  loss: z.number(),
  grad_norm: z.record(z.string(), z.number()),
  adamw_losses: z.array(z.number()),
  merged_logits_last: z.array(z.array(z.number())),
});

const adapterTests = (baseDir: string, adapterDir: string, ids: number[][], golden: z.infer<typeof AdapterGolden>) => {
  const open = () => readAdapter(adapterDir, loadModel(baseDir));

  for (const tape of ['one', 'blocks'] as const) {
    it(`has PEFT's loss and gradient norm of every factor (${tape})`, () => {
      const model = open();
      const { loss, norms } = lossAndNorms(model, ids, tape);
      expect(Math.abs(loss - golden.loss)).toBeLessThan(2e-6);
      expect(g.normDistance(norms, golden.grad_norm)).toBeLessThan(2e-5);
      model.dispose();
    });
  }

  it("has PEFT's losses over AdamW updates, and leaves the base alone", () => {
    const model = open();
    const base = valuesOf(model.base);
    const trained = new Map([...model.parameters].filter(([name]) => loraParameters(model).has(name)));
    const optimizer = adamW({ weightDecay: 0.01 });
    const batch = makeBatch(g.wholeRows(ids), model.config.maxPositions);
    const losses = golden.adamw_losses.map(() => {
      const { loss, gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), loraParameters(model));
      optimizer.update(trained, gradients, 1e-2);
      tf.dispose([...gradients.values()]);
      return loss;
    });
    expect(g.largestDifference(losses, golden.adamw_losses)).toBeLessThan(1e-5);
    expect(valuesOf(model.base)).toEqual(base);
    model.dispose();
  });

  it('merged has the logits of PEFT merged, and of itself before', () => {
    const model = open();
    const before = logitsOf(model, ids);
    const tensors = tf.memory().numTensors;
    const merged = mergeLora(model);
    expect(tf.memory().numTensors).toBe(tensors - model.lora.specs.length);
    const after = logitsOf(merged, ids);
    expect(g.largestDifference(after, before)).toBeLessThan(2e-5);
    const [T, V] = [ids[0]!.length, merged.config.vocabSize];
    golden.merged_logits_last.forEach((row, b) => {
      const at = (b * T + T - 1) * V;
      expect(g.largestDifference(after.subarray(at, at + V), row)).toBeLessThan(1e-5);
    });
    merged.dispose();
  });

  it('written and read again is itself, in a folder with the tensors that PEFT wrote', () => {
    const model = open();
    const dir = join(scratch, 'written');
    writeAdapter(dir, model, '..');
    const [theirs, ours] = [adapterDir, dir].map((at) => openSafetensors(join(at, 'adapter_model.safetensors')));
    expect([...ours!.tensors.keys()].sort()).toEqual([...theirs!.tensors.keys()].sort());
    for (const name of theirs!.tensors.keys())
      expect([name, ...ours!.read(name)]).toEqual([name, ...theirs!.read(name)]);
    [theirs!, ours!].forEach((file) => file.close());
    const again = readAdapterConfig(readJsonFile(join(dir, 'adapter_config.json')));
    expect(again).toEqual(readAdapterConfig(readJsonFile(join(adapterDir, 'adapter_config.json'))));
    model.dispose();
  });
};

for (const name of ['gpt2', 'gpt-neox', 'qwen2']) {
  const base = join(MODELS, name);
  const { input_ids } = g.readGoldenFile(base, g.Golden);
  describe(`an adapter on ${name}`, () =>
    adapterTests(base, join(base, 'lora'), input_ids, g.readGoldenFile(join(base, 'lora'), AdapterGolden)));
}

const Shared = z.object({
  input_ids: z.array(z.array(z.int())),
  adapter: g.Golden.omit({ input_ids: true, labels_masked: true }),
  adamw_losses: z.array(z.number()),
  merged: z.object({ logits_last: z.array(z.array(z.number())) }),
});
const shared = sharedFolder('golden/llama-lora');
describeWith(shared, '../shared/golden is not there', 'an adapter on llama of ../shared/golden', (at) => {
  const golden = at ? g.readGoldenFile(at, Shared) : undefined;
  if (!golden) return it('is skipped', () => undefined);
  const stored = Object.fromEntries(
    Object.entries(golden.adapter.grad_norm).map(([name, norm]) => [name.replace('.default', ''), norm]),
  );
  adapterTests(join(at, '../llama'), at, golden.input_ids, {
    loss: golden.adapter.loss,
    grad_norm: stored,
    adamw_losses: golden.adamw_losses,
    merged_logits_last: golden.merged.logits_last,
  });

  it('has the logits at every position and says the same', () => {
    const model = readAdapter(at, loadModel(join(at, '../llama')));
    expect(g.largestDifference(logitsOf(model, golden.input_ids), golden.adapter.logits)).toBeLessThan(1e-5);
    const { prompt, ids } = golden.adapter.greedy;
    expect(generate(model, [prompt], { maxTokens: 6 })[0]!.ids).toEqual(ids.slice(prompt.length));
    model.dispose();
  });
});

const withLora = (config: z.input<typeof LoraConfig>, seed = 1): LoraModel => {
  const model = tinyModel();
  const lora = shapeLora(model.config, LoraConfig.parse(config));
  return attachLora(model, lora, freshFactors(lora, seed));
};
const rows = [
  { prompt: tokens(4, 1), answers: [tokens(5, 2)] },
  { prompt: tokens(3, 3), answers: [tokens(2, 4)] },
];
const batch = makeBatch(rows, 64);

describe('a fresh LoRA', () => {
  it('changes nothing until it is trained', () => {
    const model = withLora({ rank: 2 });
    expect(g.largestDifference(logitsOf(model, [tokens(6, 5)]), logitsOf(model.base, [tokens(6, 5)]))).toBe(0);
    model.dispose();
  });

  it("takes every matrix of every block by default, and an unknown module is refused with the model's own", () => {
    const model = withLora({});
    expect(model.lora.factors.size).toBe(2 * 7);
    expect(() => shapeLora(model.config, LoraConfig.parse({ targetModules: ['q_proj', 'c_attn'] }))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: "the model has no module 'c_attn' for a LoRA" }),
    );
    model.dispose();
  });

  it('cannot be saved as if it were merged', () => {
    const model = withLora({ rank: 1 });
    expect(() => saveModel(join(scratch, 'unmerged'), model, { configJson: {} })).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
    expect(existsSync(join(scratch, 'unmerged'))).toBe(false);
    model.dispose();
  });
});

describe('dropout', () => {
  /** The mean over many masks of something linear in them is that without a mask. */
  const gradient = (model: LoraModel, dropout?: string, tape: 'one' | 'blocks' = 'one') => {
    const { loss, gradients } = lossAndGradients(model, batch, answerCrossEntropy(batch), loraParameters(model), {
      tape,
      ...(dropout === undefined ? {} : { dropout }),
    });
    const flat = [...loraParameters(model)].flatMap((name) => [...gradients.get(name)!.dataSync<'float32'>()]);
    tf.dispose([...gradients.values()]);
    return { loss, flat };
  };
  const trainedModel = () => {
    const model = withLora({ rank: 2, dropout: 0.5 });
    for (const name of loraParameters(model)) {
      const parameter = model.parameters.get(name)!;
      tf.tidy(() => parameter.assign(tf.randomNormal(parameter.shape, 0, 0.3, 'float32', 7)));
    }
    return model;
  };

  it('differs by label, repeats with it, and is the same in one tape and block by block', () => {
    const model = trainedModel();
    const one = gradient(model, 'a');
    expect(gradient(model, 'a')).toEqual(one);
    expect(gradient(model, 'b').loss).not.toBe(one.loss);
    expect(gradient(model).loss).not.toBe(one.loss);
    const blocks = gradient(model, 'a', 'blocks');
    expect(Math.abs(blocks.loss - one.loss)).toBeLessThan(1e-6);
    expect(g.largestDifference(blocks.flat, one.flat)).toBeLessThan(1e-5);
    model.dispose();
  });

  it('is absent when the model only answers', () => {
    const model = trainedModel();
    const [first, second] = [0, 1].map(() => logitsOf(model, [tokens(6, 5)]));
    expect(first).toEqual(second);
    model.dispose();
  });

  it('drops its share of the inputs and scales the rest', () => {
    // first order in a small B: the mean of the loss over masks tends to the loss without
    const model = trainedModel();
    for (const [name, parameter] of model.parameters)
      if (name.endsWith('.loraB')) tf.tidy(() => parameter.assign(tf.mul(parameter, 0.01)));
    const without = gradient(model).loss;
    const losses = Array.from({ length: 60 }, (_, i) => gradient(model, `mask ${i}`).loss - without);
    const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
    const deviation = Math.sqrt(losses.reduce((a, b) => a + (b - mean) ** 2, 0) / (losses.length - 1));
    expect(Math.abs(mean)).toBeLessThan((3.5 * deviation) / Math.sqrt(losses.length));
    expect(deviation).toBeGreaterThan(0);
    model.dispose();
  });
});

it('a LoRA learns through the trainer, and merged answers as it did', async () => {
  const model = withLora({ rank: 4, dropout: 0.1 });
  const base = valuesOf(model.base);
  const losses = await train(model, rows, {
    updates: 40,
    batchSize: 2,
    seed: 1,
    schedule: constant(0.02),
    optimizer: adamW({ weightDecay: 0 }),
    trainable: loraParameters(model),
  });
  expect(losses.at(-1)!).toBeLessThan(0.75 * losses[0]!);
  expect(valuesOf(model.base)).toEqual(base);
  const said = generate(model, [rows[0]!.prompt], { maxTokens: 5 })[0]!.ids;
  const merged = mergeLora(model);
  expect(generate(merged, [rows[0]!.prompt], { maxTokens: 5 })[0]!.ids).toEqual(said);
  merged.dispose();
});
