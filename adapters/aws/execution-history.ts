// A finished execution's history as evidence: Step Functions forgets it after 90 days. States, times and errors without data (includeExecutionData is off), one JSON
// line an event, written once beside the log. Called by EventBridge at "Step Functions Execution Status Change"; a repeat finds it there.
import { paginateGetExecutionHistory, type SFNClient } from '@aws-sdk/client-sfn';
import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { calling } from './failures.ts';
import { s3Objects } from './s3-objects.ts';

export const StatusChange = z.object({
  detail: z.object({ executionArn: z.string(), name: z.string(), stateMachineArn: z.string(), status: z.string() }),
});

/** The key under which the history is. */
export const exportHistory = async (
  { sfn, s3, bucket }: { sfn: SFNClient; s3: S3Client; bucket: string },
  event: unknown,
): Promise<{ key: string }> => {
  const { executionArn, name, stateMachineArn } = StatusChange.parse(event).detail;
  const lines: string[] = [];
  const input = { executionArn, includeExecutionData: false };
  await calling('Step Functions', async () => {
    for await (const page of paginateGetExecutionHistory({ client: sfn }, input))
      lines.push(...(page.events ?? []).map((entry) => JSON.stringify(entry)));
  });
  const workflow = stateMachineArn.split(':').at(-1) ?? '';
  const key = `history/${workflow}/${name.replace(/[^A-Za-z0-9._-]/g, '_')}.jsonl`;
  await s3Objects(s3, bucket).create(key, Buffer.from(`${lines.join('\n')}\n`));
  return { key };
};
