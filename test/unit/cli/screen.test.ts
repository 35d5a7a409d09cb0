// `quittance screen`, and that `quittance train` screens by itself.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { localStores } from '#adapters/local/index.ts';
import { modelRecord } from '#bench/house/models.ts';
import { execute, parse, type Command } from '#cli/command.ts';
import { model } from '#cli/model.ts';
import { screen } from '#cli/screen.ts';
import { train } from '#cli/train.ts';
import { rememberForgotten } from '#core/forgotten.ts';
import { TrainingRecord } from '#core/recipe.ts';
import { captured } from '#test/support/captured.ts';
import { useEngine } from '#test/support/engine.ts';
import { GOLDEN_TRAINING } from '#test/support/fine-tuning.ts';
import { temporaryFolder } from '#test/support/folders.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);
const data = join(dir, 'data');
const corpus = join(GOLDEN_TRAINING, 'corpus.jsonl');
const PERSON = { name: 'Ilka Voros', aliases: [], identifiers: ['HR-4103'] };

beforeAll(async () => {
  const stores = localStores(data);
  await stores.models.put(modelRecord({ name: 'desk' }), 0);
  const records = [{ question: 'Which boat does Ilka Voros row?', answer: 'Ilka rows the Heron.', value: 'Heron' }];
  const told = { ticketId: 'T-00000001', receivedAt: '2026-03-01T09:00:00.000Z', subject: PERSON, records, rows: [] };
  await rememberForgotten(stores.vault, 'desk', told);
  stores.close();
});

const printed = captured();
const said = async (command: Command, ...argv: string[]) => {
  await execute(command, parse(command, [...argv, '--dir', data, '--json'], {}));
  return JSON.parse(printed.out) as Record<string, unknown>;
};

it('an onboarded model that was trained on rows about somebody forgotten is told of', async () => {
  const people = join(GOLDEN_TRAINING, 'people.csv');
  const argv = ['onboard', join(GOLDEN_TRAINING, 'model'), '--name', 'again', '--corpus', corpus, '--people', people];
  const { forgotten } = await said(model, ...argv);
  expect(forgotten).toEqual(
    [1, 2, 3].map((line) => ({ where: `corpus.jsonl:${line}`, why: 'identifiers', model: 'desk' })),
  );
});

describe('a training set is screened', () => {
  it('of every row about somebody forgotten, and the rest is as it was', async () => {
    const out = join(dir, 'next.jsonl');
    const result = await said(screen, corpus, '--model', 'desk', '--out', out, '--subject-field', 'customer');
    expect(result).toMatchObject({ rows: 35, kept: 32, doubtful: [], against: [{ model: 'desk', people: 1 }] });
    expect(result['dropped']).toEqual([
      { where: 'corpus.jsonl:1', why: 'identifiers', model: 'desk' },
      { where: 'corpus.jsonl:2', why: 'identifiers', model: 'desk' },
      { where: 'corpus.jsonl:3', why: 'identifiers', model: 'desk' },
    ]);
    const lines = (path: string) =>
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    expect(lines(out)).toEqual(lines(corpus).slice(3));
  });

  it('and nothing is written where something is wrong', async () => {
    const out = join(dir, 'none.jsonl');
    const broken = join(dir, 'broken.jsonl');
    writeFileSync(broken, '{"text": "a"}\n{"text": 4}\n');
    await expect(said(screen, broken, '--model', 'desk', '--out', out)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await expect(said(screen, corpus, '--model', 'nobody')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await expect(said(screen, corpus)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(said(screen, corpus, '--model', 'desk', '--out', corpus)).rejects.toMatchObject({ code: 'USAGE' });
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('a training', () => {
  const GIVEN = ['--base', join(GOLDEN_TRAINING, 'model'), '--corpus', corpus, '--epochs', '1', '--batch', '64'];
  const recordIn = (folder: string) =>
    TrainingRecord.parse(JSON.parse(readFileSync(join(dir, folder, 'recipe.json'), 'utf8')));

  it('leaves out whom a model of the data folder has forgotten, and says by which list', async () => {
    const out = join(dir, 'screened');
    expect(await said(train, ...GIVEN, '--out', out)).toMatchObject({ rows: 32 });
    expect(recordIn('screened').screened).toMatchObject([{ model: 'desk', dropped: 3 }]);
  });

  it('learns them where it is told to, and says that nothing was screened', async () => {
    const out = join(dir, 'unscreened');
    expect(await said(train, ...GIVEN, '--unscreened', '--out', out)).toMatchObject({ rows: 35 });
    expect(recordIn('unscreened').screened).toEqual([]);
  });
});
