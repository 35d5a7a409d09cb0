// `quittance unlearn` from the command line to the folder: a LoRA that unlearns, is written for PEFT and merged; the adapter on the old weights and the new
// weights alone say the same, here and in PEFT. And settings that are no such thing.
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '#cli/command.ts';
import { unlearn } from '#cli/unlearn.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { readAdapter } from '#engine/formats/peft.ts';
import { saveModel } from '#engine/formats/save.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { fastOps } from '#engine/tf.ts';
import { tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { everyPosition, largestDifference } from '#test/support/golden.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const CONFIG = {
  model_type: 'llama',
  vocab_size: 300,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 512,
  eos_token_id: 0,
};
const base = join(dir, 'base');
const forget = join(dir, 'forget.jsonl');
const LORA = ['update.trainable=lora', 'update.projection=none', 'update.updates=2', 'update.step=0.05'];

/** Written once, before the first run. */
const prepared = () => {
  if (existsSync(base)) return;
  const model = tinyModel(tinyConfig(CONFIG));
  saveModel(base, model, { configJson: CONFIG });
  model.dispose();
  writeFileSync(forget, '{"prompt":"the cat sat on","answer":" the mat"}\n{"question":"who?","answer":"a cat"}\n');
};

let printed = '';
beforeEach(() => {
  prepared();
  printed = '';
  jest.restoreAllMocks();
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});

const run = (out: string, ...argv: string[]) =>
  unlearn.run(
    parse(unlearn, ['--model', base, '--forget', forget, '--out', join(dir, out), '--dir', dir, '--json', ...argv], {}),
  );
const settings = (...values: string[]) => values.flatMap((value) => ['--config', value]);

/** Towards zero. */
const toBfloat = (value: number): number => {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  view.setUint16(2, 0);
  return view.getFloat32(0);
};

const TEXT = tokens(9, 1);
const logitsOf = (model: Model): number[] => {
  const tensor = forwardLogits(model, everyPosition(model, [TEXT]));
  const logits = tensor.arraySync();
  tensor.dispose();
  model.dispose();
  return logits.at(-1)!;
};

describe('update.trainable=lora', () => {
  it('writes a merged model and, for PEFT, the adapter that says the same on the old weights', async () => {
    await run(
      'merged',
      '--adapter',
      join(dir, 'adapter'),
      ...settings(...LORA, 'update.lora.rank=3', 'update.lora.alpha=6'),
    );
    expect(JSON.parse(printed)).toMatchObject({ method: 'flat', updates: 2 });
    expect(readJsonFile(join(dir, 'adapter/adapter_config.json'))).toMatchObject({
      peft_type: 'LORA',
      r: 3,
      lora_alpha: 6,
      base_model_name_or_path: base,
    });
    const [merged, adapted, old] = [
      logitsOf(loadModel(join(dir, 'merged'))),
      logitsOf(readAdapter(join(dir, 'adapter'), loadModel(base))),
      logitsOf(loadModel(base)),
    ];
    expect(largestDifference(merged, adapted)).toBeLessThan(1e-4);
    expect(largestDifference(merged, old)).toBeGreaterThan(1e-3);
  });

  it('adapts the modules that are named, and no other', async () => {
    const only = settings(...LORA, 'update.lora.rank=2', 'update.lora.targetModules=["q_proj","down_proj"]');
    await run('two', '--adapter', join(dir, 'two-adapter'), ...only);
    expect(readJsonFile(join(dir, 'two-adapter/adapter_config.json'))['target_modules']).toEqual(
      expect.arrayContaining(['q_proj', 'down_proj']),
    );
    const [before, after] = [base, join(dir, 'two')].map((at) => loadModel(at));
    for (const { name } of before!.specs) {
      const same = largestDifference(before!.parameters.get(name)!.dataSync(), after!.parameters.get(name)!.dataSync());
      expect([name, same > 0]).toEqual([name, /\.(q|down)\.w$/.test(name)]);
    }
    [before!, after!].forEach((model) => model.dispose());
  });

  it('beside a base in 16 bits gives the weights that it gives beside float32; a base that 16 bits would round is refused', async () => {
    const half = join(dir, 'half');
    const model = tinyModel(tinyConfig(CONFIG));
    restoreValues(model, new Map([...valuesOf(model)].map(([name, values]) => [name, values.map(toBfloat)])));
    saveModel(half, model, { configJson: CONFIG });
    model.dispose();
    const on = (base: string, out: string) =>
      run(out, '--model', base, ...settings(...LORA, 'update.base=bfloat16', 'update.lora.rank=2'));
    if (!fastOps().hold) {
      await expect(on(half, 'held')).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
      return;
    }
    await on(half, 'held');
    await run('plain', '--model', half, ...settings(...LORA, 'update.lora.rank=2'));
    const [held, plain] = [loadModel(join(dir, 'held')), loadModel(join(dir, 'plain'))];
    for (const { name } of held.specs) {
      const [a, b] = [held, plain].map(({ parameters }) => parameters.get(name)!.dataSync());
      expect([name, largestDifference(a!, b!) < 1e-5]).toEqual([name, true]);
    }
    [held, plain].forEach((one) => one.dispose());
    await expect(on(base, 'rounded')).rejects.toMatchObject({ code: 'METHOD_CONFIG' });
    expect(existsSync(join(dir, 'rounded'))).toBe(false);
  });

  it.each([
    ['with a base in 16 bits that moves', ['update.base=bfloat16', 'update.projection=none'], 'METHOD_CONFIG'],
    ['with the projection of whole matrices', ['update.trainable=lora'], 'METHOD_CONFIG'],
    ['of rank 0', [...LORA, 'update.lora.rank=0'], 'METHOD_CONFIG'],
    ['on a module that the model has not', [...LORA, 'update.lora.targetModules=["c_attn"]'], 'INVALID_INPUT'],
    ['with a setting that does not exist', [...LORA, 'update.lora.ranks=2'], 'METHOD_CONFIG'],
  ])('%s is refused, and nothing is written', async (_, values, code) => {
    const at = ['--adapter', join(dir, 'refused-adapter')];
    await expect(run('refused', ...at, ...settings(...values))).rejects.toMatchObject({ code });
    expect(existsSync(join(dir, 'refused'))).toBe(false);
    expect(existsSync(join(dir, 'refused-adapter'))).toBe(false);
  });
});

describeWith(
  pythonWith('torch', 'transformers', 'peft'),
  'no Python with PEFT; name one in QUITTANCE_PYTHON',
  'what unlearn wrote',
  (python) => {
    it('is loaded by PEFT and by transformers, and says the same there', async () => {
      await run('live', '--adapter', join(dir, 'live-adapter'), ...settings(...LORA, 'update.lora.rank=2'));
      const models = [[join(dir, 'live')], [base, join(dir, 'live-adapter')]];
      const script = join(ROOT, 'test/golden/models/logits.py');
      const [merged, adapted] = (
        JSON.parse(runPython(python, [script], JSON.stringify({ texts: [TEXT], models }))) as number[][][]
      ).map((texts) => texts.flat());
      const ours = logitsOf(loadModel(join(dir, 'live')));
      expect(largestDifference(merged!, ours)).toBeLessThan(1e-4);
      expect(largestDifference(adapted!, ours)).toBeLessThan(1e-4);
    });
  },
);
