// Paths and content of tiles against the text of the specification, and bundles as a stranger may cut them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import { leafHash, rootOf } from '#core/ledger/merkle.ts';
import {
  bundlePath,
  bundlesAfter,
  decodeBundle,
  edgeTiles,
  encodeBundle,
  growEdge,
  rootOfEdge,
  tilePath,
  type Edge,
} from '#core/ledger/tiles.ts';

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

const entriesOf = (size: number, from = 0) => Array.from({ length: size }, (_, i) => Buffer.from(`entry ${from + i}`));

/** What a log writes that grows by batches. */
const written = (...batches: number[]) => {
  const files = new Map<string, Buffer>();
  let [size, edge, tail]: [number, Edge, Buffer[]] = [0, [], []];
  for (const count of batches) {
    const added = entriesOf(count, size);
    const grown = growEdge(size, edge, added.map(leafHash));
    for (const { path, bytes } of [...bundlesAfter(size, tail, added), ...grown.tiles]) {
      expect(files.has(path)).toBe(false);
      files.set(path, Buffer.from(bytes));
    }
    [size, edge] = [size + count, grown.edge];
    tail = entriesOf(size % 256, size - (size % 256));
  }
  return { files, edge, size };
};

/** Widths of the tiles of each level, by index. */
const widths = (size: number) =>
  [...written(size).files].flatMap(([path, { length }]) =>
    path.includes('entries') ? [] : [{ level: path.split('/')[1]!, width: length / 32 }],
  );

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
    expect(written(0).files.size).toBe(0);
  });

  it('above level 0 hold the roots of full tiles below', () => {
    const leaves = entriesOf(600).map(leafHash);
    const above = written(600).files.get('tile/1/000.p/2');
    expect(above).toEqual(Buffer.concat([rootOf(leaves, 0, 256), rootOf(leaves, 256, 512)]));
  });

  it('written in batches have the root of the plain tree, and all that a tree made at once has', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 }), (batches) => {
        const { files, edge, size } = written(...batches);
        expect(rootOfEdge(edge)).toEqual(rootOf(entriesOf(size).map(leafHash)));
        for (const [path, bytes] of written(size).files) expect([path, files.get(path)]).toEqual([path, bytes]);
      }),
      { numRuns: 40 },
    );
  });

  it('at the end of 2²⁴ + 257 entries are four, of which three are not full', () => {
    expect(edgeTiles(2 ** 24 + 257)).toEqual([
      { level: 0, index: 65_537, width: 1 },
      { level: 1, index: 256, width: 1 },
      { level: 2, index: 1, width: 0 },
      { level: 3, index: 0, width: 1 },
    ]);
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
