// A good model goes into the registry and comes out of it as it was: weights, GGUF, an adapter merged or beside its
// base.
import { describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '#core/errors.ts';
import { loadModel, readModelFolder } from '#engine/formats/folder.ts';
import { openModelFolder } from '#engine/formats/made-folder.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { useEngine } from '#test/support/engine.ts';
import { everyPosition, largestDifference } from '#test/support/golden.ts';

import { GOLDEN, modelCommand } from '#test/support/model-command.ts';

useEngine();
const { dir, quittance, said, forget } = modelCommand();

describe('a model that is in order', () => {
  it('goes in with its adapter merged: what transformers and PEFT say of the two', async () => {
    const base = join(GOLDEN, 'models/qwen2');
    const golden = JSON.parse(readFileSync(join(base, 'lora/golden.json'), 'utf8')) as {
      merged_logits_last: number[][];
    };
    const { input_ids } = JSON.parse(readFileSync(join(base, 'golden.json'), 'utf8')) as { input_ids: number[][] };
    await quittance('import', base, '--name', 'ours', '--adapter', join(base, 'lora'), '--merge');
    await quittance('export', 'ours', join(dir, 'merged'));
    const merged = loadModel(join(dir, 'merged'));
    const logits = forwardLogits(merged, everyPosition(merged, input_ids));
    const rows = logits.arraySync();
    golden.merged_logits_last.forEach((wanted, b) => {
      const last = rows[(b + 1) * input_ids[0]!.length - 1]!;
      expect(largestDifference(last, wanted)).toBeLessThan(1e-5);
    });
    logits.dispose();
    merged.dispose();
  });

  describe('with an adapter that stays beside it', () => {
    const base = join(GOLDEN, 'models/qwen2');
    const lora = join(base, 'lora');
    const same = (at: string, as: string) =>
      expect([at, readFileSync(at).equals(readFileSync(as))]).toEqual([at, true]);
    const digestOfPrinted = () => (JSON.parse(said()) as { digest: string }).digest;
    const exported = async (to: string) => {
      await quittance('import', base, '--name', 'ours', '--adapter', lora);
      forget();
      await quittance('export', 'ours', to);
      return digestOfPrinted();
    };

    it('comes out as a PEFT folder with its base, byte for byte, and goes in again under the same digest', async () => {
      const out = join(dir, 'beside');
      const digest = await exported(out);
      for (const file of ['adapter_config.json', 'adapter_model.safetensors']) same(join(out, file), join(lora, file));
      for (const file of ['config.json', 'model.safetensors', 'tokenizer.json'])
        same(join(out, 'base', file), join(base, file));
      expect(readdirSync(out).sort()).toEqual([
        'adapter_config.json',
        'adapter_model.safetensors',
        'base',
        'manifest.json',
      ]);
      forget();
      await quittance('import', out, '--name', 'again');
      expect(digestOfPrinted()).toBe(digest);
    });

    it('comes out merged where that is asked for, and answers alike both ways', async () => {
      const out = join(dir, 'unmerged');
      await exported(out);
      await quittance('export', 'ours', join(dir, 'flat'), '--merge');
      const [{ model: beside }, flat] = [openModelFolder(out), loadModel(join(dir, 'flat'))];
      const batch = everyPosition(flat, [[3, 9, 27, 17, 5, 2]]);
      const [a, b] = [beside.logits(batch), flat.logits(batch)];
      expect(largestDifference(a.dataSync(), b.dataSync())).toBeLessThan(1e-5);
      for (const one of [a, b, beside, flat]) one.dispose();
    });

    it('is refused where a file was changed since, the base is another or is gone', async () => {
      const out = join(dir, 'tampered');
      await exported(out);
      const refusedAs = (code: ErrorCode, change: object = {}) =>
        expect(quittance('import', out, '--name', 'stranger')).rejects.toMatchObject({ code, ...change });
      const weights = join(out, 'adapter_model.safetensors');
      const before = readFileSync(weights);
      const after = Buffer.from(before);
      after[after.length - 2]! ^= 1;
      writeFileSync(weights, after);
      await refusedAs('MODEL_CHANGED', { message: expect.stringContaining('adapter_model.safetensors') });
      writeFileSync(weights, before);
      const { base: wanted } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { base: string };
      const config = join(out, 'base/config.json');
      writeFileSync(config, `${readFileSync(config, 'utf8')} `);
      await refusedAs('BASE_MISMATCH', { expected: wanted });
      await expect(quittance('import', join(out, 'base'), '--name', 'other', '--adapter', out)).rejects.toMatchObject({
        code: 'BASE_MISMATCH',
        expected: wanted,
      });
      rmSync(join(out, 'base'), { recursive: true });
      await refusedAs('BASE_MISSING');
    });
  });

  for (const name of readdirSync(join(GOLDEN, 'models')).filter((entry) =>
    existsSync(join(GOLDEN, 'models', entry, 'config.json')),
  )) {
    it(`${name} goes in and comes out as it was`, async () => {
      const [source, out] = [join(GOLDEN, 'models', name), join(dir, `out-${name}`)];
      expect(await quittance('import', source, '--name', 'ours')).toBe(0);
      expect(JSON.parse(said())).toMatchObject({ name: 'ours', status: 'active' });
      expect(await quittance('export', 'ours', out)).toBe(0);
      for (const file of readdirSync(out))
        expect([file, readFileSync(join(out, file)).equals(readFileSync(join(source, file)))]).toEqual([file, true]);
      expect(readModelFolder(out).values.size).toBeGreaterThan(0);
    });
  }

  it('a GGUF file goes in, and comes out as a folder', async () => {
    expect(await quittance('import', join(GOLDEN, 'gguf/llama.gguf'), '--name', 'ours')).toBe(0);
    expect(await quittance('export', 'ours', join(dir, 'out-gguf'))).toBe(0);
    expect(readModelFolder(join(dir, 'out-gguf')).configJson['model_type']).toBe('llama');
  });

  it('is not replaced by another of its name, nor an export written over', async () => {
    const source = join(GOLDEN, 'models/gpt2');
    await quittance('import', source, '--name', 'ours');
    await expect(quittance('import', join(GOLDEN, 'models/phi'), '--name', 'ours')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: "a model called 'ours' is registered already",
    });
    mkdirSync(join(dir, 'taken'));
    await expect(quittance('export', 'ours', join(dir, 'taken'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    forget();
    await quittance('list');
    expect(JSON.parse(said())).toHaveLength(1);
  });
});
