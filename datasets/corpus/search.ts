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
  /** The same of many keys at once, in their order; undefined for a key that more than `most` rows have. */
  rowsWithEach(keys: readonly string[], most?: number): Promise<readonly (readonly number[] | undefined)[]>;
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
  const rowsWith = (key: string): readonly number[] => postings.get(key) ?? [];
  return {
    size: entries.length,
    countOf: (key) => Promise.resolve(rowsWith(key).length),
    rowsWith: (key) => Promise.resolve(rowsWith(key)),
    rowsWithEach: (keys, most = Infinity) =>
      Promise.resolve(keys.map((key) => (rowsWith(key).length > most ? undefined : rowsWith(key)))),
    entries: (numbers) => Promise.resolve(numbers.map((number) => entries[number])),
  };
};
