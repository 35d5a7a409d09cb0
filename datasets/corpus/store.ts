// Writes the encrypted index of a corpus as its rows stream by: rows into blocks at once, what they are looked up by
// into runs that are sorted and merged at the end, so that memory does not grow with the corpus.
// Traps: nothing is an index before its head is written, which comes last; and runs go through temporary files, which
// hold tags and row numbers alone and are encrypted under a key that exists only in this process.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  blockBytes,
  blockName,
  encodePage,
  HEAD,
  keysOfIndexed,
  MOST_ROWS,
  pageName,
  pageOf,
  taggerOf,
  type Head,
  type IndexedRow,
  type Posting,
} from '#core/corpus-index/format.ts';
import { postingSecret, type IndexVault } from '#core/corpus-index/read.ts';
import { decrypt, encrypt } from '#core/encryption.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { inFlight } from '#core/in-flight.ts';
import type { Vault } from '#core/ports.ts';
import { safeName } from '#core/names.ts';
import type { CorpusEntry } from './row.ts';
import { indexedFrom, PEOPLE, type IndexedPeople } from './stored.ts';

/** Text of a block, in UTF-16 units: one is read and parsed for each row that a search looks at. */
const BLOCK = 1 << 15;
/** Bytes of a page, about: one is read for each key. */
const PAGE = 1 << 15;
const BYTES_A_POSTING = 2;
/** Postings sorted at a time: 8 bytes each. */
const RUN = 1 << 22;
/** Objects that are written at a time: each waits for the disk. */
const WRITES = 8;

/**
 * A vault for a new index of the model beside the one that it has. One that an onboarding left behind that was killed
 * is destroyed first; an id whose key was destroyed is never used again.
 */
export const newIndexId = async (vault: Vault, model: string, own: string | undefined): Promise<string> => {
  for (let number = 1; ; number++) {
    const id = safeName(`corpus-${model}-${number}`);
    if (id === own) continue;
    try {
      await vault.list(id);
      await vault.destroy(id); // nobody finished it, or the registry would know it
    } catch (error) {
      if (isQuittanceError(error, 'VAULT_KEY_DESTROYED')) continue;
      if (!isQuittanceError(error, 'NOT_FOUND')) throw error;
      await vault.createKey(id);
      return id;
    }
  }
};

export interface StoreOptions {
  /** Postings that are sorted in memory; for tests. */
  readonly run?: number;
  readonly onRow?: (rows: number) => void;
}

/** The rows of the corpus, encrypted under `id`; people are written by `storePeople`, which finishes the index. */
export const storeRows = async (
  vault: IndexVault,
  id: string,
  rows: AsyncIterable<CorpusEntry>,
  { run = RUN, onRow }: StoreOptions = {},
): Promise<Head> => {
  const tag = taggerOf(await postingSecret(vault, id));
  const writes = inFlight(WRITES);
  const write: Write = (name, bytes) => writes.add(() => vault.put(id, name, bytes));
  const blocks = blockWriter(write);
  const postings = new SortedPostings(run);
  try {
    let count = 0;
    for await (const entry of rows) {
      if (count === MOST_ROWS) throw tooManyRows();
      const row = indexedFrom(entry);
      for (const key of keysOfIndexed(row)) postings.add(tag(key), count);
      await blocks.add(row);
      count++;
      onRow?.(count);
    }
    const starts = await blocks.end();
    const pageBits = Math.max(0, Math.ceil(Math.log2((postings.count * BYTES_A_POSTING) / PAGE)));
    const head: Head = { kind: 'quittance-corpus/v1', rows: count, starts, pageBits };
    await writePages(write, head, postings.sorted());
    await writes.done();
    return head;
  } finally {
    postings.close();
    await writes.ended();
  }
};

/** Finishes the index: with its head there is one. */
export const storePeople = async (vault: Vault, id: string, head: Head, people: IndexedPeople): Promise<void> => {
  await vault.put(id, PEOPLE, Buffer.from(JSON.stringify(people)));
  await vault.put(id, HEAD, Buffer.from(JSON.stringify(head)));
};

const tooManyRows = () =>
  new QuittanceError('INPUT_TOO_LARGE', {
    message: 'the corpus has too many rows for one index',
    expected: `at most ${MOST_ROWS}`,
    hint: 'onboard the model with the rows that speak of people',
  });

type Write = (name: string, bytes: Uint8Array) => Promise<void>;

const blockWriter = (put: Write) => {
  const starts: number[] = [];
  let [pending, length, first, next]: [string[], number, number, number] = [[], 0, 0, 0];
  const write = async () => {
    if (pending.length === 0) return;
    await put(blockName(starts.length), blockBytes(pending));
    starts.push(first);
    [pending, length, first] = [[], 0, next];
  };
  return {
    add: async (row: IndexedRow) => {
      const text = JSON.stringify(row);
      if (length > 0 && length + text.length > BLOCK) await write();
      pending.push(text);
      length += text.length;
      next++;
    },
    end: async () => {
      await write();
      return starts;
    },
  };
};

/** Every page is written, an empty one too: what a page lacks was never there. */
const writePages = async (put: Write, head: Head, postings: Iterable<Posting>): Promise<void> => {
  let [page, own]: [number, Posting[]] = [0, []];
  const until = async (last: number) => {
    for (; page < last; page++) {
      await put(pageName(page), encodePage(own));
      own = [];
    }
  };
  for (const posting of postings) {
    await until(pageOf(posting[0], head));
    own.push(posting);
  }
  await until(2 ** head.pageBits);
};

/** Parts of the tags' range: what is merged at a time. */
const PARTS = 64;
const LOW = 2 ** 8;

/** Tag and row as one number of 64 bits each, so that sorting is the machine's own. */
class SortedPostings {
  readonly #words: Uint32Array;
  readonly #key = randomBytes(32);
  readonly #run: number;
  #folder: string | undefined;
  #runs = 0;
  #length = 0;
  count = 0;

  constructor(run: number) {
    this.#run = run;
    this.#words = new Uint32Array(2 * run);
  }

  add(tag: number, row: number): void {
    if (this.#length === this.#run) this.#spill();
    const high = Math.floor(tag / LOW);
    this.#words[2 * this.#length] = row + (tag - high * LOW) * MOST_ROWS; // little-endian: the low half first
    this.#words[2 * this.#length + 1] = high;
    this.#length++;
    this.count++;
  }

  *sorted(): Generator<Posting> {
    if (this.#runs === 0) {
      yield* postingsIn(this.#sortedRun());
      return;
    }
    this.#spill();
    for (let part = 0; part < PARTS; part++) {
      const runs = Array.from({ length: this.#runs }, (_, run) => this.#read(run, part));
      const merged = new BigUint64Array(runs.reduce((sum, { length }) => sum + length, 0));
      runs.reduce((at, run) => (merged.set(run, at), at + run.length), 0);
      yield* postingsIn(merged.sort());
    }
  }

  close(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #sortedRun(): BigUint64Array {
    return new BigUint64Array(this.#words.buffer, 0, this.#length).sort();
  }

  #spill(): void {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'quittance-index-'));
    const run = this.#sortedRun();
    for (let part = 0, from = 0; part < PARTS; part++) {
      const to = part === PARTS - 1 ? run.length : firstOf(run, BigInt(part + 1) << PART_SHIFT);
      const own = run.subarray(from, to);
      const bytes = encrypt(
        this.#key,
        `${this.#runs} ${part}`,
        new Uint8Array(own.buffer, own.byteOffset, own.byteLength),
      );
      writeFileSync(this.#path(this.#runs, part), bytes, { mode: 0o600 });
      from = to;
    }
    this.#runs++;
    this.#length = 0;
  }

  #read(run: number, part: number): BigUint64Array {
    const bytes = decrypt(this.#key, `${run} ${part}`, readFileSync(this.#path(run, part)));
    return new BigUint64Array(Uint8Array.from(bytes).buffer);
  }

  #path = (run: number, part: number): string => join(this.#folder ?? '', `${run}-${part}`);
}
const PART_SHIFT = 58n;

/** Where the first number stands that is not below the bound. */
const firstOf = (sorted: BigUint64Array, bound: bigint): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
};

const postingsIn = function* (sorted: BigUint64Array): Generator<Posting> {
  const words = new Uint32Array(sorted.buffer, sorted.byteOffset, 2 * sorted.length);
  let [tag, rows]: [number, number[]] = [-1, []];
  for (let i = 0; i < sorted.length; i++) {
    const low = words[2 * i]!;
    const row = low % MOST_ROWS;
    const own = words[2 * i + 1]! * LOW + (low - row) / MOST_ROWS;
    if (own === tag) {
      if (rows.at(-1) !== row) rows.push(row); // two keys of a row may have one tag
      continue;
    }
    if (rows.length > 0) yield [tag, rows];
    [tag, rows] = [own, [row]];
  }
  if (rows.length > 0) yield [tag, rows];
};
