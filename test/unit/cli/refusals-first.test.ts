// What is wrong with a second argument is said before the model is read. The model here would take for ever: its
// weights are no weights, so that a command which begins with them says another thing than the one that is asked for.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, parse } from '#cli/command.ts';
import { commands } from '#cli/commands.ts';
import { isQuittanceError } from '#core/errors.ts';
import { saveModel } from '#engine/formats/save.ts';
import { captured } from '#test/support/captured.ts';
import { TINY_JSON, tinyModel, useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';

useEngine();
captured();
const { dir, remove } = temporaryFolder();
afterAll(remove);
const at = (name: string) => join(dir, name);
const row = (question: string) => `${JSON.stringify({ question, answer: 'a cat' })}\n`;

beforeAll(() => {
  const model = tinyModel();
  saveModel(at('slow'), model, { configJson: TINY_JSON });
  model.dispose();
  writeFileSync(at('slow/model.safetensors'), 'no weights');
  writeFileSync(at('rows.jsonl'), [1, 2, 3].map((n) => row(`who ${n}?`)).join(''));
  writeFileSync(at('others.jsonl'), [4, 5, 6].map((n) => row(`who ${n}?`)).join(''));
  writeFileSync(at('one.jsonl'), row('who?'));
  writeFileSync(at('long.jsonl'), row('who?') + row('who '.repeat(5_000)));
  writeFileSync(at('bad.jsonl'), 'no line of JSON\n');
  writeFileSync(at('bad.json'), '{"kind":"something"}');
});

const SLOW = () => at('slow');
const rows = () => at('rows.jsonl');

/** The words behind a command, and what they must be refused for. */
const CASES: readonly (readonly [command: string, words: () => string[], code: string, said: RegExp])[] = [
  ['mia', () => [SLOW(), '--members', rows(), '--others', at('one.jsonl')], 'INVALID_INPUT', /--others has too few/],
  ['mia', () => [SLOW(), '--members', rows(), '--others', at('bad.jsonl')], 'INVALID_INPUT', /bad\.jsonl/],
  ['mia', () => [SLOW(), '--members', rows(), '--others', rows()], 'INVALID_INPUT', /are the same/],
  ['mia', () => [SLOW(), ...two(), '--reference', at('gone')], 'MODEL_NOT_FOUND', /gone/],
  ['mia', () => [SLOW(), ...two(), '--share', '2'], 'USAGE', /--share/],
  ['evaluate', () => [...model(), '--suite', at('bad.json'), ...out()], 'INVALID_INPUT', /suite/],
  ['attack', () => [SLOW(), '--forget', rows(), '--suite', at('bad.json')], 'INVALID_INPUT', /suite/],
  ['attack', () => [SLOW(), '--forget', at('bad.jsonl')], 'INVALID_INPUT', /bad\.jsonl/],
  ['unlearn', () => [...model(), '--forget', rows(), '--method', 'magic', ...out()], 'METHOD_UNKNOWN', /magic/],
  ['unlearn', () => [...model(), '--forget', rows(), '--suite', at('bad.json'), ...out()], 'INVALID_INPUT', /suite/],
  ['unlearn', () => [...model(), '--forget', rows(), '--retain', at('others.jsonl'), ...out()], 'USAGE', /--retain/],
  ['score', () => [...model(), '--pairs', rows(), '--suite', at('bad.json')], 'INVALID_INPUT', /suite/],
  ['score', () => [...model(), '--pairs', at('bad.jsonl')], 'INVALID_INPUT', /bad\.jsonl/],
  ['score', () => [...model(), '--pairs', at('long.jsonl')], 'INVALID_INPUT', /pair 2 is longer .* windows/],
  ['generate', () => [...model(), '--ids', 'one'], 'USAGE', /--ids/],
  ['generate', () => [...model(), '--ids', '[99999999]'], 'USAGE', /--ids/],
  ['generate', () => [...model(), '--chat', 'hello'], 'USAGE', /no chat template/],
  ['reveal', () => [SLOW(), '--subject', 'Ada Holt', ...out(), '--suite', at('bad.json')], 'INVALID_INPUT', /suite/],
  ['reveal', () => [SLOW(), '--subject', 'Ada Holt', ...out(), '--as', 'me'], 'USAGE', /--as/],
  ['train', () => ['--base', SLOW(), '--corpus', rows(), ...out(), '--lora', 'rank=none'], 'USAGE', /--lora/],
];
const two = () => ['--members', rows(), '--others', at('others.jsonl')];
const model = () => ['--model', SLOW()];
const out = () => ['--out', at('out')];

it.each(CASES)('%s refuses first what can be seen first: %#', async (name, words, code, said) => {
  const command = await commands.find((one) => one.name === name)!.load();
  try {
    await execute(command, parse(command, [...words(), '--dir', dir], {}));
    expect('it ran').toBe('refused');
  } catch (error) {
    if (!isQuittanceError(error)) throw error;
    expect([error.code, `${error.message} ${error.expected ?? ''} ${error.hint ?? ''}`]).toEqual([
      ...[code, expect.stringMatching(said)],
    ]);
  }
});

it('and then the model', async () => {
  const score = await commands.find((one) => one.name === 'score')!.load();
  await expect(execute(score, parse(score, [...model(), '--pairs', rows()], {}))).rejects.toMatchObject({
    code: 'WEIGHTS_INVALID',
  });
});
