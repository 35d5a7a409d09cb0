// A conversation put to a model with a chat template of its own: `generate --chat` and the deployed model continue
// exactly what the template renders.
import { afterAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFolder } from '#adapters/local/pointer-serving.ts';
import { execute, parse } from '#cli/command.ts';
import { generate } from '#cli/generate.ts';
import { servedModels } from '#server/served-models.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { generate as continuation } from '#engine/generate.ts';
import type { Model } from '#engine/model.ts';
import type { Digest } from '#core/canonical.ts';
import type { ModelRegistry, ServingTarget } from '#core/ports.ts';
import { captured } from '#test/support/captured.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const DIGEST: Digest = `sha256:${'c'.repeat(64)}`;
const TEMPLATE =
  "{% for m in messages %}{{ m['role'][0] }}:{{ m['content'] }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}a:{% endif %}";
const GOLDEN = join(ROOT, 'test/golden/models/llama3');

const serving = join(dir, 'serving');
const [plain, chatty] = [GOLDEN, modelFolder(serving, DIGEST)];
mkdirSync(join(serving, 'models'), { recursive: true });
cpSync(GOLDEN, chatty, { recursive: true });
writeFileSync(join(chatty, 'tokenizer_config.json'), JSON.stringify({ chat_template: TEMPLATE, eos_token: '|' }));

const printed = captured();

/** What the model says after a text as it stands. */
const after = (text: string): { ids: number[]; text: string; ended: boolean } => {
  const model: Model = loadModel(chatty);
  const [result] = continuation(model, [model.tokenizer.encode(text)], { maxTokens: 5 });
  const said = model.tokenizer.decode(result!.ids);
  model.dispose();
  return { ids: result!.ids, text: said, ended: result!.ended };
};

const ask = (...argv: string[]) => execute(generate, parse(generate, [...argv, '--max', '5', '--json'], {}));

describe('generate --chat', () => {
  it('takes a system prompt, as text or from a file, and turns', async () => {
    const file = join(dir, 'system.txt');
    writeFileSync(file, 'Be brief.\n');
    for (const system of ['Be brief.', file]) {
      printed.out = '';
      await ask('--model', chatty, '--system', system, '--chat', 'Hi', '--chat', 'Yes?', '--chat', 'Who');
      expect(JSON.parse(printed.out)).toMatchObject(after('s:Be brief.|u:Hi|a:Yes?|u:Who|a:'));
    }
  });

  it.each([
    ['turns that end with the model’s own', ['--chat', 'Hi', '--chat', 'Yes?'], /last turn/],
    ['a system prompt for a text', ['--prompt', 'Hi', '--system', 'x'], /--system is read beside --chat alone/],
  ])('refuses %s before the model is read', async (_, argv, message) => {
    await expect(ask('--model', join(dir, 'none'), ...argv)).rejects.toThrow(message);
  });

  it('continues what the template renders, special tokens as the tokenizer names them', async () => {
    await ask('--model', chatty, '--chat', 'Hi');
    expect(JSON.parse(printed.out)).toMatchObject(after('u:Hi|a:'));
    expect(after('u:Hi|a:')).not.toEqual(after('Hi'));
  });

  it('says whether the model ended by itself', async () => {
    const { ids } = after('u:Hi|a:');
    const ending = join(dir, 'ending');
    cpSync(chatty, ending, { recursive: true });
    const config = { ...readJsonFile(join(chatty, 'config.json')), eos_token_id: ids[2] };
    writeFileSync(join(ending, 'config.json'), JSON.stringify(config));
    await ask('--model', ending, '--chat', 'Hi');
    expect(JSON.parse(printed.out)).toMatchObject({ ids: ids.slice(0, ids.indexOf(ids[2]!)), ended: true });
  });

  it('is refused where the model has no template', () =>
    expect(ask('--model', plain, '--chat', 'Hi')).rejects.toMatchObject({ code: 'USAGE' }));
});

describe('a deployed model', () => {
  const target = {
    serving: { served: () => Promise.resolve({ digest: DIGEST }) } as unknown as ServingTarget,
    models: {} as ModelRegistry,
  };
  const OPTIONS = { maxTokens: 5, temperature: 0, seed: 0 };
  const talk = [
    { role: 'system', content: 'No.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Ho' },
    { role: 'user', content: 'So?' },
  ];

  it('reads the whole conversation in its template', async () => {
    const models = servedModels(dir, target);
    const said = await models.complete('house', talk, OPTIONS);
    models.close();
    const rendered = 's:No.|u:Hi|a:Ho|u:So?|a:';
    expect(said.text).toBe(after(rendered).text.trim());
  });

  it('whose template refuses the roles says so, and answers the next', async () => {
    const refusing = `{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}${TEMPLATE}`;
    writeFileSync(join(chatty, 'chat_template.jinja'), refusing);
    const models = servedModels(dir, target);
    await expect(models.complete('house', talk, OPTIONS)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect((await models.complete('house', talk.slice(1), OPTIONS)).completionTokens).toBeGreaterThan(0);
    models.close();
  });
});
