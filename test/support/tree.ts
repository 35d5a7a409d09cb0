// Files of this project by their paths from its root: what the rooms hold, the tests, and what runs before a change
// lands.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './shared.ts';

export const readTree = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Those whose name is so, but golden data. */
export const treeFiles = (named: RegExp): string[] => {
  const rooms = Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(readTree('.rooms.json'))));
  const folders = new Set([...rooms.map((room) => room.split('/')[0]!), 'test', '.ci']);
  return [...folders].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => named.test(path) && !/node_modules|^test\/golden/.test(path)),
  );
};
