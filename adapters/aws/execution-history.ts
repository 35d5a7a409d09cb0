// A finished execution's history as evidence: Step Functions forgets it after 90 days. States, times and errors without data (includeExecutionData is off), one JSON
// line an event, written once beside the log. Called by EventBridge at "Step Functions Execution Status Change"; a repeat finds it there.
import { paginateGetExecutionHistory, type SFNClient } from '@aws-sdk/client-sfn';
import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { calling } from './failures.ts';
import { s3Objects } from './s3-objects.ts';

/** Names come from the ARNs, which Step Functions has checked. */
const StatusChange = z.object({
  detail: z.object({
    executionArn: z.string().regex(/^arn:aws[\w-]*:states:[\w-]+:\d{12}:execution:[^:]+:[^:]+$/),
    status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
  }),
});

/** INVALID_INPUT for an event that is not of an execution's end: no retry makes it one. */
const endedExecution = (event: unknown): string => {
  const parsed = StatusChange.safeParse(event);
  if (parsed.success) return parsed.data.detail.executionArn;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the event does not say which execution has ended',
    got: parsed.error.issues.map(({ path, code }) => `${path.join('.') || '(root)'}: ${code}`).join('; '),
  });
};

/** The key under which the history is. */
export const exportHistory = async (
  { sfn, s3, bucket }: { sfn: SFNClient; s3: S3Client; bucket: string },
  event: unknown,
): Promise<{ key: string }> => {
  const executionArn = endedExecution(event);
  const lines: string[] = [];
  const input = { executionArn, includeExecutionData: false };
  await calling('Step Functions', async () => {
    for await (const page of paginateGetExecutionHistory({ client: sfn }, input))
      lines.push(...(page.events ?? []).map((entry) => JSON.stringify(entry)));
  });
  const [workflow = '', name = ''] = executionArn.split(':').slice(-2);
  const key = `history/${workflow}/${name.replace(/[^A-Za-z0-9._-]/g, '_')}.jsonl`;
  await s3Objects(s3, bucket).create(key, Buffer.from(`${lines.join('\n')}\n`));
  return { key };
};
