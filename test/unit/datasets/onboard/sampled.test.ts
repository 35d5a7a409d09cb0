// A corpus as onboarding holds it: all rows about people, a draw of the others.
import { expect, test } from '@jest/globals';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { rowsIn, sampledCorpus } from '#datasets/onboard/sampled.ts';
import { addMoments, type CorpusMoments } from '#engine/corpus-moments.ts';

const REGISTER = [{ id: 'K-77120', name: 'Thea Vinterberg', aliases: [], values: [] }];
const entries = Array.from({ length: 300 }, (_, i): CorpusEntry => ({
  row: { kind: 'text', text: i % 10 === 0 ? `Thea Vinterberg counted ${i} boxes.` : `Shelf ${i} is full.`, from: 0 },
  where: `rows:${i}`,
}));

test('every row about somebody is there, and of the others as many as are drawn, each standing for its share', async () => {
  const corpus = await sampledCorpus(entries, REGISTER, 'a', 60);
  const [own, others] = [0, 1].map((which) =>
    corpus.entries.filter((_entry, i) => Number(corpus.others.has(i)) === which).map(({ where }) => where),
  );
  expect(own).toEqual(entries.filter((_entry, i) => i % 10 === 0).map(({ where }) => where));
  expect([new Set(others).size, corpus.weight, rowsIn(corpus)]).toEqual([60, 270 / 60, 300]);
  const places = corpus.entries.map(({ where }) => Number(where.slice(5)));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  const again = await sampledCorpus(entries, REGISTER, 'a', 60);
  expect(again.entries).toEqual(corpus.entries);
  const half = others!.filter((where) => Number(where.slice(5)) < 150).length;
  expect(half).toBeGreaterThan(15); // drawn from the whole length, not from its beginning
  expect(half).toBeLessThan(45);
});

test('where no more are there than are held, all are, and each stands for itself', async () => {
  const corpus = await sampledCorpus(entries, REGISTER, 'a');
  expect([corpus.entries, corpus.weight]).toEqual([entries, 1]);
});

test('moments of drawn rows are added as often as they stand for', () => {
  const moments = (sum: number[], count: number): CorpusMoments =>
    new Map([['layers.0.gate.w', { size: 1, sum: Float64Array.from(sum), count }]]);
  expect(addMoments(moments([3], 2), moments([1], 4), 2.5)).toEqual(moments([5.5], 12));
  expect(addMoments(new Map(), moments([1], 4), 2)).toEqual(moments([2], 8));
});
