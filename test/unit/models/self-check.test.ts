// A model tried after import: what fails is named, each by a model in which it fails.
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { saveModel } from '#engine/formats/save.ts';
import { freshValues, modelFrom } from '#engine/model.ts';
import { trainBpe } from '#engine/tokenizer/bpe-trainer.ts';
import { readTokenizer } from '#engine/tokenizer/tokenizer.ts';
import { readConfig } from '#engine/formats/config.ts';
import { selfCheck, type SelfCheck } from '#models/self-check.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);
const at = join(dir, 'model');

const CONFIG = {
  model_type: 'llama',
  vocab_size: 300,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  max_position_embeddings: 64,
  eos_token_id: 0,
};

/** A model of our own, whose tokenizer reads every text. */
const made = (config: object = {}, blownUp = 1, files: Readonly<Record<string, string>> = {}) => {
  const configJson = { ...CONFIG, ...config };
  const tokenizer = readTokenizer(trainBpe(['the cat sat on the mat'], 264, ['<|end|>', '<|pad|>']));
  const plain = readConfig(configJson);
  const values = freshValues(plain, 1);
  for (const [name, value] of values)
    if (name === 'head.w')
      values.set(
        name,
        value.map((x) => x * blownUp),
      );
  const model = modelFrom(plain, tokenizer, values);
  saveModel(at, model, { configJson, files: new Map(Object.entries(files)) });
  model.dispose();
};
const states = (checks: readonly SelfCheck[]) => Object.fromEntries(checks.map(({ name, state }) => [name, state]));
const failing = async () => (await selfCheck(at, 'wasm')).filter(({ state }) => state !== 'holds');

beforeEach(() => rmSync(at, { recursive: true, force: true }));

describe('a model that was imported', () => {
  it('in order holds in everything', async () => {
    made();
    expect(await failing()).toEqual([]);
  });

  it('whose tokenizer loses letters is told which', async () => {
    cpSync(join(ROOT, 'test/golden/models/gpt2'), at, { recursive: true });
    const checks = await selfCheck(at, 'wasm');
    expect(states(checks)).toEqual({
      'texts come back': 'fails',
      'letters have tokens': 'fails',
      'logits are finite': 'holds',
      'answers can end': 'fails',
    });
    expect(checks[1]!.detail).toContain('ß');
  });

  it('whose tokenizer changes texts is told how', async () => {
    made();
    const json = readJsonFile(join(at, 'tokenizer.json'));
    writeFileSync(join(at, 'tokenizer.json'), JSON.stringify({ ...json, normalizer: { type: 'Lowercase' } }));
    const [lost, ...more] = await failing();
    expect(lost).toMatchObject({ name: 'texts come back', detail: expect.stringContaining('the quick') as unknown });
    expect(more).toEqual([]);
  });

  it('whose logits overflow is refused', async () => {
    made({}, 3e39);
    await expect(selfCheck(at, 'wasm')).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it('that never ends is told so', async () => {
    made({ eos_token_id: [] });
    expect(await failing()).toMatchObject([{ name: 'answers can end', state: 'fails' }]);
    made({ eos_token_id: 299 });
    expect(await failing()).toMatchObject([
      { name: 'answers can end', detail: expect.stringContaining('299') as unknown },
    ]);
  });

  it('whose chat ends otherwise than it says is told with what', async () => {
    const chat = (end: string) => `{% for m in messages %}{{ m.role }}: {{ m.content }}${end}{% endfor %}`;
    made({}, 1, { 'chat_template.jinja': chat('<|pad|>') });
    expect(await failing()).toMatchObject([
      { name: 'answers can end', detail: expect.stringContaining('<|pad|>') as unknown },
    ]);
    made({}, 1, { 'chat_template.jinja': chat('<|end|>\n') });
    expect(await failing()).toEqual([]);
  });

  it('without a backend is not run, and told so', async () => {
    made();
    const checks = await selfCheck(at, undefined);
    expect(states(checks)['logits are finite']).toBe('not-checked');
    expect(loadModel(at).config.vocabSize).toBe(300);
  });
});
