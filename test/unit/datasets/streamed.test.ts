// Rows go by one at a time: of a corpus that is screened, compared or drawn from, however large, none is held but those
// that are kept. Counted are rows that the collector of garbage leaves, when two thousand have gone by.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { counted } from '#core/collected.ts';
import { commitTo } from '#core/recipe.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { withCorpusOf } from '#datasets/corpus/scratch.ts';
import { screened, type Screening } from '#datasets/corpus/screen.ts';
import { findPerson } from '#datasets/find/find.ts';
import { requireRecorded } from '#datasets/fine-tuning/assigned.ts';
import { rowDigest } from '#datasets/fine-tuning/slices.ts';
import { sharedIn } from '#datasets/onboard/people.ts';
import { sampledCorpus } from '#datasets/onboard/sampled.ts';

setFlagsFromString('--expose-gc');
const collect = z.custom<() => void>((value) => typeof value === 'function').parse(runInNewContext('gc'));

const ROWS = 2_000;
const entryOf = (i: number): CorpusEntry => ({
  row: { kind: 'text', text: `Shelf ${i} is full.`, from: 0 },
  where: `rows:${i}`,
});

/** How many of the rows are left behind the last one, while whoever reads them is not done. */
const heldBy = async (read: (rows: AsyncIterable<CorpusEntry>) => Promise<unknown>): Promise<number> => {
  let held = ROWS;
  const rows = async function* (): AsyncGenerator<CorpusEntry> {
    const made: WeakRef<CorpusEntry>[] = [];
    for (let i = 0; i < ROWS; i++) {
      const entry = entryOf(i);
      made.push(new WeakRef(entry));
      yield entry;
    }
    await new Promise(setImmediate); // what a turn of the loop has seen stays until it ends
    collect();
    held = made.filter((one) => one.deref() !== undefined).length;
  };
  await read(rows());
  return held;
};

/** The last ones may still be in somebody's hands. */
const FEW = 10;

test('a screening holds no row', async () => {
  const found: Screening = { dropped: [], doubtful: [] };
  const held = await heldBy((rows) => counted(screened(rows, [], found)));
  expect(held).toBeLessThan(FEW);
});

test('a recorded training is found again without holding its rows', async () => {
  const digests = Array.from({ length: ROWS }, (_, i) => [rowDigest(entryOf(i).row), 0] as const);
  const committed = commitTo('ab'.repeat(32), digests);
  expect(await heldBy((rows) => requireRecorded(rows, committed))).toBeLessThan(FEW);
});

test('a draw holds what it drew', async () => {
  const register = [{ id: 'K-77120', name: 'Thea Vinterberg', aliases: [], values: [] }];
  const held = await heldBy((rows) => sampledCorpus(rows, register, 'a', 50));
  expect(held).toBeGreaterThanOrEqual(50);
  expect(held).toBeLessThan(50 + FEW);
});

test('a search through files holds none but those that it finds', async () => {
  const query = { names: ['Thea Vinterberg'], mails: [], phones: [], ids: [] };
  expect(await heldBy((rows) => withCorpusOf(rows, (corpus) => findPerson(corpus, query)))).toBeLessThan(FEW);
});

test('values that are nobody’s own are counted without holding a row', async () => {
  const register = [{ id: 'K-77120', name: 'Thea Vinterberg', aliases: [], values: [] }];
  expect(await heldBy((rows) => sharedIn(rows, register))).toBeLessThan(FEW);
});

test('and whoever holds all is found out', async () => {
  const all: CorpusEntry[] = [];
  const held = await heldBy(async (rows) => {
    for await (const entry of rows) all.push(entry);
  });
  expect(held).toBe(ROWS);
});
