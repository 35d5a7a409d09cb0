// The engine against PyTorch and transformers on the weights of ../shared, random weights, norms and biases included,
// so that a forgotten one shows; and the stored number formats. The weights of test/golden/models run on every backend
// (backends-*.test.ts).
import { expect, it } from '@jest/globals';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { openSafetensors } from '#engine/formats/safetensors.ts';
import { useEngine } from '#test/support/engine.ts';
import { goldenTests } from '#test/support/golden-suite.ts';
import { describeWith, ROOT, sharedFolder } from '#test/support/shared.ts';

useEngine();

const MODELS = join(ROOT, 'test/golden/models');

for (const name of ['gpt2', 'llama', 'phi', 'opt']) {
  const dir = sharedFolder(`golden/${name}`);
  describeWith(dir, '../shared/golden is not there', `${name} of ../shared/golden against PyTorch`, (at) =>
    goldenTests(at),
  );
}

it('reads every number format as the reference library wrote it', () => {
  const dir = join(MODELS, 'number-formats');
  const wanted = z
    .record(z.string(), z.object({ shape: z.array(z.int()), values: z.array(z.number()) }))
    .parse(readJsonFile(join(dir, 'golden.json')));
  const file = openSafetensors(join(dir, 'tensors.safetensors'));
  expect([...file.tensors.keys()].sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, { shape, values }] of Object.entries(wanted)) {
    expect([name, file.tensors.get(name)!.shape]).toEqual([name, shape]);
    expect([name, [...file.read(name)]]).toEqual([name, values]);
  }
  file.close();
});
