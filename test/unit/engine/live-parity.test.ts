// Fresh random weights of every family, made now by transformers and compared at once; committed answers could have
// been learnt by heart.
import { afterAll, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { attachLora, freshFactors, LoraConfig, loraParameters, shapeLora, type LoraModel } from '#engine/lora.ts';
import type { Model } from '#engine/model.ts';
import { adamW, constant } from '#engine/optimizers.ts';
import { writeAdapter } from '#engine/formats/peft.ts';
import { saveModel } from '#engine/formats/save.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { train } from '#engine/trainer.ts';
import { tokens, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { everyPosition, largestDifference } from '#test/support/golden.ts';
import { goldenTests } from '#test/support/golden-suite.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';

useEngine();

// ten updates of Adam's signs magnify rounding where queries and keys are normed: a gradient of nothing has a sign too
const TOLERANCES = { logits: 1e-4, loss: 1e-5, norms: 1e-3, adamw: 2e-3 };

const python = pythonWith('torch', 'transformers', 'tokenizers', 'safetensors');
const reason = 'no Python with torch and transformers; name one in QUITTANCE_PYTHON';
describeWith(python, reason, 'fresh weights against transformers', (found) => {
  if (!found) return goldenTests(undefined);
  const { dir, remove } = temporaryFolder();
  afterAll(remove);
  const seed = randomInt(2 ** 31);
  runPython(found, [join(ROOT, 'test/golden/models/make.py'), dir, '--seed', String(seed)]);
  for (const name of readdirSync(dir).filter((entry) => entry !== 'number-formats')) {
    describe(`${name}, seed ${seed}`, () => goldenTests(join(dir, name), TOLERANCES));
  }
});

/** Logits after each text, here and by transformers, with PEFT where there is an adapter. */
const TEXTS = [tokens(9, 1, 64), tokens(3, 2, 64)];
const ourLogits = (model: Model): number[] =>
  TEXTS.flatMap((ids) => {
    const tensor = forwardLogits(model, everyPosition(model, [ids]));
    const logits = tensor.arraySync();
    tensor.dispose();
    return logits.at(-1)!;
  });
const theirLogits = (found: string, models: readonly (readonly string[])[]): number[][] => {
  const script = join(ROOT, 'test/golden/models/logits.py');
  const printed = runPython(found, [script], JSON.stringify({ texts: TEXTS, models }));
  return (JSON.parse(printed) as number[][][]).map((texts) => texts.flat());
};

const baseDir = (name: string) => join(ROOT, 'test/golden/models', name);
const BASES = readdirSync(join(ROOT, 'test/golden/models')).filter((name) =>
  existsSync(join(baseDir(name), 'config.json')),
);
const TARGETS: Readonly<Record<string, 'all-linear' | string[]>> = {
  gpt2: ['c_attn', 'c_proj'],
  'gpt-neox': ['query_key_value'],
  llama3: 'all-linear',
  'opt-350m': ['q_proj', 'fc1'],
  phi: ['dense', 'fc2'],
  phi3: ['qkv_proj', 'gate_up_proj'],
  gemma3: 'all-linear',
};

/** A LoRA trained for three updates on one text. */
const trainedLora = async (name: string, targetModules: 'all-linear' | string[]): Promise<LoraModel> => {
  const base = loadModel(baseDir(name));
  const plan = shapeLora(base.config, LoraConfig.parse({ rank: 2, alpha: 4, dropout: 0.1, targetModules }));
  const model = attachLora(base, plan, freshFactors(plan, 1));
  await train(model, [{ prompt: TEXTS[0]!.slice(0, 2), answers: [TEXTS[0]!.slice(2)] }], {
    updates: 3,
    batchSize: 1,
    seed: 1,
    schedule: constant(0.02),
    optimizer: adamW({ weightDecay: 0 }),
    trainable: loraParameters(model),
  });
  return model;
};

const withPeft = pythonWith('torch', 'transformers', 'peft');
describeWith(
  withPeft,
  'no Python with PEFT; name one in QUITTANCE_PYTHON',
  'what the engine writes is loaded unchanged',
  (found) => {
    const { dir, remove } = temporaryFolder();
    afterAll(remove);

    it('by transformers: a folder of every family', () => {
      const models = BASES.map((name) => loadModel(baseDir(name)));
      const folders = BASES.map((name) => join(dir, name));
      models.forEach((model, i) =>
        saveModel(folders[i]!, model, { configJson: readJsonFile(join(baseDir(BASES[i]!), 'config.json')) }),
      );
      const theirs = theirLogits(
        found,
        folders.map((at) => [at]),
      );
      models.forEach((model, i) =>
        expect([BASES[i], largestDifference(theirs[i]!, ourLogits(model)) < 1e-4]).toEqual([BASES[i], true]),
      );
      models.forEach((model) => model.dispose());
    });

    it('by PEFT: an adapter of every layout of matrices', async () => {
      const names = Object.keys(TARGETS);
      const models = await Promise.all(names.map((name) => trainedLora(name, TARGETS[name]!)));
      const folders = names.map((name) => join(dir, `${name}-lora`));
      models.forEach((model, i) => writeAdapter(folders[i]!, model, baseDir(names[i]!)));
      const theirs = theirLogits(
        found,
        names.map((name, i) => [baseDir(name), folders[i]!]),
      );
      models.forEach((model, i) => {
        expect([names[i], largestDifference(theirs[i]!, ourLogits(model)) < 1e-4]).toEqual([names[i], true]);
        expect([names[i], largestDifference(theirs[i]!, ourLogits(model.base)) > 1e-3]).toEqual([names[i], true]);
        model.dispose();
      });
    });
  },
);
