// Hashes and proofs of a log, read from its tiles: a few small files instead of every entry
// (https://c2sp.org/tlog-tiles). A reader reads each tile once.
// Trap: storage is not trusted. A proof is checked against the signed root before it is handed out; the partial tiles
// at the log's end are checked by whoever reads the log (log.ts).
import { QuittanceError } from '../errors.ts';
import type { LogStorage } from '../ports.ts';
import {
  consistencyRanges,
  inclusionRanges,
  leafHash,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
  type Hash,
  type Range,
} from './merkle.ts';
import { bundlePath, decodeBundle, edgeTiles, TILE_WIDTH, tilePath, type Edge } from './tiles.ts';

export interface TreeHead {
  readonly size: number;
  readonly root: Hash;
}

export interface TileTree {
  /** Entries of a bundle, proven to be in the tree. LEDGER_INVALID. */
  bundle(index: number): Promise<Buffer[]>;
  /**
   * Hashes from the leaf's sibling to the root's child, as RFC 6962 §2.1.1. LEDGER_INVALID where they do not lead to
   * the root.
   */
  inclusion(index: number): Promise<Hash[]>;
  /** That the tree of `first` leaves is a prefix of this one. LEDGER_INVALID where it is not. */
  consistency(first: number): Promise<Hash[]>;
}

/** Levels of the binary tree in one tile. */
const TILE_HEIGHT = 8;
const HASH_BYTES = 32;

export const tileTree = (storage: Pick<LogStorage, 'get'>, head: TreeHead): TileTree => {
  const tile = tilesIn(storage, head.size);
  const { inclusion, consistency } = proofsOf(hashesIn(tile), head);
  return {
    inclusion,
    consistency,
    async bundle(index) {
      const entries = decodeBundle(await storage.get(bundlePath(index, widthAt(head.size, 0, index))));
      const hashes = await tile(0, index);
      requireRoot(entries.length === hashes.length && entries.every((entry, i) => leafHash(entry).equals(hashes[i]!)));
      // its siblings are made of all hashes of the tile, so that it vouches for each
      await inclusion(index * TILE_WIDTH);
      return entries.map((entry) => Buffer.from(entry)); // a slice would keep the bytes of the whole file
    },
  };
};

const proofsOf = (
  hashOf: (range: Range) => Promise<Hash>,
  { size, root }: TreeHead,
): Pick<TileTree, 'inclusion' | 'consistency'> => {
  const hashesOf = (ranges: readonly Range[]) => Promise.all(ranges.map(hashOf));
  return {
    async inclusion(index) {
      const proof = await hashesOf(inclusionRanges(index, 0, size));
      requireRoot(verifyInclusion(await hashOf([index, index + 1]), index, size, proof, root));
      return proof;
    },
    async consistency(first) {
      const proof = await hashesOf(consistencyRanges(first, size));
      const before = first === 0 ? rootOf([]) : await hashOf([0, first]);
      requireRoot(verifyConsistency(first, size, proof, before, root));
      return proof;
    },
  };
};

const requireRoot = (holds: boolean): void => {
  if (!holds) throw invalid('the stored tiles do not lead to the root that the checkpoint signs');
};

/** Hashes in the part of a tile that a tree of `size` leaves fills. */
const widthAt = (size: number, level: number, index: number): number =>
  Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH);

type TileReader = (level: number, index: number) => Promise<Hash[]>;

const tilesIn = (storage: Pick<LogStorage, 'get'>, size: number): TileReader =>
  once((level, index) => {
    const width = widthAt(size, level, index);
    return readTile(storage, tilePath(level, index, width), width);
  });

/** Hashes of ranges of leaves, made from those of tiles; none is checked yet. */
const hashesIn = (tile: TileReader) => {
  const hashOf = async ([from, to]: Range): Promise<Hash> => {
    const height = Math.floor(Math.log2(to - from));
    const width = 2 ** height;
    if (width === to - from) return fullSubtree(tile, from, height);
    return nodeHash(await fullSubtree(tile, from, height), await hashOf([from + width, to]));
  };
  return hashOf;
};

/** A full subtree of 2^height leaves is 2^(height mod 8) neighbours in one tile. */
const fullSubtree = async (tile: TileReader, from: number, height: number): Promise<Hash> => {
  const level = Math.floor(height / TILE_HEIGHT);
  const at = from / TILE_WIDTH ** level;
  const start = at % TILE_WIDTH;
  const hashes = await tile(level, Math.floor(at / TILE_WIDTH));
  return rootOf(hashes, start, start + 2 ** (height % TILE_HEIGHT));
};

/** A file of the log that is read when it is first asked for. */
const once = <T>(
  read: (level: number, index: number) => Promise<T>,
): ((level: number, index: number) => Promise<T>) => {
  const held = new Map<string, Promise<T>>();
  return (level, index) => {
    const key = `${level}/${index}`;
    const found = held.get(key) ?? read(level, index);
    held.set(key, found);
    return found;
  };
};

/** The partial tiles at the end of a tree of `size` leaves, not checked yet. */
export const readEdge = async (storage: Pick<LogStorage, 'get'>, size: number): Promise<Edge> => {
  const edge: Hash[][] = [];
  for (const { level, index, width } of edgeTiles(size))
    edge.push(width === 0 ? [] : await readTile(storage, tilePath(level, index, width), width));
  return edge;
};

const readTile = async (storage: Pick<LogStorage, 'get'>, path: string, width: number): Promise<Hash[]> => {
  const bytes = Buffer.from(await storage.get(path));
  if (bytes.length !== width * HASH_BYTES) throw invalid(`${path} does not hold ${width} hashes`);
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
};

export const invalid = (message: string): QuittanceError =>
  new QuittanceError('LEDGER_INVALID', {
    message,
    hint: 'restore the log storage from its replica; the checkpoint is the truth',
  });
