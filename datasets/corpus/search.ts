// The rows of a corpus with what they can be looked up by. Held in memory where a command reads the files itself;
// stored.ts reads the same from the installation.
import type { CorpusEntry } from './row.ts';
import { keysOfEntry } from './keys.ts';

export interface SearchableCorpus {
  readonly size: number;
  /** How many rows have a key: what it would cost to ask which. */
  countOf(key: string): Promise<number>;
  /** Numbers of the rows that have a key, ascending. */
  rowsWith(key: string): Promise<readonly number[]>;
  /** Rows by number, in the order asked; undefined where a row was dropped since. */
  entries(rows: readonly number[]): Promise<readonly (CorpusEntry | undefined)[]>;
}

export const corpusInMemory = async (
  rows: AsyncIterable<CorpusEntry> | Iterable<CorpusEntry>,
): Promise<SearchableCorpus> => {
  const entries: CorpusEntry[] = [];
  const postings = new Map<string, number[]>();
  for await (const entry of rows) {
    for (const key of keysOfEntry(entry)) {
      const found = postings.get(key);
      if (found) found.push(entries.length);
      else postings.set(key, [entries.length]);
    }
    entries.push(entry);
  }
  return {
    size: entries.length,
    countOf: (key) => Promise.resolve(postings.get(key)?.length ?? 0),
    rowsWith: (key) => Promise.resolve(postings.get(key) ?? []),
    entries: (numbers) => Promise.resolve(numbers.map((number) => entries[number])),
  };
};
