// Comments at the width of the code: a line that is cut off in a review or in a narrow terminal is not read. Prettier
// wraps code and leaves comments alone.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ROOT } from '#test/support/shared.ts';

const WIDTH = 120;
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const rooms = Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(read('.rooms.json'))));
const folders = [...new Set(rooms.map((room) => room.split('/')[0]!)), 'test', '.ci'];

const files = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\.(ts|mjs|js|sh|yml)$/.test(path) && !/node_modules|^test\/golden/.test(path));

/** A line of a comment, or code with a comment behind it. */
const hasComment = (path: string, line: string): boolean =>
  /\.(sh|yml)$/.test(path) ? /^\s*#/.test(line) : /^\s*(\/\/|\/?\*)/.test(line) || / \/\/ /.test(line);

describe('comments', () => {
  it(`end by column ${WIDTH}: wrap those that do not, or put one behind code on a line of its own`, () => {
    const wide = folders.flatMap(files).flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, i) => (line.length > WIDTH && hasComment(path, line) ? [`${path}:${i + 1}`] : [])),
    );
    expect(wide).toEqual([]);
  });
});
