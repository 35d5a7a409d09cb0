// The contract suites of the workflow engine and the job queue on the embedded adapters.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAslEngine } from '#state-machine/engine.ts';
import { createProcessJobQueue } from '#adapters/local/process-job-queue.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { jobQueueContract } from './job-queue.contract.ts';
import { CONTRACT_WORKFLOWS, workflowEngineContract } from './workflow-engine.contract.ts';

const clock = { now: () => new Date() };

const JOB = `
if (process.env.QUITTANCE_JOB === 'fails') { console.error(JSON.stringify({ code: 'JOB_FAILED', message: process.env.reason })); process.exitCode = 1; }
`;

jobQueueContract('local', async () => {
  const { dir, remove } = temporaryFolder();
  const script = join(dir, 'job.mjs');
  writeFileSync(script, JOB);
  const command = [process.execPath, script];
  const open = () =>
    createProcessJobQueue({ database: join(dir, 'jobs.sqlite'), logs: join(dir, 'logs'), command, clock });
  let queue = open();
  const reopen = async () => {
    await queue.close();
    return (queue = open());
  };
  return { port: queue, reopen, done: async () => (await queue.close(), remove()) };
});

let kept = Promise.withResolvers<string>();

workflowEngineContract(
  'local',
  async () => {
    kept = Promise.withResolvers();
    const { dir, remove } = temporaryFolder();
    const open = () =>
      createAslEngine({
        database: join(dir, 'workflows.sqlite'),
        workflows: CONTRACT_WORKFLOWS,
        substitutions: { 'keep-token': 'keep-token' },
        functions: async (_, payload) => kept.resolve((payload as { token: string }).token),
        jobs: {
          submit: async () => Promise.reject(new Error('no jobs')),
          describe: async () => Promise.reject(new Error('no jobs')),
        },
        clock,
      });
    let engine = open();
    const reopen = async () => {
      await engine.close();
      engine = open();
      await engine.resume();
      return engine;
    };
    return { port: engine, reopen, done: async () => (await engine.close(), remove()) };
  },
  () => kept.promise,
);
