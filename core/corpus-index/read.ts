// Reads an encrypted index: rows by number, numbers by key. What was read lately is kept, as a search asks for
// neighbours.
import { z } from 'zod';
import { grouped } from '../grouped.ts';
import type { Vault } from '../ports.ts';
import { checked, parseJson } from '../stored-json.ts';
import {
  type FoundPosting,
  Block,
  blockName,
  HEAD,
  Head,
  IndexedRow,
  linesOfBlock,
  pageName,
  pageOf,
  postingsOf,
  taggerOf,
} from './format.ts';

export interface IndexReader {
  readonly head: Head;
  /** How many rows have a key. */
  countOf(key: string): Promise<number>;
  /** Numbers of the rows that have it, ascending. */
  rowsWith(key: string): Promise<readonly number[]>;
  /**
   * The same of many keys, in their order, each page read once; undefined for a key that more than `most` rows have.
   */
  rowsWithEach(keys: readonly string[], most?: number): Promise<(readonly number[] | undefined)[]>;
  /** By number, in the order asked, each block read once; null where a row was dropped. */
  rows(numbers: readonly number[]): Promise<(IndexedRow | null)[]>;
}

/** What an index needs of the vault that holds it. */
export type IndexVault = Pick<Vault, 'put' | 'get' | 'commit'>;

/** NOT_FOUND where no index was finished under this id. */
export const openIndex = async (vault: Pick<IndexVault, 'get' | 'commit'>, id: string): Promise<IndexReader> => {
  const head = parseJson(await vault.get(id, HEAD), Head, 'the head of the encrypted index');
  const tag = taggerOf(await postingSecret(vault, id));
  const pages = recent(PAGES, (page) => vault.get(id, pageName(page)));
  const blocks = recent(BLOCKS, async (block) =>
    rowsIn(await vault.get(id, blockName(block)), (head.starts[block + 1] ?? head.rows) - head.starts[block]!),
  );
  const posting = async (key: string) => postingsOf(await pages(pageOf(tag(key), head)), [tag(key)]).get(tag(key));
  return {
    head,
    countOf: async (key) => (await posting(key))?.count ?? 0,
    rowsWith: async (key) => (await posting(key))?.rows() ?? [],
    rowsWithEach: (keys, most = Infinity) =>
      eachAt(
        keys,
        (key) => pageOf(tag(key), head),
        pages,
        (page, own) => {
          const found = postingsOf(page, own.map(tag));
          return own.map((key) => {
            const { count, rows } = found.get(tag(key)) ?? NOWHERE;
            return count > most ? undefined : rows();
          });
        },
      ),
    rows: (numbers) =>
      eachAt(
        numbers,
        (number) => blockOf(head, number),
        blocks,
        (block, own) => own.map((number) => block(number - head.starts[blockOf(head, number)]!)),
      ),
  };
};

const NOWHERE: FoundPosting = { count: 0, rows: () => [] };

const BLOCK_SAID = 'a block of the encrypted index';

/** A row is parsed, and its form checked, where it is asked for: a block has many that are not. */
const rowsIn = (bytes: Uint8Array, count: number): ((at: number) => IndexedRow | null) => {
  const form = IndexedRow.nullable();
  const lines = linesOfBlock(bytes, count);
  if (lines) return (at) => parseJson(lines(at), form, BLOCK_SAID);
  const rows = parseJson(bytes, z.array(z.unknown()), BLOCK_SAID);
  return (at) => checked(rows[at] ?? null, form, BLOCK_SAID);
};

/** Objects that are read at a time. */
const READS = 8;

/**
 * What is asked of each, in their order, though they are read object by object; `take` finds all that is asked of one.
 */
const eachAt = async <Asked, Read, Found>(
  asked: readonly Asked[],
  placeOf: (one: Asked) => number,
  load: (place: number) => Promise<Read>,
  take: (read: Read, own: readonly Asked[]) => readonly Found[],
): Promise<Found[]> => {
  const found: Found[] = new Array<Found>(asked.length);
  const byPlace = [...grouped(asked.keys(), (i) => placeOf(asked[i]!))].sort(([a], [b]) => a - b);
  const next = byPlace.values();
  const reader = async () => {
    for (const [place, own] of next) {
      const read = await load(place);
      const taken = take(
        read,
        own.map((i) => asked[i]!),
      );
      for (const [k, i] of own.entries()) found[i] = taken[k]!;
    }
  };
  await Promise.all(Array.from({ length: READS }, reader));
  return found;
};

/** What keys are tagged under: a commitment of the vault, which nobody can make without its key. */
export const postingSecret = async (vault: Pick<IndexVault, 'commit'>, id: string): Promise<Uint8Array> =>
  Buffer.from(await vault.commit(id, Buffer.from('quittance-corpus/v1 postings')), 'hex');

export const blockFrom = (bytes: Uint8Array): z.infer<typeof Block> => parseJson(bytes, Block, BLOCK_SAID);

/** The last block that begins at the row or before it. */
export const blockOf = ({ starts }: Head, row: number): number => {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= row) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** Pages and blocks that are kept: some tens of megabytes. */
const PAGES = 512;
const BLOCKS = 512;

const recent = <T>(most: number, load: (number: number) => Promise<T>): ((number: number) => Promise<T>) => {
  const kept = new Map<number, Promise<T>>();
  return (number) => {
    const value = kept.get(number) ?? load(number);
    kept.delete(number);
    kept.set(number, value);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return value;
  };
};
