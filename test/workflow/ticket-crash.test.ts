// kill -9 of a real process at many points of a ticket's way, on the real stores (sqlite, files, vault, log): a new
// process on the same folder comes to the same end, with no effect twice, and its bundle verifies. The oracle is the
// uninterrupted run.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled } from '#test/support/bundled.ts';
import { removeScratch, scratch } from './asl-harness.ts';

const CHILD = await bundled(join(import.meta.dirname, 'ticket-crash-child.ts'));

const run = (folder: string, killAt: number, after?: string): Promise<string | number | null> =>
  new Promise((resolve) => {
    const args = [CHILD, folder, String(killAt), ...(after === undefined ? [] : [after])];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });

interface Outcome {
  result: Record<string, unknown>;
  points: number;
  /** Writes by the end of filing, and by the time that approval was asked for. */
  phases: { filed: number; asked: number };
}

const outcomeOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Outcome;

const POINTS = 24;
/** A phase; QUITTANCE_KILLS says how many, docs/testing.md. */
const INSTANTS = Number(process.env['QUITTANCE_KILLS'] ?? 6);
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
    expect(reference.phases.filed).toBeGreaterThan(10);
    expect(reference.phases.asked - reference.phases.filed).toBeGreaterThan(40);
  });

  it.each(Array.from({ length: POINTS }, (_, i) => i))('at point %i of 24, before or after a write', async (i) => {
    const folder = scratch();
    const killAt = 1 + Math.floor((i * (reference.points - 1)) / (POINTS - 1));
    expect(await run(folder, killAt)).toBe('SIGKILL');
    expect(existsSync(join(folder, 'result.json'))).toBe(false);
    expect(await run(folder, 0)).toBe(0);
    expect(outcomeOf(folder).result).toEqual(reference.result);
  });

  const instants = Array.from({ length: INSTANTS }, (_, i) => i);
  describe.each(['filing', 'unlearning'] as const)('while it is at %s', (phase) => {
    /** Every second one at a write, the others some milliseconds after one, within another. */
    it.each(instants)(`at instant %i of ${INSTANTS}`, async (i) => {
      const { filed, asked } = reference.phases;
      const [first, last] = phase === 'filing' ? [1, filed] : [filed + 1, asked];
      const killAt = first + Math.floor((i * (last - first)) / Math.max(1, INSTANTS - 1));
      const folder = scratch();
      const end = await run(folder, killAt, i % 2 === 0 ? undefined : `0.00${i % 10}`);
      if (i % 2 === 0) expect(end).toBe('SIGKILL');
      if (end !== 0) expect(await run(folder, 0)).toBe(0);
      expect(outcomeOf(folder).result).toEqual(reference.result);
    });
  });

  it('again and again on the same folder', async () => {
    const folder = scratch();
    let killed = 0;
    while ((await run(folder, 9 + 2 * killed)) === 'SIGKILL') killed += 1;
    expect(killed).toBeGreaterThan(5);
    expect(outcomeOf(folder).result).toEqual(reference.result);
  });
});
