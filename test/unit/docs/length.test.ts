// A file holds one thing that can be read in one sitting. What has grown is cut by what it does, with its tests.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ROOT } from '#test/support/shared.ts';

const LINES = 300;
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const rooms = Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(read('.rooms.json'))));
const folders = [...new Set(rooms.map((room) => room.split('/')[0]!)), 'test', '.ci'];

const files = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\.(?:ts|mjs|cjs|js|py|sh)$/.test(path) && !/node_modules|^test\/golden/.test(path));

describe('a file', () => {
  it(`has at most ${LINES} lines: cut one that has more by what it does`, () => {
    const all = folders.flatMap(files);
    expect(all.length).toBeGreaterThan(1_000);
    const long = all.map((path) => [path, read(path).trimEnd().split('\n').length] as const);
    expect(long.filter(([, lines]) => lines > LINES)).toEqual([]);
  });
});
