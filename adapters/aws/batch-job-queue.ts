// The JobQueue port on AWS Batch. Batch has no idempotency token, so a job's name is the key: it is looked up before a
// submission and after an answer that was lost, and the SDK's own repeats are off for submissions. Source: Batch API
// reference, ListJobs filter JOB_NAME.
// Traps: Batch forgets a job seven days after it ended; and two submitters in the same second may both submit, which
// costs money but changes nothing, as both jobs write the same result.
import {
  DescribeJobsCommand,
  ListJobsCommand,
  SubmitJobCommand,
  type BatchClient,
  type JobSummary,
} from '@aws-sdk/client-batch';
import { isQuittanceError, must, QuittanceError } from '#core/errors.ts';
import type { JobQueue } from '#core/ports.ts';
import { safeName } from '#core/names.ts';
import { calling } from './failures.ts';

export interface BatchJobQueueOptions {
  readonly client: BatchClient;
  /** The same client with `maxAttempts: 1`: a submission is repeated only after a look at the queue. */
  readonly once: BatchClient;
  readonly queue: string;
  /** Job definition by the name that a workflow gives it. */
  readonly definitions: Readonly<Record<string, string>>;
}

const SUBMISSIONS = 3;
const STATUS: Readonly<Record<string, 'RUNNING' | 'SUCCEEDED' | 'FAILED'>> = {
  STARTING: 'RUNNING',
  RUNNING: 'RUNNING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
};

export const batchJobQueue = (options: BatchJobQueueOptions): JobQueue => ({
  submit: async ({ name, definition, parameters }) => {
    const jobDefinition = definitionOf(options, definition);
    const jobName = safeName(name).replaceAll('.', '_'); // Batch takes letters, digits, - and _
    const request = { jobName, jobDefinition, jobQueue: options.queue, parameters: { ...parameters } };
    for (let left = SUBMISSIONS; ; left--) {
      const present = await findJob(options, jobName);
      if (present !== undefined) return { jobId: present };
      try {
        const { jobId } = await calling('Batch', () => options.once.send(new SubmitJobCommand(request)));
        return { jobId: must(jobId, 'job id') };
      } catch (error) {
        if (left <= 1 || !isQuittanceError(error, 'SERVICE_UNAVAILABLE')) throw error;
      }
    }
  },
  describe: async (jobId) => {
    const { jobs = [] } = await calling('Batch', () => options.client.send(new DescribeJobsCommand({ jobs: [jobId] })));
    const job = jobs[0];
    if (!job) throw new QuittanceError('NOT_FOUND', { message: 'there is no such job', got: jobId });
    const status = STATUS[job.status ?? ''] ?? 'SUBMITTED';
    return { status, ...(status === 'FAILED' && job.statusReason ? { reason: job.statusReason } : {}) };
  },
});

const definitionOf = ({ definitions }: BatchJobQueueOptions, name: string): string => {
  const found = definitions[name];
  if (found !== undefined) return found;
  throw new QuittanceError('INVALID_INPUT', {
    message: `no job definition is called '${name}'`,
    expected: Object.keys(definitions).join(', '),
  });
};

/**
 * A job of this name that waits, runs or has succeeded. A failed one does not count, because its name is submitted
 * again on purpose.
 */
const findJob = async ({ client, queue }: BatchJobQueueOptions, jobName: string): Promise<string | undefined> => {
  const filters = [{ name: 'JOB_NAME', values: [jobName] }];
  const { jobSummaryList = [] } = await calling('Batch', () =>
    client.send(new ListJobsCommand({ jobQueue: queue, filters })),
  );
  const alive = (job: JobSummary) => job.jobName === jobName && job.status !== 'FAILED';
  return jobSummaryList.find(alive)?.jobId;
};
