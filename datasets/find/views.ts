// Rows as a search reads them: each part of a row read once, however often it is asked.
import { type RecordPart, partsOf } from '#core/training-record.ts';
import { textOf, type Form, type Text } from '#core/words/places.ts';
import { once } from '#core/words/streams.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import type { SearchableCorpus } from '#datasets/corpus/search.ts';
import { identifiersIn } from './identifiers.ts';
import { identifierOf, type Identifier } from './query.ts';

export interface PartView extends RecordPart {
  readonly read: Text;
  /** Numbers and addresses that could be one person's, as they stand in the text; made when first asked for. */
  identifiers(): readonly string[];
}

export interface RowView {
  readonly number: number;
  readonly entry: CorpusEntry;
  readonly parts: readonly PartView[];
  says(forms: readonly Form[]): boolean;
}

/** Without rows that were dropped since. */
export type Views = (rows: Iterable<number>) => Promise<RowView[]>;

export const viewsOf = (corpus: SearchableCorpus): Views => {
  const known = new Map<number, RowView>();
  return async (rows) => {
    const numbers = [...rows];
    const missing = numbers.filter((number) => !known.has(number));
    const entries = await corpus.entries(missing);
    entries.forEach((entry, i) => {
      if (entry) known.set(missing[i]!, viewOf(missing[i]!, entry));
    });
    return numbers.flatMap((number) => known.get(number) ?? []);
  };
};

export const viewOf = (number: number, entry: CorpusEntry): RowView => {
  const parts = partsOf(entry.row).map((part): PartView => {
    const read = textOf(part.text);
    return { ...part, read, identifiers: once(() => identifiersIn(read)) };
  });
  return { number, entry, parts, says: (forms) => parts.some(({ read }) => forms.some((form) => read.says(form))) };
};

/** Rows that have all keys of any of the sets. */
export const rowsOf = async (corpus: SearchableCorpus, sets: readonly (readonly string[])[]): Promise<Set<number>> => {
  const found = new Set<number>();
  for (const keys of sets) {
    const counted = await Promise.all(
      [...new Set(keys)].map(async (key) => ({ key, count: await corpus.countOf(key) })),
    );
    let left: readonly number[] | undefined;
    for (const { key } of counted.sort((a, b) => a.count - b.count)) {
      if (left?.length === 0) break; // what a frequent word would add need not be read
      const rows = await corpus.rowsWith(key);
      const sieve = left && new Set(left); // of the fewer: a frequent word may be in every row
      left = sieve ? rows.filter((row) => sieve.has(row)) : rows;
    }
    for (const row of left ?? []) found.add(row);
  }
  return found;
};

/** Each text is read once: a person's rows say the same few numbers again and again. */
export const identifiersOf = (views: readonly RowView[]): Identifier[] => {
  const known = new Map<string, Identifier | undefined>();
  const identifierIn = (text: string): Identifier | undefined => {
    if (!known.has(text)) known.set(text, identifierOf(text));
    return known.get(text);
  };
  const texts = views.flatMap(({ parts }) => parts.flatMap((part) => part.identifiers()));
  return texts.flatMap((text) => identifierIn(text) ?? []);
};
