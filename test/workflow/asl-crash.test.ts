// kill -9 of a real process at many points, then a new process on the same folder: the same end, the same history, no
// effect made twice and none left out, from the point of view of a handler that knows its keys. The oracle is the
// uninterrupted run.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeScratch, scratch } from './asl-harness.ts';

const CHILD = join(import.meta.dirname, 'asl-crash-child.ts');

/**
 * Runs a process on the folder; the signal that ended it, or its exit code. It is killed from outside as soon as so
 * many effects are in its journal.
 */
const run = (folder: string, killAt: number, killAfterEffects = Infinity): Promise<string | number | null> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [CHILD, folder, String(killAt)], { stdio: ['ignore', 'inherit', 'inherit'] });
    const watch = setInterval(() => linesOf(folder).length >= killAfterEffects && child.kill('SIGKILL'), 1);
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      resolve(signal ?? code);
    });
  });

const linesOf = (folder: string): string[] => {
  const journal = join(folder, 'effects.jsonl');
  return existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n') : [];
};

interface Result {
  end: { status: string; output: unknown };
  events: string[];
  executions: number;
  hooks: number;
}

const resultOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Result;

/** Function and payload of each effect, without the random part; keys must differ. */
const effectsOf = (folder: string): string[] => {
  const effects = linesOf(folder).map(
    (line) => JSON.parse(line) as { key: string; name: string; payload: Record<string, unknown> | null },
  );
  expect(new Set(effects.map(({ key }) => key)).size).toBe(effects.length);
  return effects.map(({ name, payload }) => JSON.stringify([name, { ...payload, uuid: undefined }])).sort();
};

let reference: { result: Result; effects: string[] };

const expectSameAsReference = (folder: string) => {
  const { end, events, executions } = resultOf(folder);
  expect(end).toEqual(reference.result.end);
  expect(events.toSorted()).toEqual(reference.result.events.toSorted());
  expect(executions).toBe(reference.result.executions);
  expect(effectsOf(folder)).toEqual(reference.effects);
};

const POINTS = 24;

describe('kill -9', () => {
  beforeAll(async () => {
    const folder = scratch();
    expect(await run(folder, 0)).toBe(0);
    reference = { result: resultOf(folder), effects: effectsOf(folder) };
  });
  afterAll(removeScratch);

  it('has an uninterrupted run to compare with', () => {
    expect(reference.result.end.status).toBe('SUCCEEDED');
    expect(reference.result.executions).toBe(2);
    expect(reference.effects).toHaveLength(9); // two tries, the question, three items, job, child, last
    expect(reference.result.hooks).toBeGreaterThan(POINTS);
  });

  it.each(Array.from({ length: POINTS }, (_, i) => i))('at hook number %i of 24 spread over the run', async (i) => {
    const folder = scratch();
    const killAt = 1 + Math.floor((i * (reference.result.hooks - 1)) / (POINTS + 1));
    expect(await run(folder, killAt)).toBe('SIGKILL');
    expect(existsSync(join(folder, 'result.json'))).toBe(false);
    expect(await run(folder, 0)).toBe(0);
    expectSameAsReference(folder);
  });

  it('again and again on the same folder', async () => {
    const folder = scratch();
    let killed = 0;
    while ((await run(folder, 12 + 3 * killed)) === 'SIGKILL') killed += 1;
    expect(killed).toBeGreaterThan(2);
    expectSameAsReference(folder);
  });

  it.each([1, 3, 5, 7])('from outside after %i effects, wherever it is by then', async (effects) => {
    const folder = scratch();
    await run(folder, 0, effects);
    // it may have been quicker than the look at it
    if (!existsSync(join(folder, 'result.json'))) expect(await run(folder, 0)).toBe(0);
    expectSameAsReference(folder);
  });
});
