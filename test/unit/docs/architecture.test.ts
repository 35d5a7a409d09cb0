// docs/architecture.md against the tree: the table of rooms is .rooms.json's, the drawing's floors follow from its
// arrows, and no room has outgrown the house.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ROOT } from '#test/support/shared.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const ROOMS = z.record(z.string(), z.array(z.string())).parse(JSON.parse(read('.rooms.json')));
const PAGE = read('docs/architecture.md');
const LARGEST_SHARE = 0.25;

/** Rooms that an entry stands for: `adapters` is all rooms in it. */
const roomsOf = (entry: string) => Object.keys(ROOMS).filter((room) => room === entry || room.startsWith(`${entry}/`));

/** One more than the highest floor of what a room imports. */
const floorOf = (room: string): number => {
  const below = (ROOMS[room] ?? []).flatMap(roomsOf).filter((other) => other !== room);
  return below.reduce((floor, other) => Math.max(floor, 1 + floorOf(other)), 0);
};

const drawn = (): [floor: number, rooms: string[]][] =>
  [...PAGE.matchAll(/^(\d) {2}(.+)$/gm)].map(([, floor, rooms]) => [Number(floor), rooms!.split(' · ').sort()]);

const tabled = (): [room: string, imports: string[]][] =>
  [...PAGE.matchAll(/^\| `([a-z/-]+)` \| .+ \| (.+) \|$/gm)].map(([, room, imports]) => [room!, imports!.split(', ')]);

const sourceFiles = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

const linesOf = (folder: string): number =>
  sourceFiles(folder).reduce((sum, name) => sum + read(join(folder, name)).split('\n').length, 0);

describe('docs/architecture.md', () => {
  it('draws each room on the floor that its imports give it', () => {
    const byFloor = new Map<number, string[]>();
    for (const room of Object.keys(ROOMS)) byFloor.set(floorOf(room), [...(byFloor.get(floorOf(room)) ?? []), room]);
    const expected = [...byFloor].sort(([a], [b]) => b - a).map(([floor, rooms]) => [floor, rooms.sort()]);
    expect(drawn()).toEqual(expected);
  });

  it('lists the rooms and what each may import as .rooms.json does', () => {
    const table = Object.fromEntries(tabled().map(([room, imports]) => [room, imports.filter((name) => name !== '')]));
    expect(table).toEqual({ ...ROOMS, core: ['zod', 'node:crypto'] });
  });
});

describe('the tree', () => {
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map(({ name }) => name)
    .filter((name) => sourceFiles(name).length > 0 && !['test', 'dist', 'coverage', 'cdk.out'].includes(name));

  it('has a room for every folder with code, and a folder for every room', () => {
    const top = [...new Set(Object.keys(ROOMS).map((room) => room.split('/')[0]!))];
    expect(folders.sort()).toEqual(top.sort());
  });

  it(`has no room with more than ${LARGEST_SHARE} of the code`, () => {
    const sizes = folders.map((name) => [name, linesOf(name)] as const);
    const all = sizes.reduce((sum, [, lines]) => sum + lines, 0);
    expect(sizes.filter(([, lines]) => lines > LARGEST_SHARE * all)).toEqual([]);
  });
});
