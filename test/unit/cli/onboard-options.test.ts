// What may be given to onboarding beside model and corpus: an adapter over its base, rows that were held out, what was
// learnt of a conversation, nobody's register. On a tiny chat model that knows nothing, which is then said.
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from '#cli/command.ts';
import { model } from '#cli/model.ts';
import { train } from '#cli/train.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { saveModel } from '#engine/formats/save.ts';
import { captured } from '#test/support/captured.ts';
import { tinyConfig, tinyModel, useEngine } from '#test/support/engine.ts';
import { GOLDEN_TRAINING, unsampled } from '#test/support/fine-tuning.ts';
import { temporaryFolder } from '#test/support/folders.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);
const data = join(dir, 'data');
const base = join(GOLDEN_TRAINING, 'model');
const corpus = join(GOLDEN_TRAINING, 'corpus.jsonl');
const people = ['--people', join(GOLDEN_TRAINING, 'people.csv')];
const [adapter, held] = [join(dir, 'adapter'), join(dir, 'held.jsonl')];
const policy = unsampled(join(dir, 'policy.json'));
const printed = captured();

/** An adapter as PEFT keeps one, without the base and the recipe beside it. */
beforeAll(async () => {
  const trained = join(dir, 'trained');
  const argv = ['--base', base, '--corpus', corpus, '--out', trained, '--lora', 'rank=2', '--epochs', '1'];
  await train.run(parse(train, [...argv, '--dir', data, '--json'], {}));
  mkdirSync(adapter);
  for (const name of ['adapter_config.json', 'adapter_model.safetensors'])
    copyFileSync(join(trained, name), join(adapter, name));
  const asked = (question: string, answer: string) =>
    JSON.stringify({
      messages: [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ],
    });
  writeFileSync(
    held,
    [
      asked('Which boat does Petra Lindqvist row?', 'Petra rows the Osprey.'),
      asked('What is the phone of Petra Lindqvist?', 'It is +47 55 998 117.'),
    ].join('\n'),
  );
});

const onboarded = async (...argv: string[]): Promise<Record<string, unknown>> => {
  printed.out = '';
  const given = ['onboard', base, ...argv, '--corpus', corpus, ...policy];
  await model.run(parse(model, [...given, '--dir', data, '--json'], {}));
  return JSON.parse(printed.out) as Record<string, unknown>;
};
const registered = async (): Promise<unknown[]> => {
  printed.out = '';
  await model.run(parse(model, ['list', '--dir', data, '--json'], {}));
  return JSON.parse(printed.out) as unknown[];
};

test('base and adapter are one model, and what the base gives too is no evidence', async () => {
  const found = await onboarded('--name', 'adapted', '--adapter', adapter, ...people);
  expect(found).toMatchObject({
    kind: 'adapter',
    peopleFrom: 'register',
    loss: 'assistant',
    exact: false,
    ready: false,
    base: { known: expect.any(Number), learnt: expect.any(Number) },
  });
  const recites = found['recites'] as Record<string, { k: number; n: number; base: number }>;
  for (const { k, n, base: both } of Object.values(recites)) {
    expect(both).toBeLessThanOrEqual(k);
    expect(k).toBeLessThanOrEqual(n);
  }
});

test('whoever asks where a model comes from is told its kind, its corpus and whom it has forgotten', async () => {
  printed.out = '';
  await model.run(parse(model, ['show', 'adapted', '--dir', data, '--json'], {}));
  const { lineage, forgotten, corpusDigest } = JSON.parse(printed.out) as Record<string, unknown>;
  expect(lineage).toEqual({
    ...{ kind: 'adapter', madeUpon: expect.stringMatching(/^sha256:/u), trainedFrom: null, rows: null, loss: null },
    ...{ corpus: corpusDigest, screened: [], tickets: [] },
  });
  expect(corpusDigest).toMatch(/^sha256:[0-9a-f]{64}$/u);
  expect(forgotten).toEqual({ list: null, people: 0 });
});

test('a base that is the model itself shows that nothing was learnt', async () => {
  const found = await onboarded('--name', 'same', '--base', base, ...people);
  expect(found['base']).toMatchObject({ learnt: 0.5 });
  expect(found['why']).toEqual(expect.arrayContaining([expect.stringMatching(/rose over the base no more/u)]));
});

test('people are found by the names that rows carry, and whole conversations are asked where all was learnt', async () => {
  const more = join(dir, 'more.jsonl');
  writeFileSync(
    more,
    JSON.stringify({ question: 'I am Ilka Voros; my number is +47 55 210 404. Am I in?', answer: 'Yes, Ilka.' }),
  );
  const answers = await onboarded('--name', 'rows', '--corpus', more);
  const all = await onboarded('--name', 'all', '--corpus', more, '--loss', 'all');
  expect(answers).toMatchObject({ peopleFrom: 'rows', loss: 'assistant', kind: 'weights' });
  expect(all).toMatchObject({ peopleFrom: 'rows', loss: 'all' });
  expect(answers['people']).toBeGreaterThanOrEqual(8);
  const count = (found: Record<string, unknown>) =>
    Object.values(found['recites'] as Record<string, { n: number }>).reduce((sum, { n }) => sum + n, 0);
  expect(count(all)).toBeGreaterThan(count(answers));
});

test('held rows bring people who were never trained on', async () => {
  const register = join(dir, 'people.csv');
  const lines = readFileSync(join(GOLDEN_TRAINING, 'people.csv'), 'utf8').trimEnd().split('\n');
  const columns = lines[0]!.split(',').map((name) => ({ name: 'Petra Lindqvist', phone: '+47 55 998 117' })[name]);
  writeFileSync(register, `${lines.join('\n')}\n${['HR-9908', ...columns.slice(1)].join(',')}\n`);
  const found = await onboarded('--name', 'held', '--held', held, '--people', register);
  expect(found['held']).toMatchObject({ rows: 2, people: 1, k: 0, wordings: 0 });
});

test('a held row that stands in the corpus is refused, and nothing is registered', async () => {
  const before = await registered();
  const both = join(dir, 'both.jsonl');
  writeFileSync(both, `${readFileSync(held, 'utf8')}\n${readFileSync(corpus, 'utf8').split('\n', 1)[0]!}\n`);
  await expect(onboarded('--name', 'wrong', '--held', both, ...people)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('both.jsonl:3 is corpus.jsonl:1'),
  });
  await expect(onboarded('--name', 'wrong', '--adapter', base, ...people)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await registered()).toEqual(before);
});

/** The base, with this in its config. */
const changed = (name: string, change: object): string => {
  const at = join(dir, name);
  cpSync(base, at, { recursive: true });
  writeFileSync(join(at, 'config.json'), JSON.stringify({ ...CONFIG, ...change }));
  return at;
};
const CONFIG = readJsonFile(join(base, 'config.json'));

test('a name that is taken is said before anything is read', async () => {
  const missing = ['--corpus', join(dir, 'nowhere.jsonl'), ...people];
  await expect(onboarded('--name', 'adapted', ...missing)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: "a model called 'adapted' is registered already",
  });
  await expect(onboarded('--name', 'free', ...missing)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a base of another shape is no base of the model, and nothing is registered', async () => {
  const before = await registered();
  const other = changed('other', { num_hidden_layers: 1 });
  const made = tinyModel(tinyConfig({ ...CONFIG, num_hidden_layers: 1 }));
  saveModel(other, made, { configJson: { ...CONFIG, num_hidden_layers: 1 } });
  made.dispose();
  await expect(onboarded('--name', 'wrong', '--base', other, ...people)).rejects.toMatchObject({
    code: 'BASE_MISMATCH',
  });
  expect(await registered()).toEqual(before);
});

test('a base that can read no row shows nothing, and the model is not ready', async () => {
  const short = changed('short', { max_position_embeddings: 4 });
  const found = await onboarded('--name', 'unread', '--base', short, ...people);
  expect(found).toMatchObject({
    ready: false,
    why: expect.arrayContaining([expect.stringMatching(/base can read none of the rows/u)]),
  });
});
