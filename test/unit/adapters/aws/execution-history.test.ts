// The history that is kept of an execution, exported from executions that the interpreter really ran: whole over
// several pages, one line an event, ids and codes alone, written once; and once more when the execution was taken up
// again.
import { afterEach, describe, expect, it } from '@jest/globals';
import { exportHistory } from '#adapters/aws/execution-history.ts';
import type { HistoryEvent } from '#state-machine/engine.ts';
import { outcome } from '#test/contract/contract.ts';
import { SUBJECT } from '#bench/house/requests.ts';
import { scriptedAws, xmlError, type Reply, type ScriptedAws } from '#test/support/scripted-aws.ts';
import { walk, type Around, type Walk } from '#test/support/walked-tickets.ts';

const PAGE = 20;
const SECRET = `said by ${SUBJECT}`;
const ARN = 'arn:aws:states:eu-central-1:123456789012:execution:quittance-erasure';

let walked: Walk | undefined;
afterEach(async () => walked?.harness.close());

/** The history of a ticket's execution. */
const historyOf = async (around?: Around): Promise<{ name: string; events: HistoryEvent[] }> => {
  walked = await walk('straight', around);
  await walked.toTheEnd();
  return { name: walked.ticketId, events: await walked.harness.asl.history(`erasure:${walked.ticketId}`) };
};

/**
 * As Step Functions would tell it at its worst: with data that was asked to be left out, and a cause that quotes a
 * person.
 */
const asAws = ({ id, previousEventId, type, at, details }: HistoryEvent) => ({
  id,
  previousEventId,
  type,
  timestamp: at / 1000,
  [detailsOf(type)]: { ...(details as object), cause: SECRET, taskToken: SECRET, parameters: SECRET, input: SECRET },
});
const detailsOf = (type: string): string => {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.slice(0, 1).toLowerCase()}${type.slice(1)}EventDetails`;
};

/** Pages of a history, and a bucket that takes a key once. */
const aws = (events: readonly HistoryEvent[]): ScriptedAws & { objects: Map<string, string> } => {
  const objects = new Map<string, string>();
  const scripted = scriptedAws(({ operation, body, headers }): Reply => {
    if (operation.endsWith('GetExecutionHistory')) {
      const from = Number(body['nextToken'] ?? 0);
      const more = from + PAGE < events.length ? { nextToken: String(from + PAGE) } : {};
      return { body: { events: events.slice(from, from + PAGE).map(asAws), ...more } };
    }
    const key = operation.replace(/^PUT /, '');
    if (headers['if-none-match'] !== '*' || objects.has(key)) return xmlError('PreconditionFailed', 412);
    objects.set(key, body['text'] as string); // lines of JSON are none together
    return {};
  });
  return { ...scripted, objects };
};

const exported = (scripted: ScriptedAws, name: string, status: string) =>
  exportHistory(
    { sfn: scripted.clients.sfn, s3: scripted.clients.s3, bucket: 'ledger' },
    { detail: { executionArn: `${ARN}:${name}`, status } },
  );

interface Line {
  id: number;
  type: string;
  timestamp: string;
  name?: string;
  error?: string;
}
const linesOf = (scripted: { objects: Map<string, string> }): Line[] => {
  const [text = ''] = scripted.objects.values();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
};

const failing: Around = async (call, run) => {
  if (call.state === 'erasure/Triage ticket') throw Object.assign(new Error(SECRET), { name: 'Unforeseen' });
  return run();
};

describe.each([
  ['succeeded', 'SUCCEEDED', undefined, 'ExecutionSucceeded'],
  ['failed', 'FAILED', failing, 'ExecutionFailed'],
] as const)('the history of an execution that %s', (_, status, around, end) => {
  it('is whole over all pages, names states and errors, and holds no data', async () => {
    const { name, events } = await historyOf(around);
    const scripted = aws(events);
    const { key } = await exported(scripted, name, status);
    expect(key).toBe(`history/quittance-erasure/${name}.jsonl`);
    const asked = scripted.calls.filter(({ operation }) => operation.endsWith('GetExecutionHistory'));
    expect(asked.length).toBe(Math.ceil(events.length / PAGE));
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.every(({ body }) => body['includeExecutionData'] === false)).toBe(true);
    const lines = linesOf(scripted);
    expect(lines.map(({ id, type }) => [id, type])).toEqual(events.map(({ id, type }) => [id, type]));
    expect(lines.at(-1)).toMatchObject({ type: end });
    expect(lines.flatMap((line) => line.name ?? [])).toContain('Triage ticket');
    if (status === 'FAILED') expect(lines.flatMap(({ error }) => error ?? [])).toContain('Unforeseen');
    const [text = ''] = scripted.objects.values();
    for (const word of ['Ottoline', 'Marchbanks', 'taskToken', 'parameters', 'cause', 'input'])
      expect(text).not.toContain(word);
  });

  it('is written once: a repeated event finds it there', async () => {
    const { name, events } = await historyOf(around);
    const scripted = aws(events);
    const first = await exported(scripted, name, status);
    const [text] = scripted.objects.values();
    expect(await exported(scripted, name, status)).toEqual(first);
    expect([...scripted.objects.values()]).toEqual([text]);
  });
});

describe('a history', () => {
  it('of an execution that was taken up again is kept beside the one of its first end', async () => {
    const { name, events } = await historyOf(failing);
    const first = aws(events);
    await exported(first, name, 'FAILED');
    await walked!.harness.asl.redriveExecution(`erasure:${name}`);
    await walked!.toTheEnd();
    const { key } = await exported(aws(await walked!.harness.asl.history(`erasure:${name}`)), name, 'FAILED');
    expect(key).toBe(`history/quittance-erasure/${name}-redriven-1.jsonl`);
  });

  it('whose end, or whose middle, is not to be read yet is not kept', async () => {
    const { name, events } = await historyOf();
    for (const partial of [events.slice(0, -1), events.filter(({ id }) => id !== 7), []]) {
      const scripted = aws(partial);
      expect(await outcome(exported(scripted, name, 'SUCCEEDED'))).toBe('SERVICE_UNAVAILABLE');
      expect(scripted.objects.size).toBe(0);
    }
  });
});
