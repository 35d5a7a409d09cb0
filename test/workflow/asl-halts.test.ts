// A call that meets a fault of the machine stops the engine and fails nothing: once it is settled, the same call is
// made again under the same key, and the execution ends as if nothing had been.
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { createAslEngine } from '#state-machine/engine.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { removeScratch, scratch } from './asl-harness.ts';

afterAll(removeScratch);

const WORKFLOW = {
  StartAt: 'Work',
  States: {
    Work: {
      Type: 'Task',
      Resource: 'work',
      Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 5 }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Failed' }],
      End: true,
    },
    Failed: { Type: 'Fail' },
  },
};

const full = () => new QuittanceError('STORE_FULL', { message: 'full' });

const engineOn = (folder: string, isFull: () => boolean, keys: string[]) =>
  createAslEngine({
    database: join(folder, 'workflows.sqlite'),
    workflows: { main: WORKFLOW },
    functions: async (_name, _payload, { idempotencyKey }) => {
      keys.push(idempotencyKey);
      if (isFull()) throw full();
      return 'done';
    },
    jobs: { submit: async () => ({ jobId: '' }), describe: async () => ({ status: 'FAILED' }) },
    clock: { now: () => new Date() },
    halts: (error) => (isQuittanceError(error, 'STORE_FULL') ? error : undefined),
  });

it('goes on in the same process when it is settled, and refuses work until then', async () => {
  let isFull = true;
  const keys: string[] = [];
  const engine = engineOn(scratch(), () => isFull, keys);
  const { executionId } = await engine.start({ workflow: 'main', name: 'one', input: {} });
  await expect(engine.settled(executionId)).rejects.toMatchObject({ code: 'STORE_FULL' });
  expect(engine.stopped).toMatchObject({ code: 'STORE_FULL' });
  await expect(engine.start({ workflow: 'main', name: 'two', input: {} })).rejects.toMatchObject({
    code: 'STORE_FULL',
  });
  isFull = false;
  await engine.resume();
  expect(await engine.settled(executionId)).toMatchObject({ status: 'SUCCEEDED', output: 'done' });
  expect([engine.stopped, keys.length, new Set(keys).size]).toEqual([undefined, 2, 1]);
  await engine.close();
});

it('goes on in the next process', async () => {
  const folder = scratch();
  const keys: string[] = [];
  const first = engineOn(folder, () => true, keys);
  const { executionId } = await first.start({ workflow: 'main', name: 'one', input: {} });
  await expect(first.settled(executionId)).rejects.toMatchObject({ code: 'STORE_FULL' });
  await first.close();
  const second = engineOn(folder, () => false, keys);
  await second.resume();
  expect(await second.settled(executionId)).toMatchObject({ status: 'SUCCEEDED' });
  expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  await second.close();
});
