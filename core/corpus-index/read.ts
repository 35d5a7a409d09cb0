// Reads an encrypted index: rows by number, numbers by key. What was read lately is kept, as a search asks for
// neighbours.
import { z } from 'zod';
import type { Vault } from '../ports.ts';
import { parseJson } from '../stored-json.ts';
import { Block, blockName, HEAD, Head, pageName, pageOf, postingOf, taggerOf, type IndexedRow } from './format.ts';

export interface IndexReader {
  readonly head: Head;
  /** How many rows have a key. */
  countOf(key: string): Promise<number>;
  /** Numbers of the rows that have it, ascending. */
  rowsWith(key: string): Promise<readonly number[]>;
  /** By number, in the order asked; null where a row was dropped. */
  rows(numbers: readonly number[]): Promise<(IndexedRow | null)[]>;
}

/** NOT_FOUND where no index was finished under this id. */
export const openIndex = async (vault: Vault, id: string): Promise<IndexReader> => {
  const head = parseJson(await vault.get(id, HEAD), Head, 'the head of the encrypted index');
  const tag = taggerOf(await postingSecret(vault, id));
  const pages = recent(PAGES, (page) => vault.get(id, pageName(page)));
  const blocks = recent(BLOCKS, async (block) => blockFrom(await vault.get(id, blockName(block))));
  const posting = async (key: string) => postingOf(await pages(pageOf(tag(key), head)), tag(key));
  return {
    head,
    countOf: async (key) => (await posting(key))?.count ?? 0,
    rowsWith: async (key) => (await posting(key))?.rows() ?? [],
    rows: async (numbers) => {
      const rows: (IndexedRow | null)[] = [];
      for (const number of numbers) {
        const block = blockOf(head, number);
        rows.push((await blocks(block))[number - head.starts[block]!] ?? null);
      }
      return rows;
    },
  };
};

/** What keys are tagged under: a commitment of the vault, which nobody can make without its key. */
export const postingSecret = async (vault: Vault, id: string): Promise<Uint8Array> =>
  Buffer.from(await vault.commit(id, Buffer.from('quittance-corpus/v1 postings')), 'hex');

export const blockFrom = (bytes: Uint8Array): z.infer<typeof Block> =>
  parseJson(bytes, Block, 'a block of the encrypted index');

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
const BLOCKS = 128;

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
