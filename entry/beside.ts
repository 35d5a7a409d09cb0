// A second job in a process of its own, on another core, while the first computes: what waits for no other result need
// not wait for its turn. Both have a heap of their own, so that neither takes more memory than it would alone.
// Trap: it must not outlive the job that started it, which may be killed. The channel between the two closes then, and
// the second ends.
import { fork } from 'node:child_process';
import type { JobEnvironment } from '#containers/unlearn-job.ts';
import { INTERRUPTED } from '#containers/run-saves.ts';

/** `id`: of the job that starts others; theirs are made from it. */
export const besideOn = (main: string, id: string): NonNullable<JobEnvironment['beside']> => {
  return ({ name, definition, parameters }) => {
    const child = fork(main, [`${id}-beside`], {
      env: { ...process.env, ...parameters, QUITTANCE_JOB: definition, job: name, AWS_BATCH_JOB_ID: `${id}-beside` },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('close', () => resolve());
    });
    return { ended, end: () => void child.kill() };
  };
};

/** Called in every job: one that another started ends when that one is gone. */
export const endWithParent = (): void => {
  if (!process.channel) return;
  process.once('disconnect', () => process.exit(INTERRUPTED));
  process.channel.unref();
};
