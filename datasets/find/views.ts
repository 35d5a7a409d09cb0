// Rows as a search reads them: each part of a row read once, however often it is asked.
import { textOf, type Form, type Text } from '#core/words/places.ts';
import type { CorpusEntry, RowPart } from '#datasets/corpus/row.ts';
import { partsOf } from '#datasets/corpus/row.ts';
import type { SearchableCorpus } from '#datasets/corpus/search.ts';

export interface PartView extends RowPart {
  readonly read: Text;
}

export interface RowView {
  readonly number: number;
  readonly entry: CorpusEntry;
  readonly parts: readonly PartView[];
  says(forms: readonly Form[]): boolean;
}

export type Views = (rows: Iterable<number>) => Promise<RowView[]>;

export const viewsOf = (corpus: SearchableCorpus): Views => {
  const known = new Map<number, RowView>();
  return async (rows) => {
    const numbers = [...rows];
    const missing = numbers.filter((number) => !known.has(number));
    const entries = await corpus.entries(missing);
    missing.forEach((number, i) => known.set(number, viewOf(number, entries[i]!)));
    return numbers.map((number) => known.get(number)!);
  };
};

export const viewOf = (number: number, entry: CorpusEntry): RowView => {
  const parts = partsOf(entry.row).map((part) => ({ ...part, read: textOf(part.text) }));
  return { number, entry, parts, says: (forms) => parts.some(({ read }) => forms.some((form) => read.says(form))) };
};

/** Rows that have all keys of any of the sets. */
export const rowsOf = async (corpus: SearchableCorpus, sets: readonly (readonly string[])[]): Promise<Set<number>> => {
  const found = new Set<number>();
  for (const keys of sets) {
    const postings = await Promise.all([...new Set(keys)].map((key) => corpus.rowsWith(key)));
    const [rarest, ...others] = postings.sort((a, b) => a.length - b.length);
    const sieves = others.map((rows) => new Set(rows));
    for (const row of rarest ?? []) if (sieves.every((rows) => rows.has(row))) found.add(row);
  }
  return found;
};
