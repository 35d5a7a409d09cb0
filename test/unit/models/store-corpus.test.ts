// The rows that are stored with a model are those that it was measured on: files may be written to while it is.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { memoryHarness, type Harness } from '#adapters/memory/ports.ts';
import { rowsDigest } from '#datasets/corpus/digest.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { withStoredCorpus, type StoredIndex } from '#models/store-corpus.ts';
import { entriesOf, streamed, textRow } from '#test/support/stored-corpora.ts';

let harness: Harness;
beforeEach(() => void (harness = memoryHarness()));

const ROWS = entriesOf([
  textRow('Selma Okafor (K-40011) lives at Rosenweg 4.'),
  textRow('Thea Vinterberg keeps bees.'),
]);

const measuredOn = async (entries: readonly CorpusEntry[]) => {
  const read = rowsDigest();
  for await (const entry of read.through(streamed(entries))) expect(entries).toContain(entry);
  return read.digest();
};
const stored = async (entries: readonly CorpusEntry[], use: (index: StoredIndex) => Promise<StoredIndex>) =>
  withStoredCorpus(
    harness.ports,
    'house',
    { rows: streamed(entries), measured: await measuredOn(ROWS), register: [], shared: new Set(), loss: 'assistant' },
    use,
  );

describe('rows that are stored', () => {
  it('have the digest of those that were measured', async () => {
    expect(await stored(ROWS, (index) => Promise.resolve(index))).toEqual({
      id: 'corpus-house-1',
      digest: await measuredOn(ROWS),
    });
  });

  it.each([
    ['fewer', ROWS.slice(1)],
    ['more', [...ROWS, ...ROWS.slice(0, 1)]],
    ['in another order', ROWS.toReversed()],
    ['none', []],
  ])('%s than were measured are refused, and no index is left', async (_, entries) => {
    const used: StoredIndex[] = [];
    const use = (index: StoredIndex) => (used.push(index), Promise.resolve(index));
    await expect(stored(entries, use)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'the files of the corpus changed while they were read',
    });
    expect(used).toEqual([]);
    await expect(harness.ports.vault.list('corpus-house-1')).rejects.toMatchObject({ code: 'VAULT_KEY_DESTROYED' });
  });
});
