// The encrypted index of a corpus: its rows in blocks, and for each key the numbers of the rows that have it, in pages.
// All of it lies in a vault of its own (core/ports.ts), encrypted under that vault's data key; keys are looked up by an
// HMAC of them, so that neither a row nor a word of one is on disk.
// Traps: rows keep their numbers for good, or a page would lead to somebody else's row; and a tag is 40 bits, so two
// keys may share one. What a tag leads to may match, and the row itself decides.
import { z } from 'zod';
import { QuittanceError } from '../errors.ts';
import { keyedDigest } from '../keyed-digest.ts';
import { keysOfTexts } from '../words/keys.ts';

/** A row as the index keeps it: its texts, and everything else about it as whoever reads it wants it back. */
export const IndexedRow = z.strictObject({
  /** File and line: unique in the corpus. */
  where: z.string(),
  subject: z.string().optional(),
  texts: z.array(z.string()),
  shape: z.json(),
  /** Cases whose person was taken out of the row, while it speaks of others. */
  without: z.array(z.string()).optional(),
});
export type IndexedRow = z.infer<typeof IndexedRow>;

/** null stands where a row was dropped. */
export const Block = z.array(IndexedRow.nullable());

/** Each row on a line of its own, so that of a block with sixty rows the one that is asked for is parsed. */
export const blockBytes = (rows: readonly string[]): Uint8Array => Buffer.from(`[${rows.join(BETWEEN)}]`);

/** The rows of a block as JSON, each by its place; undefined where an older program wrote them on one line. */
export const linesOfBlock = (bytes: Uint8Array, rows: number): ((at: number) => Uint8Array) | undefined => {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ends: number[] = [];
  for (let at = block.indexOf(BETWEEN); at >= 0; at = block.indexOf(BETWEEN, at + 1)) ends.push(at);
  if (ends.length + 1 !== rows) return undefined;
  ends.push(block.length - 1);
  return (at) => block.subarray(at === 0 ? 1 : ends[at - 1]! + BETWEEN.length, ends[at]);
};
const BETWEEN = ',\n'; // JSON.stringify leaves no line end within a row

/** Written last: an index without it was never finished. */
export const Head = z.strictObject({
  kind: z.literal('quittance-corpus/v1'),
  rows: z.int().nonnegative(),
  /** Number of the first row of each block. */
  starts: z.array(z.int().nonnegative()),
  /** There are 2 ** pageBits pages; the first bits of a tag say which. */
  pageBits: z.int().nonnegative().max(20),
});
export type Head = z.infer<typeof Head>;

export const HEAD = 'head';
export const blockName = (block: number): string => `block-${block}`;
export const pageName = (page: number): string => `page-${page}`;

export const subjectKey = (subject: string): string => `s:${subject}`;
export const placeKey = (where: string): string => `at:${where}`;

/** Every key of a row, each once. */
export const keysOfIndexed = ({ where, subject, texts }: Pick<IndexedRow, 'where' | 'subject' | 'texts'>): string[] => [
  placeKey(where),
  ...(subject === undefined ? [] : [subjectKey(subject)]),
  ...keysOfTexts(texts),
];

/** Rows are numbered in 24 bits where postings are sorted. */
export const MOST_ROWS = 2 ** 24;
const TAG_BITS = 40;

export type Tagger = (key: string) => number;

/** `secret`: 32 bytes that nobody has without the vault. */
export const taggerOf = (secret: Uint8Array): Tagger => {
  const known = new Map<string, number>(); // words come again and again
  const digestOf = keyedDigest(secret);
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const mac = digestOf(key);
    const tag = mac.readUInt32BE(0) * 256 + mac[4]!;
    if (known.size < REMEMBERED) known.set(key, tag);
    return tag;
  };
};
const REMEMBERED = 200_000;

export const pageOf = (tag: number, { pageBits }: Pick<Head, 'pageBits'>): number =>
  Math.floor(tag / 2 ** (TAG_BITS - pageBits));

/** A tag with its rows, ascending. */
export type Posting = readonly [tag: number, rows: readonly number[]];

/** Postings in the order of their tags. Each: what is added to the tag before, how many rows, their bytes, the rows. */
export const encodePage = (postings: readonly Posting[]): Uint8Array => {
  const page = new Bytes();
  let before = 0;
  for (const [tag, rows] of postings) {
    const steps = rows.map((row, i) => row - (rows[i - 1] ?? 0));
    page.put(tag - before);
    page.put(rows.length);
    page.put(steps.reduce((sum, step) => sum + lengthOf(step), 0));
    for (const step of steps) page.put(step);
    before = tag;
  }
  return page.taken();
};

export const decodePage = (page: Uint8Array): Posting[] => {
  const postings: Posting[] = [];
  const place = { at: 0, tag: 0, count: 0, from: 0 };
  while (place.at < page.length) {
    toNext(page, place);
    postings.push([place.tag, rowsAt(page, place.from, place.count)]);
  }
  return postings;
};

/** How many rows a tag has, and which: read once they are asked for. */
export interface FoundPosting {
  readonly count: number;
  rows(): readonly number[];
}

/** Those of these tags that the page has, in one way through it. */
export const postingsOf = (page: Uint8Array, tags: Iterable<number>): ReadonlyMap<number, FoundPosting> => {
  const wanted = [...new Set(tags)].sort((a, b) => a - b);
  const found = new Map<number, FoundPosting>();
  const place = { at: 0, tag: 0, count: 0, from: 0 };
  for (let next = 0; next < wanted.length && place.at < page.length;) {
    toNext(page, place);
    while (wanted[next]! < place.tag) next++;
    if (wanted[next] === place.tag) found.set(place.tag, foundAt(page, place));
  }
  return found;
};

const foundAt = (page: Uint8Array, { count, from }: Place): FoundPosting => {
  let rows: readonly number[] | undefined;
  return { count, rows: () => (rows ??= rowsAt(page, from, count)) };
};

/** A posting of a page: its tag, how many rows, where they begin; `at` is behind them. */
interface Place {
  at: number;
  tag: number;
  count: number;
  from: number;
}

/** In place: a page has thousands of postings, of which one is looked for. */
const toNext = (page: Uint8Array, place: Place): void => {
  place.tag += take(page, place);
  place.count = take(page, place);
  const length = take(page, place);
  place.from = place.at;
  place.at += length;
};

const rowsAt = (page: Uint8Array, from: number, count: number): number[] => {
  const cursor = { at: from };
  const rows: number[] = [];
  for (let row = 0; rows.length < count;) rows.push((row += take(page, cursor)));
  return rows;
};

/** Seven bits a byte, the lowest first; a number may have more than 32 bits. Most have one byte. */
const take = (bytes: Uint8Array, cursor: { at: number }): number => {
  const first = bytes[cursor.at];
  if (first === undefined || first >= 128) return takeLong(bytes, cursor);
  cursor.at++;
  return first;
};

const takeLong = (bytes: Uint8Array, cursor: { at: number }): number => {
  let [value, weight] = [0, 1];
  for (;;) {
    const byte = bytes[cursor.at++];
    if (byte === undefined || weight > 2 ** 49)
      throw new QuittanceError('STORE_CORRUPT', { message: 'a page of the encrypted index does not have its form' });
    value += (byte & 127) * weight;
    if (byte < 128) return value;
    weight *= 128;
  }
};

/** Bytes that `put` makes of a number. */
const lengthOf = (value: number): number => {
  let length = 1;
  for (; value >= 128; value = Math.floor(value / 128)) length++;
  return length;
};

class Bytes {
  #bytes = new Uint8Array(1024);
  #length = 0;

  put(value: number): void {
    this.#grow(8);
    for (; value >= 128; value = Math.floor(value / 128)) this.#bytes[this.#length++] = (value % 128) + 128;
    this.#bytes[this.#length++] = value;
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(by: number): void {
    if (this.#length + by <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + by));
    larger.set(this.taken());
    this.#bytes = larger;
  }
}
