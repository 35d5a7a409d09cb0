// A file holds one thing that can be read in one sitting. What has grown is cut by what it does, with its tests.
import { describe, expect, it } from '@jest/globals';
import { readTree, treeFiles } from '#test/support/tree.ts';

const LINES = 300;
const files = treeFiles(/\.(?:ts|mjs|cjs|js|py|sh)$/);

describe('a file', () => {
  it(`has at most ${LINES} lines: cut one that has more by what it does`, () => {
    expect(files.length).toBeGreaterThan(1_000);
    const long = files.map((path) => [path, readTree(path).trimEnd().split('\n').length] as const);
    expect(long.filter(([, lines]) => lines > LINES)).toEqual([]);
  });
});
