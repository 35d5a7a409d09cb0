// kill -9 of a real process at many points of a ticket's way, on the real stores (sqlite, files, vault, log): a new
// process on the same folder comes to the same end, with no effect twice, and its bundle verifies. The oracle is the
// uninterrupted run.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeScratch, scratch } from './asl-harness.ts';

const CHILD = join(import.meta.dirname, 'ticket-crash-child.ts');

const run = (folder: string, killAt: number): Promise<string | number | null> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [CHILD, folder, String(killAt)], { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });

interface Outcome {
  result: Record<string, unknown>;
  points: number;
}

const outcomeOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Outcome;

const POINTS = 24;
let reference: Outcome;

describe('kill -9 on the way of a ticket', () => {
  beforeAll(async () => {
    const folder = scratch();
    expect(await run(folder, 0)).toBe(0);
    reference = outcomeOf(folder);
  });
  afterAll(removeScratch);

  it('has an uninterrupted run to compare with', () => {
    expect(reference.result).toMatchObject({ status: 'SUCCEEDED', ticket: 'PURGED', moved: true, verified: true });
    expect(reference.points).toBeGreaterThan(4 * POINTS);
  });

  it.each(Array.from({ length: POINTS }, (_, i) => i))('at point %i of 24, before or after a write', async (i) => {
    const folder = scratch();
    const killAt = 1 + Math.floor((i * (reference.points - 1)) / (POINTS - 1));
    expect(await run(folder, killAt)).toBe('SIGKILL');
    expect(existsSync(join(folder, 'result.json'))).toBe(false);
    expect(await run(folder, 0)).toBe(0);
    expect(outcomeOf(folder).result).toEqual(reference.result);
  });

  it('again and again on the same folder', async () => {
    const folder = scratch();
    let killed = 0;
    while ((await run(folder, 9 + 2 * killed)) === 'SIGKILL') killed += 1;
    expect(killed).toBeGreaterThan(5);
    expect(outcomeOf(folder).result).toEqual(reference.result);
  });
});
