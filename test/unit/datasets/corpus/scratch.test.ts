// Files as a search looks through them: the same rows by the same keys as in memory, in a folder that nobody can read
// and that goes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { withCorpusOf } from '#datasets/corpus/scratch.ts';
import { corpusInMemory } from '#datasets/corpus/search.ts';
import { findPerson } from '#datasets/find/find.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir: own, remove } = temporaryFolder();
afterAll(remove);
afterEach(() => expect(readdirSync(own)).toEqual([]));

const entries = Array.from({ length: 400 }, (_, i): CorpusEntry => ({
  row: { kind: 'text', text: i % 40 === 7 ? `Thea Vinterberg (K-77120) counted ${i}.` : `Shelf ${i}.`, from: 0 },
  where: `rows:${i}`,
  ...(i % 80 === 7 && { subject: 'K-77120' }),
}));
const streamed = async function* (): AsyncGenerator<CorpusEntry> {
  yield* entries;
};
const QUERY = { names: ['Thea Vinterberg'], mails: [], phones: [], ids: ['K-77120'] };

test('finds what memory finds, and nothing in its folder can be read', async () => {
  const inMemory = await findPerson(await corpusInMemory(entries), QUERY);
  const hits = await withCorpusOf(
    streamed(),
    async (corpus) => {
      const [folder] = readdirSync(own);
      const bytes = readdirSync(join(own, folder!)).map((name) => readFileSync(join(own, folder!, name), 'latin1'));
      expect(bytes.length).toBeGreaterThan(2);
      expect(bytes.filter((text) => /Vinterberg|Shelf|K-77120/.test(text))).toEqual([]);
      return (await findPerson(corpus, QUERY)).hits;
    },
    own,
  );
  expect(hits.map(({ view, reasons, certainty }) => [view.entry, reasons, certainty])).toEqual(
    inMemory.hits.map(({ view, reasons, certainty }) => [view.entry, reasons, certainty]),
  );
  expect(hits).toHaveLength(10);
});

test('the folder goes where a row is wrong, and where the search fails', async () => {
  const wrong = async function* (): AsyncGenerator<CorpusEntry> {
    yield entries[0]!;
    await Promise.resolve();
    throw new Error('line 2');
  };
  await expect(withCorpusOf(wrong(), () => Promise.resolve(1), own)).rejects.toThrow('line 2');
  await expect(withCorpusOf(streamed(), () => Promise.reject(new Error('no')), own)).rejects.toThrow('no');
});
