// Paths and content of tiles: https://c2sp.org/tlog-tiles. A tile holds up to 256 hashes of one level, an entry bundle up to 256 entries, each behind its
// 16-bit length. Partial ones have their width in the path, so every object is written once. Trap: an index is spelt in groups of three digits.
import { QuittanceError } from '../errors.ts';
import { rootOf, type Hash } from './merkle.ts';

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

/** Everything that a tree of `entries.length` entries needs beyond the first `from`. */
export const tilesAfter = (from: number, entries: readonly Uint8Array[], leaves: readonly Hash[]): TileWrite[] => {
  const writes: TileWrite[] = [];
  const chunks = (count: number, start: number) =>
    Array.from({ length: Math.ceil(count / TILE_WIDTH) - start }, (_, i) => ({
      index: start + i,
      from: (start + i) * TILE_WIDTH,
      to: Math.min(count, (start + i + 1) * TILE_WIDTH),
    }));
  for (const { index, from: a, to: b } of chunks(entries.length, Math.floor(from / TILE_WIDTH))) {
    writes.push({ path: bundlePath(index, b - a), bytes: encodeBundle(entries.slice(a, b)) });
  }
  for (let level = 0, width = 1; width <= leaves.length; level++, width *= TILE_WIDTH) {
    const [count, old] = [leaves.length, from].map((size) => Math.floor(size / width)) as [number, number];
    for (const { index, from: a, to: b } of chunks(count, Math.floor(old / TILE_WIDTH))) {
      const hashes = Array.from({ length: b - a }, (_, i) => rootOf(leaves, (a + i) * width, (a + i + 1) * width));
      writes.push({ path: tilePath(level, index, b - a), bytes: Buffer.concat(hashes) });
    }
  }
  return writes;
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
