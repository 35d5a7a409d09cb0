// Comments at the width of the code: a line that is cut off in a review or in a narrow terminal is not read. Prettier
// wraps code and leaves comments alone.
import { describe, expect, it } from '@jest/globals';
import { readTree, treeFiles } from '#test/support/tree.ts';

const WIDTH = 120;
const files = treeFiles(/\.(ts|mjs|js|sh|yml)$/);

/** A line of a comment, or code with a comment behind it. */
const hasComment = (path: string, line: string): boolean =>
  /\.(sh|yml)$/.test(path) ? /^\s*#/.test(line) : /^\s*(\/\/|\/?\*)/.test(line) || / \/\/ /.test(line);

describe('comments', () => {
  it(`end by column ${WIDTH}: wrap those that do not, or put one behind code on a line of its own`, () => {
    const wide = files.flatMap((path) =>
      readTree(path)
        .split('\n')
        .flatMap((line, i) => (line.length > WIDTH && hasComment(path, line) ? [`${path}:${i + 1}`] : [])),
    );
    expect(wide).toEqual([]);
  });
});
