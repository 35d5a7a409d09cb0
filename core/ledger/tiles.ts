// Paths and content of tiles: https://c2sp.org/tlog-tiles. A tile holds up to 256 hashes of one level, an entry bundle
// up to 256 entries, each behind its length in 16 bits. The path of a partial one names its width, so that no object is
// ever written twice.
// Trap: an index is spelt in groups of three digits.
import { QuittanceError } from '../errors.ts';
import { EMPTY_ROOT, fullSubtrees, nodeHash, rootOf, type Hash } from './merkle.ts';

export const TILE_WIDTH = 256;

const spell = (index: number): string => {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.{3}/g) ?? [];
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
};

const partial = (width: number): string => (width === TILE_WIDTH ? '' : `.p/${width}`);

export const tilePath = (level: number, index: number, width = TILE_WIDTH): string =>
  `tile/${level}/${spell(index)}${partial(width)}`;
export const bundlePath = (index: number, width = TILE_WIDTH): string =>
  `tile/entries/${spell(index)}${partial(width)}`;

export interface TileWrite {
  path: string;
  bytes: Uint8Array;
}

/**
 * The right edge of a tree: by level, the hashes of its partial tile. They are the roots of full subtrees that make up
 * the tree's root, so that a root that is signed vouches for each of them, and all that an append has to know.
 */
export type Edge = readonly (readonly Hash[])[];

/** Hashes on a level of tiles in a tree of `size` leaves. */
const countAt = (size: number, level: number): number => Math.floor(size / TILE_WIDTH ** level);

/** Partial tiles of a tree, lowest level first; width 0 where the last tile of a level is full. */
export const edgeTiles = (size: number): { level: number; index: number; width: number }[] => {
  const tiles = [];
  for (let level = 0; countAt(size, level) > 0; level++) {
    const count = countAt(size, level);
    tiles.push({ level, index: Math.floor(count / TILE_WIDTH), width: count % TILE_WIDTH });
  }
  return tiles;
};

/** Root of the tree with this edge. */
export const rootOfEdge = (edge: Edge): Hash => {
  const roots = edge
    .toReversed()
    .flatMap((hashes) => fullSubtrees(hashes.length).map((range) => rootOf(hashes, ...range)));
  return roots.length === 0 ? EMPTY_ROOT : roots.reduceRight((right, left) => nodeHash(left, right));
};

/** The tree of `size` leaves with more at its end: its edge, and the tiles that it has and the smaller one had not. */
export const growEdge = (size: number, edge: Edge, added: readonly Hash[]): { edge: Edge; tiles: TileWrite[] } => {
  const growing = new GrowingEdge(size, edge);
  for (const hash of added) growing.push(0, hash);
  return growing.end();
};

/** The edge while hashes are added: a tile that is full is written, and its root goes to the level above. */
class GrowingEdge {
  readonly #levels: Hash[][];
  /** By level, the index of its partial tile. */
  readonly #indexes: number[];
  /** Levels whose partial tile has changed. */
  readonly #touched = new Set<number>();
  readonly #tiles: TileWrite[] = [];

  constructor(size: number, edge: Edge) {
    this.#levels = edge.map((hashes) => [...hashes]);
    this.#indexes = edgeTiles(size).map(({ index }) => index);
  }

  push(level: number, hash: Hash): void {
    const hashes = (this.#levels[level] ??= []);
    hashes.push(hash);
    this.#touched.add(level);
    if (hashes.length === TILE_WIDTH) this.#complete(level, hashes);
  }

  #complete(level: number, hashes: readonly Hash[]): void {
    this.#write(level, hashes);
    this.#indexes[level] = this.#indexOf(level) + 1;
    this.#levels[level] = [];
    this.push(level + 1, rootOf(hashes));
  }

  #indexOf(level: number): number {
    return this.#indexes[level] ?? 0; // the tree had no such level
  }

  #write(level: number, hashes: readonly Hash[]): void {
    const path = tilePath(level, this.#indexOf(level), hashes.length);
    this.#tiles.push({ path, bytes: Buffer.concat(hashes) });
  }

  end(): { edge: Edge; tiles: TileWrite[] } {
    for (const level of this.#touched) {
      const hashes = this.#levels[level] ?? [];
      if (hashes.length > 0) this.#write(level, hashes);
    }
    return { edge: this.#levels, tiles: this.#tiles };
  }
}

/** Entry bundles from that of `tail`, the entries of the last bundle that is not full. */
export const bundlesAfter = (size: number, tail: readonly Uint8Array[], added: readonly Uint8Array[]): TileWrite[] => {
  const first = Math.floor(size / TILE_WIDTH);
  const entries = [...tail, ...added];
  return Array.from({ length: Math.ceil(entries.length / TILE_WIDTH) }, (_, i) => {
    const held = entries.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH);
    return { path: bundlePath(first + i, held.length), bytes: encodeBundle(held) };
  });
};

export const encodeBundle = (entries: readonly Uint8Array[]): Buffer =>
  Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > 0xffff)
        throw new QuittanceError('INPUT_TOO_LARGE', {
          message: 'a log entry is too long',
          expected: 'at most 65535 bytes',
          got: `${entry.length}`,
        });
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );

/** LEDGER_INVALID where the lengths do not fill the bundle. */
export const decodeBundle = (bytes: Uint8Array): Buffer[] => {
  const buffer = Buffer.from(bytes);
  const entries: Buffer[] = [];
  for (let at = 0; at < buffer.length;) {
    const length = at + 2 <= buffer.length ? buffer.readUInt16BE(at) : Infinity;
    if (at + 2 + length > buffer.length)
      throw new QuittanceError('LEDGER_INVALID', { message: 'an entry bundle is cut short' });
    entries.push(buffer.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
};
