// The job queue over real child processes: idempotent names, failures by the child's own words, signals passed on, and
// a parent that dies.
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createProcessJobQueue,
  type JobProgress,
  type ProcessJobQueue,
  type ProcessJobQueueOptions,
} from '#adapters/local/process-job-queue.ts';
import { removeScratch, scratch, systemClock, until } from './asl-harness.ts';

/** What a job does, by its definition; it notes each start in the folder, once it listens for signals. */
const JOB = `
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
const { FOLDER: folder, MALLOC_ARENA_MAX: arenas, NODE_OPTIONS: options, QUITTANCE_JOB: definition, AWS_BATCH_JOB_ID: id, AWS_BATCH_JOB_ATTEMPT: attempt, RUN } = process.env;
if (definition === 'wait') {
  const timer = setInterval(() => existsSync(join(folder, 'go')) && process.exit(0), 10);
  process.on('SIGTERM', () => { appendFileSync(join(folder, 'starts'), 'saved\\n'); clearInterval(timer); process.exit(143); });
}
if (definition === 'stubborn') { process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000); }
appendFileSync(join(folder, 'starts'), [definition, RUN, attempt, process.argv.at(-1) === id].join(' ') + '\\n');
if (definition === 'progress') console.log('plain\\n' + JSON.stringify({ stage: 'train', done: 3, total: 4 }) + '\\n{broken');
if (definition === 'settings') appendFileSync(join(folder, 'settings'), JSON.stringify({ arenas, options }));
if (definition === 'fail') { console.error('warming up'); console.error(JSON.stringify({ code: 'MEMORY_PLAN', message: 'needs 3 GiB' })); process.exitCode = 2; }
if (definition === 'crash') process.kill(process.pid, 'SIGKILL');
if (definition === 'exit') process.exit(7);
`;

/** For a job that saves when asked, however busy the machine is. */
const PATIENT = 3_600_000;

const queues: ProcessJobQueue[] = [];

const openQueue = (folder: string, options: Partial<ProcessJobQueueOptions> = {}): ProcessJobQueue => {
  const script = join(folder, 'job.mjs');
  writeFileSync(script, JOB);
  const queue = createProcessJobQueue({
    database: join(folder, 'jobs.sqlite'),
    logs: join(folder, 'logs'),
    command: [process.execPath, script],
    environment: { FOLDER: folder },
    clock: systemClock,
    graceMs: PATIENT,
    ...options,
  });
  queues.push(queue);
  return queue;
};

const ended = async (queue: ProcessJobQueue, jobId: string) => {
  await until(async () => ['SUCCEEDED', 'FAILED'].includes((await queue.describe(jobId)).status));
  return queue.describe(jobId);
};

const starts = (folder: string) => {
  const path = join(folder, 'starts');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
};

const job = (definition: string, name = definition) => ({ name, definition, parameters: { RUN: 'r1' } });

afterEach(async () => {
  for (const queue of queues.splice(0)) await queue.close();
});
afterAll(removeScratch);

describe('process job queue', () => {
  it('hands parameters, definition, job id and attempt to the child', async () => {
    const folder = scratch();
    const queue = openQueue(folder);
    const { jobId } = await queue.submit(job('ok'));
    expect(await ended(queue, jobId)).toEqual({ status: 'SUCCEEDED' });
    expect(starts(folder)).toEqual(['ok r1 1 true']);
  });

  it.each([
    ['memory', {}, { arenas: '1', options: '--max-semi-space-size=2' }],
    [
      'memory as its environment says',
      { MALLOC_ARENA_MAX: '4', NODE_OPTIONS: '--max-semi-space-size=8' },
      { arenas: '4', options: '--max-semi-space-size=2 --max-semi-space-size=8' },
    ],
  ])('starts a job that is sparing with %s', async (_, environment, expected) => {
    const folder = scratch();
    const queue = openQueue(folder, { environment: { FOLDER: folder, NODE_OPTIONS: '', ...environment } });
    const { jobId } = await queue.submit(job('settings'));
    expect(await ended(queue, jobId)).toEqual({ status: 'SUCCEEDED' });
    expect(JSON.parse(readFileSync(join(folder, 'settings'), 'utf8'))).toEqual(expected);
  });

  it('runs a job once however often its name is submitted, also after it has ended', async () => {
    const folder = scratch();
    const queue = openQueue(folder);
    const both = await Promise.all([queue.submit(job('ok')), queue.submit(job('ok'))]);
    expect(both[0]).toEqual(both[1]);
    await ended(queue, both[0].jobId);
    expect(await queue.submit(job('ok'))).toEqual(both[0]);
    expect(starts(folder)).toHaveLength(1);
  });

  it('refuses a name that is used again for another job', async () => {
    const queue = openQueue(scratch());
    await queue.submit(job('ok', 'same'));
    await expect(queue.submit(job('exit', 'same'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it.each(['NODE_OPTIONS', 'LD_PRELOAD', 'PATH', 'a b', ''])(
    'refuses the parameter name %p, which would steer the child',
    async (name) => {
      const queue = openQueue(scratch());
      await expect(queue.submit({ ...job('ok'), parameters: { [name]: 'x' } })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
    },
  );

  it.each([
    ['fail', 'MEMORY_PLAN: needs 3 GiB'],
    ['exit', 'exit code 7'],
    ['crash', 'ended by SIGKILL'],
  ])('says why the job %s failed', async (definition, reason) => {
    const queue = openQueue(scratch());
    const { jobId } = await queue.submit(job(definition));
    expect(await ended(queue, jobId)).toEqual({ status: 'FAILED', reason });
  });

  it('fails a job whose program does not exist', async () => {
    const folder = scratch();
    const queue = openQueue(folder, { command: [join(folder, 'absent')] });
    const { jobId } = await queue.submit(job('ok'));
    expect((await ended(queue, jobId)).reason).toMatch(/ENOENT/);
  });

  it('passes JSON lines on as progress and keeps every line in the log', async () => {
    const folder = scratch();
    const seen: JobProgress[] = [];
    const queue = openQueue(folder, { onProgress: (progress) => seen.push(progress) });
    const { jobId } = await queue.submit(job('progress', 'p-1'));
    await ended(queue, jobId);
    expect(seen).toEqual([{ jobId, name: 'p-1', definition: 'progress', line: { stage: 'train', done: 3, total: 4 } }]);
    await until(() => readFileSync(join(folder, 'logs', `${jobId}.log`), 'utf8').includes('{broken'));
  });

  it('runs no more jobs at once than it may, in the order of submission', async () => {
    const folder = scratch();
    const queue = openQueue(folder, { atOnce: 1 });
    const first = await queue.submit(job('wait', 'w-1'));
    const second = await queue.submit(job('ok', 'w-2'));
    await until(() => starts(folder).length === 1);
    expect(await queue.describe(second.jobId)).toEqual({ status: 'SUBMITTED' });
    writeFileSync(join(folder, 'go'), '');
    await ended(queue, second.jobId);
    expect(await queue.describe(first.jobId)).toEqual({ status: 'SUCCEEDED' });
    expect(starts(folder)).toEqual(['wait r1 1 true', 'ok r1 1 true']);
  });

  it('asks a running job to save on close, and runs it again when opened', async () => {
    const folder = scratch();
    const queue = openQueue(folder);
    const { jobId } = await queue.submit(job('wait'));
    await until(() => starts(folder).length === 1);
    await queue.close();
    queues.splice(0);
    const again = openQueue(folder);
    await until(() => starts(folder).length === 3);
    expect(starts(folder)).toEqual(['wait r1 1 true', 'saved', 'wait r1 2 true']);
    writeFileSync(join(folder, 'go'), '');
    expect(await ended(again, jobId)).toEqual({ status: 'SUCCEEDED' });
  });

  it('kills a job that does not end when asked', async () => {
    const folder = scratch();
    const queue = openQueue(folder, { graceMs: 50 });
    const { jobId } = await queue.submit(job('stubborn'));
    await until(() => starts(folder).length === 1);
    await queue.cancel(jobId);
    expect(await queue.describe(jobId)).toEqual({ status: 'FAILED', reason: 'cancelled' });
  });

  it('does not know a job that was never submitted', async () => {
    await expect(openQueue(scratch()).describe('J-none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('refuses a second queue on the same file', () => {
    const folder = scratch();
    openQueue(folder);
    expect(() => openQueue(folder)).toThrow(expect.objectContaining({ code: 'STORE_LOCKED' }));
  });
});

/** A parent process with a queue on the folder that submits the job `wait`. */
const PARENT = `
import { createProcessJobQueue } from '#adapters/local/process-job-queue.ts';
import { join } from 'node:path';
const folder = process.argv.at(-1);
const queue = createProcessJobQueue({ database: join(folder, 'jobs.sqlite'), logs: join(folder, 'logs'), clock: { now: () => new Date() }, graceMs: ${PATIENT},
  command: [process.execPath, join(folder, 'job.mjs')], environment: { FOLDER: folder } });
await queue.submit({ name: 'wait', definition: 'wait', parameters: { RUN: 'r1' } });
setInterval(() => undefined, 1000);
`;

const parentOn = (folder: string) => {
  writeFileSync(join(folder, 'job.mjs'), JOB);
  const child = spawn(process.execPath, ['--input-type=module', '-e', PARENT, folder], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exit = new Promise<string | number | null>((resolve) =>
    child.on('exit', (code, signal) => resolve(signal ?? code)),
  );
  return { child, exit };
};

describe('a parent that goes away', () => {
  it('by kill -9: the job is ended if it still runs, and run again', async () => {
    const folder = scratch();
    const { child, exit } = parentOn(folder);
    await until(() => starts(folder).length === 1);
    child.kill('SIGKILL');
    expect(await exit).toBe('SIGKILL');
    const queue = openQueue(folder);
    await until(() => starts(folder).length === 3);
    expect(starts(folder)).toEqual(['wait r1 1 true', 'saved', 'wait r1 2 true']);
    writeFileSync(join(folder, 'go'), '');
    const { jobId } = await queue.submit(job('wait'));
    expect(await ended(queue, jobId)).toEqual({ status: 'SUCCEEDED' });
  });

  it('by SIGTERM: the job is asked to save, and the parent ends by the signal', async () => {
    const folder = scratch();
    const { child, exit } = parentOn(folder);
    await until(() => starts(folder).length === 1);
    child.kill('SIGTERM');
    expect(await exit).toBe('SIGTERM');
    await until(() => starts(folder).includes('saved'));
    expect(starts(folder)).toEqual(['wait r1 1 true', 'saved']);
  });
});
