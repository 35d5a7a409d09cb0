// Takes a person's rows out of an encrypted index: rows of theirs alone are dropped, and in rows that speak of others
// too their values are blotted out. Both change the pages that lead there, so that a guess finds nothing.
// Trap: a crash may come at any point, and the same call must then finish the work: pages first, since only the row as
// it was tells which; then blocks; the key by which a row is found again comes last.
import { z } from 'zod';
import { grouped } from '../grouped.ts';
import type { Vault } from '../ports.ts';
import {
  blockBytes,
  blockName,
  decodePage,
  encodePage,
  keysOfIndexed,
  pageName,
  pageOf,
  placeKey,
  taggerOf,
  type Head,
  type IndexedRow,
  type Posting,
} from './format.ts';
import { blockFrom, blockOf, openIndex, postingSecret, type IndexReader } from './read.ts';

/** A row by its place in the corpus; with spans, what in it is the person's while the rest stays. */
export const PersonalRow = z.strictObject({
  id: z.string().min(1).max(1_000),
  spans: z
    .array(z.strictObject({ part: z.int().nonnegative(), start: z.int().nonnegative(), end: z.int().nonnegative() }))
    .min(1)
    .max(1_000)
    .optional(),
});
export type PersonalRow = z.infer<typeof PersonalRow>;

/** Those of one case. Returns how many rows were changed. */
export const dropRows = async (
  vault: Vault,
  id: string,
  caseId: string,
  rows: readonly PersonalRow[],
): Promise<number> => {
  const index = await openIndex(vault, id);
  const tag = taggerOf(await postingSecret(vault, id));
  const found = await foundRows(index, rows, caseId);
  const changes = found.flatMap(({ number, was, will }) => {
    const [before, after] = [keysOf(was), keysOf(will)];
    return [
      ...[...before].filter((key) => !after.has(key)).map((key) => ({ tag: tag(key), number, add: false })),
      ...[...after].filter((key) => !before.has(key)).map((key) => ({ tag: tag(key), number, add: true })),
    ];
  });
  await changePages(vault, id, index.head, changes);
  await changeBlocks(vault, id, index.head, found);
  const gone = found.filter(({ will }) => will === null);
  const places = gone.map(({ number, place }) => ({ tag: tag(placeKey(place)), number, add: false }));
  await changePages(vault, id, index.head, places);
  return found.length;
};

interface Found {
  readonly number: number;
  readonly place: string;
  /** null where an earlier call that died has dropped it. */
  readonly was: IndexedRow | null;
  readonly will: IndexedRow | null;
}

const foundRows = async (index: IndexReader, rows: readonly PersonalRow[], caseId: string): Promise<Found[]> => {
  const found: Found[] = [];
  for (const { id: place, spans } of rows) {
    const numbers = await index.rowsWith(placeKey(place));
    const stored = await index.rows(numbers);
    numbers.forEach((number, i) => {
      const was = stored[i] ?? null;
      if (was !== null && (was.where !== place || was.without?.includes(caseId))) return; // another's, or done
      found.push({ number, place, was, will: was && spans ? blotted(was, spans, caseId) : null });
    });
  }
  return found;
};

const BLOT = '▇';

/** As long as before, so that spans of others' cases still fit. */
const blotted = (row: IndexedRow, spans: NonNullable<PersonalRow['spans']>, caseId: string): IndexedRow => ({
  ...row,
  texts: row.texts.map((text, part) =>
    spans
      .filter((span) => span.part === part)
      .reduce((left, { start, end }) => {
        const until = Math.min(end, left.length);
        return start < until ? left.slice(0, start) + BLOT.repeat(until - start) + left.slice(until) : left;
      }, text),
  ),
  without: [...(row.without ?? []), caseId],
});

/** Without the key by which the row is found again, which goes last. */
const keysOf = (row: IndexedRow | null): Set<string> =>
  new Set(row === null ? [] : keysOfIndexed(row).filter((key) => key !== placeKey(row.where)));

interface Change {
  readonly tag: number;
  readonly number: number;
  readonly add: boolean;
}

const changePages = async (vault: Vault, id: string, head: Head, changes: readonly Change[]): Promise<void> => {
  for (const [page, own] of grouped(changes, (change) => pageOf(change.tag, head))) {
    const postings = new Map(decodePage(await vault.get(id, pageName(page))));
    for (const { tag, number, add } of own) {
      const rows = (postings.get(tag) ?? []).filter((row) => row !== number);
      const left = add ? [...rows, number].sort((a, b) => a - b) : rows;
      if (left.length > 0) postings.set(tag, left);
      else postings.delete(tag);
    }
    const sorted: Posting[] = [...postings].sort(([a], [b]) => a - b);
    await vault.put(id, pageName(page), encodePage(sorted));
  }
};

const changeBlocks = async (vault: Vault, id: string, head: Head, found: readonly Found[]): Promise<void> => {
  for (const [block, own] of grouped(found, ({ number }) => blockOf(head, number))) {
    const rows = blockFrom(await vault.get(id, blockName(block)));
    for (const { number, will } of own) rows[number - head.starts[block]!] = will;
    await vault.put(id, blockName(block), blockBytes(rows.map((row) => JSON.stringify(row))));
  }
};
