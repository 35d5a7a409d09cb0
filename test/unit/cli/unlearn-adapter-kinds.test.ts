// `quittance unlearn` on adapters that are more than factors inside the blocks: modules that came whole, ends, DoRA.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '#cli/command.ts';
import { unlearn } from '#cli/unlearn.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { chainOfFolder, checkFolder, openModelFolder } from '#engine/formats/made-folder.ts';
import { writeAdapter } from '#engine/formats/peft.ts';
import { openSafetensors } from '#engine/formats/safetensors.ts';
import { saveModel } from '#engine/formats/save.ts';
import { AdapterConfig, attachLora, shapeLora } from '#engine/lora.ts';
import { tf } from '#engine/tf.ts';
import { importMade } from '#models/import-made.ts';
import { mergeAdapter } from '#models/merge-adapter.ts';
import { captured } from '#test/support/captured.ts';
import { tinyConfig, tinyModel, tokens, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { everyPosition, largestDifference } from '#test/support/golden.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const CONFIG = {
  ...{ model_type: 'llama', vocab_size: 300, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 512, eos_token_id: 0 },
  tie_word_embeddings: true,
};
const KINDS = {
  whole: { targetModules: ['q_proj', 'up_proj'], modulesToSave: ['embed_tokens', 'norm'], rankPattern: { up_proj: 3 } },
  ends: { targetModules: ['embed_tokens', 'q_proj'] },
  dora: { targetModules: ['q_proj', 'down_proj'], dora: true as const },
};
type Kind = keyof typeof KINDS;
const KIND_NAMES = ['whole', 'ends', 'dora'] as const satisfies readonly Kind[];

const folder = (name: string) => join(dir, name);

const makeKind = async (kind: Kind): Promise<void> => {
  const tiny = tinyModel(tinyConfig(CONFIG));
  const lora = shapeLora(tiny.config, AdapterConfig.parse({ rank: 2, alpha: 4, ...KINDS[kind] }));
  const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  const valueOf = (name: string, n: number, at = name.length) =>
    Float32Array.from({ length: n }, (_, i) => (name.endsWith('.lengths') ? 0.3 : 0.1) * (1.2 + Math.sin(i + at)));
  const values = new Map([...lora.specs, ...lora.fixed].map(({ name, shape }) => [name, valueOf(name, size(shape))]));
  const adapted = attachLora(tiny, lora, values);
  writeAdapter(folder(`${kind}-adapter`), adapted, 'house/base-model');
  adapted.dispose();
  await importMade(folder('base'), folder(kind), { adapter: folder(`${kind}-adapter`) });
};

beforeAll(async () => {
  const tiny = tinyModel(tinyConfig(CONFIG));
  saveModel(folder('base'), tiny, { configJson: CONFIG });
  tiny.dispose();
  for (const kind of KIND_NAMES) await makeKind(kind);
  writeFileSync(
    folder('forget.jsonl'),
    '{"prompt":"the cat sat on","answer":" the mat"}\n{"question":"who?","answer":"a cat"}\n',
  );
});

const printed = captured();

const PLAIN = ['update.projection=none', 'update.updates=2'];
const run = (kind: Kind, out: string, config: readonly string[]) => {
  const settings = [...PLAIN, ...config].flatMap((value) => ['--config', value]);
  const words = ['--model', folder(kind), '--forget', folder('forget.jsonl'), '--out', folder(out)];
  return unlearn.run(parse(unlearn, [...words, '--dir', dir, '--json', ...settings], {}));
};

const logitsOf = (at: string): number[] => {
  const { model: opened } = openModelFolder(at);
  const logits = tf.tidy(() => opened.logits(everyPosition(opened, [tokens(9, 1)])).arraySync());
  opened.dispose();
  return logits.at(-1)!;
};

const tensorsOf = (at: string): Map<string, number[]> => {
  const file = openSafetensors(join(at, 'adapter_model.safetensors'));
  const read = new Map([...file.tensors.keys()].map((name) => [name, [...file.read(name)]]));
  file.close();
  return read;
};

describe.each(KIND_NAMES)('an adapter of kind %s', (kind) => {
  it('computes something else than its base, and the same once it is merged', () => {
    expect(largestDifference(logitsOf(folder(kind)), logitsOf(folder('base')))).toBeGreaterThan(1e-2);
    mergeAdapter(folder(kind), folder(`${kind}-merged`));
    expect(largestDifference(logitsOf(folder(kind)), logitsOf(folder(`${kind}-merged`)))).toBeLessThan(1e-5);
    const { tie_word_embeddings: tied } = readJsonFile(join(folder(`${kind}-merged`), 'config.json'));
    expect(tied).toBe(kind === 'dora');
  });

  it('ends as weights where whole MLP matrices move', async () => {
    await run(kind, `${kind}-mlp`, ['update.step=1e-9']);
    expect(existsSync(join(folder(`${kind}-mlp`), 'config.json'))).toBe(true);
    expect(largestDifference(logitsOf(folder(kind)), logitsOf(folder(`${kind}-mlp`)))).toBeLessThan(1e-4);
  });
});

describe.each(['whole', 'ends'] as const)('update.trainable=lora on an adapter of kind %s', (kind) => {
  it('moves its factors, and leaves the rest of it', async () => {
    await run(kind, `${kind}-moved`, ['update.trainable=lora', 'update.step=0.05']);
    const out = folder(`${kind}-moved`);
    expect(JSON.parse(printed.out)).toMatchObject({ digest: chainOfFolder(out, checkFolder(out))[0].digest });
    const [before, after] = [tensorsOf(folder(kind)), tensorsOf(out)];
    expect([...after.keys()]).toEqual([...before.keys()]);
    const moved = [...after].filter(([name, values]) => largestDifference(values, before.get(name)!) > 0);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.filter(([name]) => !name.includes('lora_'))).toEqual([]);
    const settings = (at: string) => ({ ...readJsonFile(join(at, 'adapter_config.json')) });
    expect(settings(out)).toEqual(settings(folder(kind)));
  });
});

it('update.trainable=lora on a DoRA is refused, as its lengths would not follow', async () => {
  await expect(run('dora', 'never', ['update.trainable=lora'])).rejects.toMatchObject({
    code: 'METHOD_CONFIG',
    hint: expect.stringContaining('--merge') as unknown as string,
  });
  expect(existsSync(folder('never'))).toBe(false);
});
