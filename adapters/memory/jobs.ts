// A job queue that runs its handlers immediately in this process. The handlers that tests give it are small, but they
// write real results.
import { QuittanceError } from '#core/errors.ts';
import type { JobQueue } from '#core/ports.ts';

export type JobHandlers = Readonly<Record<string, (parameters: Readonly<Record<string, string>>) => Promise<void>>>;

export const memoryJobs = (handlers: JobHandlers): JobQueue => {
  const jobs = new Map<string, Awaited<ReturnType<JobQueue['describe']>>>();
  return {
    submit: async ({ name, definition, parameters }) => {
      if (jobs.get(name)?.status === 'SUCCEEDED') return { jobId: name };
      const handler = handlers[definition];
      if (!handler) throw new QuittanceError('JOB_FAILED', { message: `no job definition ${definition}` });
      const outcome = handler(parameters);
      jobs.set(name, await outcome.then(() => ({ status: 'SUCCEEDED' as const }), failed));
      return { jobId: name };
    },
    describe: async (jobId) => {
      const job = jobs.get(jobId);
      if (!job) throw new QuittanceError('NOT_FOUND', { message: `no job ${jobId}` });
      return job;
    },
  };
};

const failed = (error: unknown) => ({
  status: 'FAILED' as const,
  reason: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown',
});
