// Adapters of every kind that PEFT makes of LoRA, against the logits that PEFT computes from them: committed ones, and
// fresh ones made now. Each is computed beside its base, merged, saved as weights, written and read again.
import { afterAll, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadModel, readModelFolder } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { openMerged } from '#engine/formats/made-folder.ts';
import { checkAdapter, readAdapter, readAdapterConfig, writeAdapter } from '#engine/formats/peft.ts';
import { saveModel } from '#engine/formats/save.ts';
import { openSafetensors } from '#engine/formats/safetensors.ts';
import { mergeLora } from '#engine/lora.ts';
import type { Model } from '#engine/model.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { generate } from '#engine/generate.ts';
import { tf } from '#engine/tf.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import * as g from '#test/support/golden.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';

useEngine();
const { dir: scratch, remove } = temporaryFolder();
afterAll(remove);

const BASES = join(ROOT, 'test/golden/models');
const COMMITTED = join(ROOT, 'test/golden/adapters');

const Golden = z.object({
  base: z.string(),
  input_ids: z.array(z.array(z.int())),
  logits_last: z.array(z.array(z.number())),
  merges: z.boolean(),
  moved: z.number(),
});

/** Logits of the last position of each row. */
const lastLogits = (model: Model, ids: readonly (readonly number[])[]): number[] => {
  const logits = tf.tidy(() => forwardLogits(model, g.everyPosition(model, ids)).arraySync());
  const T = ids[0]!.length;
  return ids.flatMap((_, b) => logits[(b + 1) * T - 1]!);
};

const near = (got: readonly number[], golden: z.infer<typeof Golden>) =>
  expect(g.largestDifference(got, golden.logits_last.flat())).toBeLessThan(5e-5);

const kindTests = (dir: string) => {
  const golden = g.readGoldenFile(dir, Golden);
  const base = join(BASES, golden.base);
  const { input_ids: ids } = golden;
  const open = () => readAdapter(dir, loadModel(base));

  it('has the logits of PEFT beside its base, and merged', () => {
    expect(golden.moved).toBeGreaterThan(0.01);
    const before = tf.memory().numTensors;
    const model = open();
    near(lastLogits(model, ids), golden);
    const merged = mergeLora(model);
    near(lastLogits(merged, ids), golden);
    merged.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says merged what it said beside its base', () => {
    const model = open();
    const said = generate(model, [ids[0]!.slice(0, 4)], { maxTokens: 6 })[0]!.ids;
    const merged = mergeLora(model);
    expect(generate(merged, [ids[0]!.slice(0, 4)], { maxTokens: 6 })[0]!.ids).toEqual(said);
    merged.dispose();
  });

  it('is a folder of weights once it is merged and saved', () => {
    const made = join(scratch, 'made');
    rmSync(made, { recursive: true, force: true });
    cpSync(dir, made, { recursive: true });
    cpSync(base, join(made, 'base'), { recursive: true });
    const merged = openMerged(made);
    saveModel(join(scratch, 'merged'), merged, { configJson: readJsonFile(join(base, 'config.json')) });
    merged.dispose();
    readModelFolder(join(scratch, 'merged'));
    const again = loadModel(join(scratch, 'merged'));
    near(lastLogits(again, ids), golden);
    again.dispose();
  });

  it('written and read again is itself, tensor by tensor', () => {
    const model = open();
    const to = join(scratch, 'written');
    writeAdapter(to, model, '..');
    const [theirs, ours] = [dir, to].map((at) => openSafetensors(join(at, 'adapter_model.safetensors')));
    const names = [...theirs!.tensors.keys()].filter((name) => !name.includes('.base_layer.'));
    expect([...ours!.tensors.keys()].sort()).toEqual(names.sort());
    for (const name of names) expect([name, ...ours!.read(name)]).toEqual([name, ...theirs!.read(name)]);
    [theirs!, ours!].forEach((file) => file.close());
    expect(readAdapterConfig(readJsonFile(join(to, 'adapter_config.json')))).toEqual(checkAdapter(dir, model.config));
    model.dispose();
  });
};

for (const name of readdirSync(COMMITTED, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
  describe(`an adapter with ${name.name}`, () => kindTests(join(COMMITTED, name.name)));

const python = pythonWith('torch', 'transformers', 'peft');
describeWith(python, 'no Python with PEFT; name one in QUITTANCE_PYTHON', 'fresh adapters against PEFT', (found) => {
  const fresh = temporaryFolder();
  afterAll(fresh.remove);
  const seed = randomInt(2 ** 31);
  runPython(found, [join(COMMITTED, 'make.py'), fresh.dir, '--seed', String(seed)]);
  for (const name of readdirSync(fresh.dir)) describe(`${name}, seed ${seed}`, () => kindTests(join(fresh.dir, name)));
});
