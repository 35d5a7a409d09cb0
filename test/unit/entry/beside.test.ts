// A job beside another is a process of its own that is told what it is by its variables; it ends when it is asked to,
// and when the process that started it is killed.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { besideOn } from '#entry/beside.ts';
import { bundled } from '#test/support/bundled.ts';

const MAIN = fileURLToPath(new URL('./beside-children.ts', import.meta.url));

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'quittance-beside-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const written = async (path: string): Promise<string> => {
  while (!existsSync(path) || readFileSync(path, 'utf8') === '') await wait(20);
  return readFileSync(path, 'utf8');
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a job beside another', () => {
  it('is told its name and parameters, and ends when it is asked to', async () => {
    const pidFile = join(dir, 'pid');
    const job = { name: 'T-7-evaluate-0', definition: 'child', parameters: { pidFile } };
    const beside = besideOn(await bundled(MAIN), 'J-7')(job);
    const [pid, name] = (await written(pidFile)).split(' ');
    expect([name, isAlive(Number(pid))]).toEqual(['T-7-evaluate-0', true]);
    beside.end();
    await beside.ended;
    expect(isAlive(Number(pid))).toBe(false);
  });

  it('ends when the one that started it is killed', async () => {
    const pidFile = join(dir, 'pid');
    const main = await bundled(MAIN);
    const parent = spawn(process.execPath, [main, pidFile], { stdio: 'inherit' });
    const pid = Number((await written(pidFile)).split(' ')[0]);
    parent.kill('SIGKILL');
    while (isAlive(pid)) await wait(20);
    expect(isAlive(pid)).toBe(false);
  });
});
