// Paths and content of tiles against the text of the specification, and bundles as a stranger may cut them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import { leafHash, rootOf, type Hash } from '#core/ledger/merkle.ts';
import { bundlePath, decodeBundle, encodeBundle, tilePath, tilesAfter } from '#core/ledger/tiles.ts';

const golden = z
  .object({
    tilePaths: z.record(z.string(), z.string()),
    treeOf70000: z.object({ full: z.record(z.string(), z.int()), partial: z.record(z.string(), z.int()) }),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../golden/ledger/notes.json', import.meta.url), 'utf8')));

describe('paths', () => {
  it.each(Object.entries(golden.tilePaths))('tile %s is spelt %s', (index, spelt) => {
    expect(tilePath(2, Number(index))).toBe(`tile/2/${spelt}`);
    expect(bundlePath(Number(index), 17)).toBe(`tile/entries/${spelt}.p/17`);
  });
});

/** Widths of the tiles of each level, by index. */
const widths = (size: number) => {
  const zero = Buffer.alloc(32);
  const writes = tilesAfter(0, Array<Buffer>(size).fill(Buffer.alloc(0)), Array<Hash>(size).fill(zero));
  const hashes = writes.filter(({ path }) => !path.includes('entries'));
  return hashes.map(({ path, bytes }) => ({ level: path.split('/')[1]!, width: bytes.length / 32 }));
};

describe('tiles', () => {
  it('of 70,000 entries are those of the specification', () => {
    const all = widths(70_000);
    for (const [level, count] of Object.entries(golden.treeOf70000.full))
      expect(all.filter((tile) => tile.level === level && tile.width === 256)).toHaveLength(count);
    for (const [level, width] of Object.entries(golden.treeOf70000.partial))
      expect(all.filter((tile) => tile.level === level && tile.width < 256)).toEqual([{ level, width }]);
    expect(new Set(all.map(({ level }) => level))).toEqual(new Set(Object.keys(golden.treeOf70000.partial)));
  });

  it('of 256 entries are one full tile and one of width 1 above it, and never an empty one', () => {
    expect(widths(256)).toEqual([
      { level: '0', width: 256 },
      { level: '1', width: 1 },
    ]);
    expect(widths(0)).toEqual([]);
  });

  it('above level 0 hold the roots of full tiles below', () => {
    const entries = Array.from({ length: 600 }, (_, i) => Buffer.from(`entry ${i}`));
    const leaves = entries.map(leafHash);
    const above = tilesAfter(0, entries, leaves).find(({ path }) => path === 'tile/1/000.p/2')!;
    expect(Buffer.from(above.bytes)).toEqual(Buffer.concat([rootOf(leaves, 0, 256), rootOf(leaves, 256, 512)]));
  });

  it('written after an append are all that the larger tree has and the smaller had not', () => {
    fc.assert(
      fc.property(fc.nat(600), fc.integer({ min: 1, max: 300 }), (before, more) => {
        const entries = Array.from({ length: before + more }, (_, i) => Buffer.from(`entry ${i}`));
        const leaves = entries.map(leafHash);
        const had = new Set(tilesAfter(0, entries.slice(0, before), leaves.slice(0, before)).map(({ path }) => path));
        const needed = tilesAfter(0, entries, leaves).filter(({ path }) => !had.has(path));
        const written = new Map(tilesAfter(before, entries, leaves).map(({ path, bytes }) => [path, bytes]));
        for (const { path, bytes } of needed) expect(written.get(path)).toEqual(bytes);
      }),
      { numRuns: 30 },
    );
  });
});

describe('entry bundles', () => {
  it('are read as they were written, empty and longest entries included', () => {
    const entries = [Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(65_535, 7)];
    expect(decodeBundle(encodeBundle(entries))).toEqual(entries);
    expect(encodeBundle([Buffer.from('ab')])).toEqual(Buffer.from([0, 2, 97, 98]));
  });

  it('refuse an entry whose length has no 16 bits', () => {
    expect(() => encodeBundle([Buffer.alloc(65_536)])).toThrow('too long');
  });

  it('cut anywhere are refused or are a shorter bundle, and never throw anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          expect(encodeBundle(decodeBundle(bytes))).toEqual(Buffer.from(bytes));
        } catch (error) {
          expect(isQuittanceError(error, 'LEDGER_INVALID')).toBe(true);
        }
      }),
    );
  });
});
