// Written model folders: what was loaded comes back, in the layout of its family; nothing half-written stays.
import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { valuesOf } from '#engine/model.ts';
import { openSafetensors } from '#engine/formats/safetensors.ts';
import { saveModel } from '#engine/formats/save.ts';
import { tf } from '#engine/tf.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const MODELS = join(ROOT, 'test/golden/models');
const FAMILIES = [
  'gpt2',
  'llama3',
  'mistral',
  'qwen2',
  'gpt-neox',
  'gpt-neox-sequential',
  'opt-350m',
  'phi',
  'phi3',
  'gemma3',
  'olmo2',
];
const open = (name: string) => ({
  model: loadModel(join(MODELS, name)),
  configJson: readJsonFile(join(MODELS, name, 'config.json')),
});

describe('a saved folder', () => {
  for (const name of FAMILIES) {
    it(`of ${name} loads as what was saved, under the names and shapes of the stored weights`, () => {
      const { model, configJson } = open(name);
      const at = join(dir, name);
      saveModel(at, model, { configJson });
      const again = loadModel(at);
      expect(again.config).toEqual(model.config);
      expect(valuesOf(again)).toEqual(valuesOf(model));
      if (name !== 'gpt-neox') {
        const [theirs, ours] = [join(MODELS, name), at].map((folder) =>
          openSafetensors(join(folder, 'model.safetensors')),
        );
        const shapes = ({ tensors }: typeof theirs & {}) =>
          Object.fromEntries([...tensors].map(([tensor, { shape }]) => [tensor, shape]));
        expect(shapes(ours!)).toEqual(shapes(theirs!));
        [ours!, theirs!].forEach((file) => file.close());
      }
      [model, again].forEach((one) => one.dispose());
    });
  }

  it('has the same digest each time, and another when a weight moves', () => {
    const { model, configJson } = open('gpt2');
    const [first, second] = ['a', 'b'].map((name) => saveModel(join(dir, name), model, { configJson }));
    expect(second).toEqual(first);
    const bias = model.parameters.get('norm.b')!;
    bias.assign(tf.add(bias, 1e-3));
    expect(saveModel(join(dir, 'c'), model, { configJson }).digest).not.toBe(first!.digest);
    model.dispose();
  });

  it('says float32, whatever the weights were stored in', () => {
    const { model, configJson } = open('mistral');
    expect(configJson['dtype']).toBe('bfloat16');
    saveModel(join(dir, 'wide'), model, { configJson });
    expect(readJsonFile(join(dir, 'wide/config.json'))).toEqual({ ...configJson, dtype: 'float32' });
    model.dispose();
  });

  it('that cannot be finished leaves the old one and no scrap', () => {
    const { model, configJson } = open('gpt2');
    const at = join(dir, 'kept');
    saveModel(at, model, { configJson });
    const before = readdirSync(dir);
    const write = (folder: string) => {
      writeFileSync(join(folder, 'half.txt'), 'half');
      throw new Error('disk full');
    };
    expect(() => saveModel(at, model, { configJson, write })).toThrow('disk full');
    expect(readdirSync(dir)).toEqual(before);
    expect(existsSync(join(at, 'half.txt'))).toBe(false);
    model.dispose();
  });
});

it('writes floats as floats, which transformers 5 asks for', () => {
  const base = join(ROOT, 'test/golden/models/gemma2');
  const model = loadModel(base);
  const configJson = { ...readJsonFile(join(base, 'config.json')), final_logit_softcapping: 30, head_dim: 6 };
  saveModel(join(dir, 'floats'), model, { configJson });
  model.dispose();
  const text = readFileSync(join(dir, 'floats/config.json'), 'utf8');
  expect(text).toMatch(/"final_logit_softcapping": 30\.0,\n/);
  expect(text).toMatch(/"head_dim": 6,\n/);
  expect(JSON.parse(text)).toEqual({ ...configJson, dtype: 'float32' });
});
