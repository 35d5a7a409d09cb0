// The base and the candidate evaluated at the same time, by two processes: the tables are those of one process that
// evaluates one after the other, which is the oracle here. Where the second process leaves nothing, the first does its
// work. On the smallest model; a machine of one core has nothing to start a second process on.
import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { localStores } from '#adapters/local/index.ts';
import { findJob } from '#containers/jobs.ts';
import type { BesideJob } from '#containers/unlearn-job.ts';
import { JobResult } from '#core/run.ts';
import { initBackend } from '#engine/tf.ts';
import { bundled } from '#test/support/bundled.ts';
import { filesUnder } from '#test/support/folders.ts';
import { removeScratch, scratch } from './asl-harness.ts';
import { prepare, run, train } from './survival-children.ts';

const ticketId = 'T-1';
const BATCH = join(import.meta.dirname, '../../entry/batch.ts');

let unlearned: string;
let parameters: { ticketId: string; planDigest: string; runDigest: string };
let alone: JobResult;

/** What evaluates in this process, with whatever starts a second one. */
const evaluated = async (data: string, beside?: (job: BesideJob) => void): Promise<JobResult> => {
  const stores = localStores(data, { lock: false });
  const start = (job: BesideJob) => (beside?.(job), { ended: Promise.resolve(), end: () => undefined });
  const environment = { artifacts: stores.artifacts, scratch: data, backend: 'wasm', ...(beside && { beside: start }) };
  const result = JobResult.parse(await findJob('evaluate').run(parameters, stores, environment));
  stores.close();
  return result;
};

const copied = (): string => {
  const data = scratch();
  cpSync(unlearned, data, { recursive: true });
  return data;
};

beforeAll(async () => {
  await initBackend('wasm');
  unlearned = scratch();
  expect(await run(train(unlearned))).toMatchObject({ status: 0 });
  const stores = localStores(unlearned, { lock: false });
  const planDigest = await prepare(stores, join(unlearned, 'model'), ticketId, 'normalized-sgd');
  const args = ['QUITTANCE_JOB=unlearn', 'job=J', `ticketId=${ticketId}`, `planDigest=${planDigest}`, 'runDigest='];
  expect(await run({ script: BATCH, args, environment: { QUITTANCE_DIR: unlearned } })).toMatchObject({ status: 0 });
  const { result: runDigest } = JobResult.parse(await stores.results.get('J'));
  stores.close();
  parameters = { ticketId, planDigest, runDigest };
  alone = await evaluated(copied());
});
afterAll(removeScratch);

describe('an evaluation', () => {
  it('by two processes gives the tables of one, and each process evaluates one model', async () => {
    const data = copied();
    const given = Object.entries({ QUITTANCE_JOB: 'evaluate', job: 'E', ...parameters }).map((pair) => pair.join('='));
    const env = { ...process.env, QUITTANCE_BACKEND: 'wasm', QUITTANCE_DIR: data, AWS_BATCH_JOB_ID: 'J-2' };
    const child = spawn(process.execPath, [await bundled(BATCH), ...given], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = (await child.stdout.toArray()).join('');
    const stores = localStores(data, { lock: false });
    expect(await stores.results.get('E')).toEqual(alone);
    stores.close();
    expect(lines).toContain('"stage":"evaluate"');
    expect(lines.includes('"stage":"evaluate the base"')).toBe(availableParallelism() === 1);
    expect(filesUnder(join(data, 'scratch'))).toEqual([]);
  });

  it('whose second process left nothing evaluates both itself', async () => {
    const started: BesideJob[] = [];
    expect(await evaluated(copied(), (job) => started.push(job))).toEqual(alone);
    expect(started).toEqual([{ name: `${ticketId}-evaluate-0`, definition: 'evaluate-base', parameters }]);
  });

  it('of a base that was evaluated before starts no second process', async () => {
    const data = copied();
    await evaluated(data);
    const started: BesideJob[] = [];
    expect(await evaluated(data, (job) => started.push(job))).toEqual(alone);
    expect(started).toEqual([]);
  });
});
