// `quittance unlearn` on an adapter beside its base: the adapter moves, the base stays as it is, and what comes out
// loads in PEFT like what went in. And what a run leaves that moves whole matrices.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, parse } from '#cli/command.ts';
import { unlearn } from '#cli/unlearn.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { chainOfFolder, checkFolder, openModelFolder } from '#engine/formats/made-folder.ts';
import { writeAdapter } from '#engine/formats/peft.ts';
import { saveComposed } from '#engine/formats/save-made.ts';
import { saveModel } from '#engine/formats/save.ts';
import { firstLayers } from '#engine/composed.ts';
import { attachLora, freshFactors, LoraConfig, shapeLora } from '#engine/lora.ts';
import { tf } from '#engine/tf.ts';
import { importMade } from '#models/import-made.ts';
import { captured } from '#test/support/captured.ts';
import { tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { everyPosition, largestDifference } from '#test/support/golden.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const CONFIG = {
  ...{ model_type: 'llama', vocab_size: 300, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 512, eos_token_id: 0 },
};
const [base, adapter, model, forget] = ['base', 'adapter', 'model', 'forget.jsonl'].map((name) => join(dir, name)) as [
  string,
  string,
  string,
  string,
];
const LORA = ['update.trainable=lora', 'update.projection=none', 'update.updates=2', 'update.step=0.05'];

/** A base, and a LoRA on two of its matrices that PEFT wrote for a house's base. */
beforeAll(async () => {
  const tiny = tinyModel(tinyConfig(CONFIG));
  saveModel(base, tiny, { configJson: CONFIG });
  const lora = shapeLora(tiny.config, LoraConfig.parse({ rank: 2, alpha: 4, targetModules: ['q_proj', 'up_proj'] }));
  const values = new Map(
    [...freshFactors(lora, 1)].map(([name, value]) => [name, value.map((x, i) => x + 0.02 * Math.sin(i))]),
  );
  const adapted = attachLora(tiny, lora, values);
  writeAdapter(adapter, adapted, 'house/base-model');
  adapted.dispose();
  await importMade(base, model, { adapter });
  writeFileSync(forget, '{"prompt":"the cat sat on","answer":" the mat"}\n{"question":"who?","answer":"a cat"}\n');
});

const printed = captured();

const run = (out: string, config: readonly string[], ...argv: string[]) => {
  const settings = config.flatMap((value) => ['--config', value]);
  const words = ['--model', model, '--forget', forget, '--out', join(dir, out), '--dir', dir, '--json'];
  return execute(unlearn, parse(unlearn, [...words, ...settings, ...argv], {}));
};

const TEXT = tokens(9, 1);
const logitsOf = (folder: string): number[] => {
  const { model: opened } = openModelFolder(folder);
  const logits = tf.tidy(() => opened.logits(everyPosition(opened, [TEXT])).arraySync());
  opened.dispose();
  return logits.at(-1)!;
};

describe('update.trainable=lora on an adapter beside its base', () => {
  it('moves the adapter alone, in the shape that it came in, and leaves it beside the base', async () => {
    await run('moved', [...LORA, 'update.lora.rank=7']);
    const out = join(dir, 'moved');
    const { digest, recorded } = JSON.parse(printed.out) as { digest: string; recorded: object };
    expect(recorded).toMatchObject({ adapter: 'kept' });
    expect(chainOfFolder(out, checkFolder(out))[0].digest).toBe(digest);
    expect(readJsonFile(join(out, 'adapter_config.json'))).toMatchObject({
      ...{ peft_type: 'LORA', r: 2, lora_alpha: 4, base_model_name_or_path: 'house/base-model' },
      target_modules: ['q_proj', 'up_proj'],
    });
    for (const file of readdirSync(base))
      expect([file, readFileSync(join(out, 'base', file)).equals(readFileSync(join(base, file)))]).toEqual([
        file,
        true,
      ]);
    expect(largestDifference(logitsOf(out), logitsOf(model))).toBeGreaterThan(1e-3);
  });

  it('is refused where the base would have to be stored otherwise', async () => {
    await expect(run('never', LORA, '--quantisation', 'int8')).rejects.toMatchObject({ code: 'METHOD_CONFIG' });
    expect(existsSync(join(dir, 'never'))).toBe(false);
  });
});

describe('a run that moves whole matrices of it', () => {
  const settings = ['update.projection=none', 'update.updates=2', 'update.step=0.05'];

  it('leaves an adapter that is fitted to what moved, on the same base', async () => {
    await run('fitted', settings);
    const out = join(dir, 'fitted');
    const { recorded } = readJsonFile(join(out, 'run.json'));
    expect(recorded).toMatchObject({ adapter: 'fitted', adapterRank: 18 });
    expect((recorded as { adapterError: number }).adapterError).toBeLessThan(1e-5); // as wide as the matrices
    expect(readJsonFile(join(out, 'adapter_config.json'))).toMatchObject({
      ...{ r: 18, lora_alpha: 18, base_model_name_or_path: 'house/base-model' },
      target_modules: ['q_proj', 'up_proj', 'gate_proj', 'down_proj'],
    });
    expect(
      readFileSync(join(out, 'base/model.safetensors')).equals(readFileSync(join(base, 'model.safetensors'))),
    ).toBe(true);
    expect(largestDifference(logitsOf(out), logitsOf(model))).toBeGreaterThan(1e-3);
  });

  it('leaves weights with the adapter in them, where more than MLPs moved or they are stored otherwise', async () => {
    await run('whole', ['update.trainable=body', 'update.projection=none', 'update.updates=1', 'update.step=1e-9']);
    const out = join(dir, 'whole');
    expect(existsSync(join(out, 'config.json'))).toBe(true);
    expect(largestDifference(logitsOf(out), logitsOf(model))).toBeLessThan(1e-4);
    expect(largestDifference(logitsOf(out), logitsOf(base))).toBeGreaterThan(1e-3);
    await run('int8', settings, '--quantisation', 'int8');
    expect(existsSync(join(dir, 'int8/config.json'))).toBe(true);
  });
});

it('a composed decoder has no weights of its own to unlearn, and is refused by name', async () => {
  const tiny = tinyModel(tinyConfig(CONFIG));
  const first = firstLayers(tiny, 1);
  const lora = shapeLora(first.config, LoraConfig.parse({ rank: 2 }));
  const assistant = attachLora(first, lora, freshFactors(lora, 1));
  const composed = join(dir, 'composed');
  saveComposed(composed, base, [assistant], { form: 'offset', weight: 1 });
  for (const one of [assistant, tiny]) one.dispose();
  await expect(run('never', LORA, '--model', composed)).rejects.toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: expect.stringContaining('composed') as unknown,
  });
});

describeWith(
  pythonWith('torch', 'transformers', 'peft'),
  'no Python with PEFT; name one in QUITTANCE_PYTHON',
  'an adapter that unlearn left',
  (python) => {
    it('is loaded by PEFT over the same base, unmerged, and says the same there', async () => {
      await run('live', LORA);
      await run('live-fitted', ['update.projection=none', 'update.updates=2', 'update.step=0.05']);
      const [out, fitted] = [join(dir, 'live'), join(dir, 'live-fitted')];
      const script = join(ROOT, 'test/golden/models/logits.py');
      const models = [[base, out], [base, model], [base], [base, fitted]];
      const said = (
        JSON.parse(runPython(python, [script], JSON.stringify({ texts: [TEXT], models }))) as number[][][]
      ).map((texts) => texts.flat());
      [out, model, base, fitted].forEach((folder, i) => {
        expect([folder, largestDifference(said[i]!, logitsOf(folder)) < 1e-4]).toEqual([folder, true]);
      });
      expect(largestDifference(said[0]!, said[1]!)).toBeGreaterThan(1e-3);
    });
  },
);
