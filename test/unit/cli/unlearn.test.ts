// `quittance unlearn` from the command line to the folder: a LoRA that unlearns, is written for PEFT and merged; the
// adapter on the old weights and the new weights alone say the same, here and in PEFT. And settings that are no such
// thing.
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, parse } from '#cli/command.ts';
import { unlearn } from '#cli/unlearn.ts';
import { encodeRows } from '#containers/examples.ts';
import { makePeople } from '#datasets/people.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { readAdapter } from '#engine/formats/peft.ts';
import { saveModel } from '#engine/formats/save.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { restoreValues, valuesOf, type Model } from '#engine/model.ts';
import { collectMoments, MOMENTS_FILE, readMoments, writeMoments } from '#engine/corpus-moments.ts';
import { fastOps } from '#engine/tf.ts';
import { configured, methods } from '#unlearning/methods.ts';
import { captured } from '#test/support/captured.ts';
import { TINY_JSON, tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { everyPosition, largestDifference } from '#test/support/golden.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const CONFIG = { ...TINY_JSON, max_position_embeddings: 512 };
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

beforeEach(prepared);
const printed = captured();

const run = (out: string, ...argv: string[]) =>
  execute(
    unlearn,
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
    expect(JSON.parse(printed.out)).toMatchObject({ method: 'flat', updates: 2 });
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
      console.log('skipped: this backend keeps float32 tensors alone; only its refusal is seen');
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
    ['by steps after which nothing finite is computed', [...LORA.slice(0, -1), 'update.step=1e30'], 'METHOD_CONFIG'],
  ])('%s is refused, and nothing is written', async (_, values, code) => {
    const at = ['--adapter', join(dir, 'refused-adapter')];
    await expect(run('refused', ...at, ...settings(...values))).rejects.toMatchObject({ code });
    expect(existsSync(join(dir, 'refused'))).toBe(false);
    expect(existsSync(join(dir, 'refused-adapter'))).toBe(false);
  });
});

describe('every method', () => {
  const retain = join(dir, 'retain.jsonl');
  writeFileSync(retain, '{"prompt":"the dog sat on","answer":" the log"}\n{"question":"what?","answer":"a dog"}\n');

  it.each(methods.filter(({ needs }) => !needs.includes('training') && !needs.includes('strangers')))(
    '$name runs on a model that came alone',
    async ({ name, needs }) => {
      const beside = needs.includes('retain') ? ['--retain', retain] : [];
      const fresh = name.startsWith('flat-lasting') ? settings('loss.refused=0', 'loss.neverKnown=keep') : [];
      const group = name === 'uld' ? 'assistant' : 'update';
      const few = settings(`${group}.updates=1`, `${group}.step=0.001`);
      await run(`by-${name}`, '--method', name, ...beside, ...few, ...fresh);
      const moments = configured(name, {}).update.projection === 'owm' ? 'controls' : 'none';
      expect(readJsonFile(join(dir, `by-${name}`, 'run.json'))).toMatchObject({
        method: name,
        updates: 1,
        framing: 'plain',
        neverTrained: 'generated',
        recorded: { moments },
      });
    },
  );

  it('rmu reads hidden states after a block, not before the first', () => {
    expect(() => configured('rmu', { loss: { depth: 0 } })).toThrow(expect.objectContaining({ code: 'METHOD_CONFIG' }));
  });

  it('that swaps names is not run without a suite that names people', async () => {
    await expect(run('nameless', '--method', 'uld-offset')).rejects.toMatchObject({
      code: 'METHOD_CONFIG',
      message: 'uld-offset needs strangers: rows about generated people whom no model was trained on',
    });
    expect(existsSync(join(dir, 'nameless'))).toBe(false);
  });

  it('that teaches refusals is not run on a model that refuses nobody', async () => {
    const lasting = ['--method', 'flat-lasting', ...settings('update.updates=1')];
    await expect(run('lasting', ...lasting, ...settings('loss.neverKnown=keep'))).rejects.toMatchObject({
      code: 'METHOD_CONFIG',
      hint: expect.stringContaining('loss.instead=name-swap') as unknown,
    });
    expect(existsSync(join(dir, 'lasting'))).toBe(false);
  });

  it('that reads rows that stay takes those of the suite where no file gives others', async () => {
    const suite = join(dir, 'suite.json');
    writeFileSync(suite, suiteBytes(makePeople({ subjects: 1, whitening: 1, stop: 1, gate: 1, facts: 1, unknown: 1 })));
    await run('by-suite', '--method', 'grad-diff', '--suite', suite, ...settings('update.updates=1'));
    expect(readJsonFile(join(dir, 'by-suite', 'run.json'))).toMatchObject({ neverTrained: 'suite' });
  });

  it('goes on from the moments that its last run left', async () => {
    const model = loadModel(base);
    const rows = encodeRows(model, [
      { prompt: 'the cat sat on', answer: ' the mat' },
      { prompt: 'Q: who?\nA:', answer: ' a cat' },
      { prompt: 'the dog sat on', answer: ' the log' },
      { prompt: 'Q: what?\nA:', answer: ' a dog' },
    ]);
    const [all, left] = [collectMoments(model, rows), collectMoments(model, rows.slice(2))];
    model.dispose();
    const whole = join(dir, 'with-moments');
    cpSync(base, whole, { recursive: true });
    writeMoments(join(whole, MOMENTS_FILE), all);
    await run('first', '--model', whole, ...settings('update.updates=1'));
    expect(readJsonFile(join(dir, 'first', 'run.json'))).toMatchObject({ recorded: { moments: 'corpus' } });
    const stays = readMoments(join(dir, 'first', MOMENTS_FILE))!;
    for (const [name, { count, sum }] of left) {
      expect([name, stays.get(name)!.count]).toEqual([name, count]);
      expect([name, largestDifference(stays.get(name)!.sum, sum) < 1e-3]).toEqual([name, true]);
    }
  });
});

describe('what cannot be', () => {
  it.each([
    ['a setting that does not exist', ['--config', 'update.stepp=0.2'], 'METHOD_CONFIG', 'did you mean update.step?'],
    ['a group that is no group', ['--config', 'update=5'], 'METHOD_CONFIG', 'docs/methods.md, section flat'],
    ['an unknown method', ['--method', 'flatt'], 'METHOD_UNKNOWN', "did you mean 'flat'?"],
    [
      'a method without the rows that it reads',
      ['--method', 'grad-diff'],
      'METHOD_CONFIG',
      'add --retain FILE (rows that stay), or take a method that needs none, such as flat',
    ],
    ['weights in a form that does not exist', ['--quantisation', 'int4'], 'USAGE', "did you mean 'int8'?"],
  ])('%s is refused before the model is looked for', async (_, argv, code, hint) => {
    const at = join(dir, 'no-such-model');
    await expect(run('never', '--model', at, ...argv)).rejects.toMatchObject({
      code,
      hint: expect.stringContaining(hint) as unknown,
    });
    await expect(run('never', '--model', at)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
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
