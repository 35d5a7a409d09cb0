// kill -9 of a real process between an answer that is on disk and the workflow that waits for it: the next process on
// the same folder tells it, once, and the case goes on.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { bundled } from '#test/support/bundled.ts';
import { removeScratch, scratch } from './asl-harness.ts';

const CHILD = await bundled(join(import.meta.dirname, 'wake-crash-child.ts'));
afterAll(removeScratch);

const run = (folder: string, mode: 'answer' | 'wake'): Promise<string | number | null> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [CHILD, folder, mode], { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });

it('a check of identity that was on disk when the process was killed is told by the next one', async () => {
  const folder = scratch();
  const result = join(folder, 'result.json');
  expect(await run(folder, 'answer')).toBe('SIGKILL');
  expect(existsSync(result)).toBe(false);
  expect(await run(folder, 'wake')).toBe(0);
  expect(JSON.parse(readFileSync(result, 'utf8'))).toEqual({
    found: 'TRIAGE',
    first: { told: 1 },
    second: { told: 0 },
    known: 1,
  });
});
