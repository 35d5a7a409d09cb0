import { expect, it } from '@jest/globals';
import type { JobQueue } from '#core/ports.ts';
import { contract, outcome, type Make } from './contract.ts';

/**
 * Definitions that the adapter's installation must offer: `succeeds` ends well, `fails` ends with an error whose
 * message is the parameter `reason`.
 */
export const jobQueueContract = (name: string, make: Make<JobQueue>) =>
  contract(`job queue: ${name}`, make, (queue, reopen) => {
    const ended = async (jobs: JobQueue, jobId: string) => {
      for (;;) {
        const job = await jobs.describe(jobId);
        if (job.status === 'SUCCEEDED' || job.status === 'FAILED') return job;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const good = { name: 'run-1', definition: 'succeeds', parameters: { RUN: 'r-1' } };

    it('runs a job to its end', async () => {
      const { jobId } = await queue().submit(good);
      expect(await ended(queue(), jobId)).toEqual({ status: 'SUCCEEDED' });
    });

    it('knows a name again, while the job runs, after its end and over a restart', async () => {
      const first = await queue().submit(good);
      expect(await queue().submit(good)).toEqual(first);
      await ended(queue(), first.jobId);
      const again = await reopen();
      expect(await again.submit(good)).toEqual(first);
      expect(await again.describe(first.jobId)).toEqual({ status: 'SUCCEEDED' });
    });

    it('says why a job failed', async () => {
      const { jobId } = await queue().submit({
        name: 'run-2',
        definition: 'fails',
        parameters: { reason: 'no memory left' },
      });
      const { status, reason } = await ended(queue(), jobId);
      expect(status).toBe('FAILED');
      expect(reason).toContain('no memory left');
    });

    it('does not know a job that was never submitted', async () => {
      expect(await outcome(queue().describe('never'))).toBe('NOT_FOUND');
    });
  });
