// Keeps a finished execution's history as evidence, because Step Functions deletes it after 90 days: states, times and
// names of errors, one JSON line an event, written once beside the log. EventBridge calls it at "Step Functions
// Execution Status Change". A repeat finds the history already written; an execution that was redriven gets one more.
// Trap: without includeExecutionData, Step Functions leaves out inputs and outputs but not causes or the parameters of
// a task with its token, so a line holds only the fields named here.
import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';
import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { calling } from './failures.ts';
import { s3Objects } from './s3-objects.ts';

/** Names come from the ARN, which Step Functions has checked. */
const StatusChange = z.object({
  detail: z.object({
    executionArn: z.string().regex(/^arn:aws[\w-]*:states:[\w-]+:\d{12}:execution:[^:]+:[^:]+$/),
    status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
  }),
});

/** INVALID_INPUT for an event that reports no end of an execution, so that it is not retried. */
const endedExecution = (event: unknown): string => {
  const parsed = StatusChange.safeParse(event);
  if (parsed.success) return parsed.data.detail.executionArn;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the event does not say which execution has ended',
    got: parsed.error.issues.map(({ path, code }) => `${path.join('.') || '(root)'}: ${code}`).join('; '),
  });
};

/** The key under which the history is stored. SERVICE_UNAVAILABLE while its last event cannot be read yet. */
export const exportHistory = async (
  { sfn, s3, bucket }: { sfn: SFNClient; s3: S3Client; bucket: string },
  event: unknown,
): Promise<{ key: string }> => {
  const executionArn = endedExecution(event);
  const events = await wholeHistory(sfn, executionArn);
  const [workflow = '', name = ''] = executionArn.split(':').slice(-2);
  const redrives = events.filter(({ type }) => type === 'ExecutionRedriven').length;
  const plain = name.replace(/[^A-Za-z0-9._-]/g, '_');
  const key = `history/${workflow}/${plain}${redrives === 0 ? '' : `-redriven-${redrives}`}.jsonl`;
  const lines = events.map((entry) => `${JSON.stringify(withoutData(entry))}\n`);
  await s3Objects(s3, bucket).create(key, Buffer.from(lines.join('')));
  return { key };
};

const ENDS = ['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionTimedOut', 'ExecutionAborted'];

const wholeHistory = async (sfn: SFNClient, executionArn: string): Promise<HistoryEvent[]> => {
  const events: HistoryEvent[] = [];
  for (let nextToken: string | undefined, more = true; more; more = nextToken !== undefined) {
    const asked = { executionArn, includeExecutionData: false, maxResults: 1000, nextToken };
    const page = await calling('Step Functions', () => sfn.send(new GetExecutionHistoryCommand(asked)));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  }
  const isWhole = events.every(({ id }, i) => id === i + 1) && ENDS.includes(events.at(-1)?.type ?? '');
  if (isWhole) return events;
  throw new QuittanceError('SERVICE_UNAVAILABLE', {
    message: 'the history of an execution does not reach its end yet, or runs again',
    got: `${events.length} events`,
  });
};

/** The fields that are kept. Not causes, which quote what a function said, and no input, output or parameters. */
const Details = z.object({
  name: z.string().optional(),
  error: z.string().optional(),
  resource: z.string().optional(),
  resourceType: z.string().optional(),
  timeoutInSeconds: z.number().optional(),
  redriveCount: z.number().optional(),
});

const withoutData = ({ id, previousEventId, timestamp, type, ...rest }: HistoryEvent) => {
  const [details] = Object.values(rest).flatMap((each: unknown) => Details.safeParse(each).data ?? []);
  return { id, previousEventId, timestamp, type, ...details };
};
