import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockFolder } from '#adapters/local/data-folder.ts';
import { localStores } from '#adapters/local/index.ts';
import { temporaryFolder } from '#test/support/folders.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

const locked = expect.objectContaining({ code: 'STORE_LOCKED' });

/** Another process that opens the folder, says so and stays. */
const holder = async () => {
  const script = `
    const { lockFolder } = await import(${JSON.stringify(new URL('../../../../adapters/local/data-folder.ts', import.meta.url).href)});
    lockFolder(${JSON.stringify(folder.dir)});
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
};

describe('a data folder', () => {
  it('has one writer', () => {
    const first = localStores(folder.dir);
    expect(() => localStores(folder.dir)).toThrow(locked);
    first.close();
    localStores(folder.dir).close();
  });

  it('is refused while another process holds it, and free the moment that process is killed', async () => {
    const child = await holder();
    expect(() => lockFolder(folder.dir)).toThrow(locked);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() => lockFolder(folder.dir).release()).not.toThrow();
  });

  it('can be read, and written by a job, without the lock', async () => {
    const parent = localStores(folder.dir);
    const job = localStores(folder.dir, { lock: false });
    await job.results.put('T-1-unlearn-1', { steps: 3 });
    expect(await parent.results.get('T-1-unlearn-1')).toEqual({ steps: 3 });
    job.close();
    parent.close();
  });
});
