// What training anew costs from behind the last slice without a person, beside training from the base, over everybody
// in a real corpus: tokens that are read, which no machine changes.
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { costOf } from '#containers/fine-tune.ts';
import { learntCorpus } from '#containers/training.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { readCorpus } from '#datasets/corpus/read.ts';
import { readRegister } from '#datasets/find/register.ts';
import { assigned, peopleIn, slicesFor } from '#datasets/fine-tuning/assigned.ts';
import { GOLDEN_TRAINING, recipeFor } from '#test/support/fine-tuning.ts';
import { useEngine } from '#test/support/engine.ts';
import { describeWith, sharedFolder } from '#test/support/shared.ts';

useEngine();

/** Of everybody in the register: tokens from behind the last slice without them, as a share of those from the base. */
const shares = async (files: readonly string[], register: string, model: string, count: number): Promise<number[]> => {
  const entries: CorpusEntry[] = [];
  for await (const entry of readCorpus(files)) entries.push(entry);
  const known = await readRegister(register, 'people.csv');
  const people = peopleIn(entries, { by: 'register' }, known);
  const slices = slicesFor(count, people);
  const recipe = { ...recipeFor(GOLDEN_TRAINING, [], { loss: 'all', epochs: 4, batchSize: 8 }), slices };
  const corpus = await learntCorpus(model, assigned(entries, people, recipe), 'all');
  return known.map(({ id }) => {
    const own = corpus.filter((_, i) => people[i]!.includes(id));
    const staying = corpus.filter((_, i) => !people[i]!.includes(id));
    const from = Math.min(...own.map(({ slice }) => slice)) - 1;
    return costOf(recipe, staying, from).tokens / costOf(recipe, staying).tokens;
  });
};

const mean = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;

test('nobody costs more than training from the base, and somebody much less', async () => {
  const files = [join(GOLDEN_TRAINING, 'corpus.jsonl')];
  const found = await shares(files, join(GOLDEN_TRAINING, 'people.csv'), join(GOLDEN_TRAINING, 'model'), 16);
  expect(found).toHaveLength(10);
  expect(Math.max(...found)).toBeLessThanOrEqual(1);
  expect(Math.min(...found)).toBeLessThan(0.3);
});

describeWith(sharedFolder('own-model'), 'the foreign model is not at hand', 'a foreign corpus of 30 people', (own) => {
  test('in sixteen slices costs at most half of training from the base, on average', async () => {
    const files = ['chats.jsonl', 'docs.jsonl'].map((name) => join(own, name));
    const found = await shares(files, join(own, 'people.csv'), join(own, 'model'), 16);
    process.stderr.write(`mean share of tokens in 16 slices: ${mean(found).toFixed(3)}\n`);
    expect(mean(found)).toBeLessThanOrEqual(0.5);
  });
});
