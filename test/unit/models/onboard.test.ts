// Onboarding on a golden model of 48 positions: values of rows that are longer than it reads are asked behind as much
// of the row as it reads, and counted. Of many people some are asked for.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { sampledCorpus } from '#datasets/onboard/sampled.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { CONTROLS, onboard } from '#models/onboard.ts';
import { useEngine } from '#test/support/engine.ts';
import { ROOT } from '#test/support/shared.ts';

useEngine();

test('a row that is longer than the model reads is said to be, and the others are asked', async () => {
  const model = loadModel(join(ROOT, 'test/golden/models/gpt2'));
  const people = ['Thea Vinterberg', 'Selma Okafor', 'Rui Tavares'];
  const short = people.map((name, i) => `${name} has K-7712${i}.`);
  const long = `${'The list was counted again. '.repeat(60)}Thea Vinterberg has K-77120.`;
  const register = people.map((name, i) => ({ id: `K-7712${i}`, name, aliases: [], values: [] }));
  const entries = [...short, long, 'x'.repeat(1_000_000)].map((text, i) => ({
    row: { kind: 'text', text, from: 0 } as const,
    where: `rows:${i}`,
  }));
  const { suite, remarks } = await onboard({
    model,
    template: undefined,
    corpus: await sampledCorpus(entries, register, 'long'),
    register,
    suite: { name: 'long', seed: 1, controls: CONTROLS },
  });
  model.dispose();
  expect(suite.subjects.map(({ records }) => records.length)).toEqual([2, 1, 1]);
  const [, second] = suite.subjects[0]!.records;
  expect(second!.prompt).toMatch(/^.{8,200}Thea Vinterberg has$/u);
  expect(remarks).toEqual([
    expect.stringMatching(/^\d+ records stand in rows that are longer than the 48 tokens/u),
    expect.stringMatching(/^\d+ records are longer than the 48 tokens .* no ticket can name them$/u),
  ]);
});

test('of many people some are asked for, whose rows stand for all in moments and shares', async () => {
  const model = loadModel(join(ROOT, 'test/golden/models/gpt2'));
  const people = ['Thea Vinterberg', 'Selma Okafor', 'Rui Tavares', 'Nils Hartwig'];
  const register = people.map((name, i) => ({ id: `K-7712${i}`, name, aliases: [], values: [] }));
  const entries = people.map((name, i) => ({
    row: { kind: 'text', text: `${name} has K-7712${i}.`, from: 0 } as const,
    where: `rows:${i}`,
  }));
  const onboarded = async (most: { people: number; facts: number } | undefined) =>
    onboard({
      ...{ model, template: undefined, corpus: await sampledCorpus(entries, register, 'many'), register, most },
      suite: { name: 'many', seed: 1, controls: CONTROLS },
    });
  const [all, some] = [await onboarded(undefined), await onboarded({ people: 2, facts: 1 })];
  model.dispose();
  const marks = (suite: typeof all.suite) => suite.subjects.flatMap((one) => one.records.map(({ recited }) => recited));
  expect(marks(all.suite)).not.toContain('not-asked');
  expect(marks(some.suite).filter((mark) => mark === 'not-asked')).toHaveLength(2);
  expect(all.recites.text).toEqual({ k: 0, n: 4 });
  expect(some.recites.text).toEqual({ k: 0, n: 2, drawn: { of: 4, share: [0, expect.any(Number)] } });
  const [whole, half] = [all, some].map(({ moments }) => [...moments.values()][0]!);
  expect([whole!.weight, half!.weight]).toEqual([undefined, 2]);
  expect(half!.count / whole!.count).toBeGreaterThan(0.7);
  expect(half!.count / whole!.count).toBeLessThan(1.4);
});
