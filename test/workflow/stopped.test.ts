// A job that computes when a hold is placed or the request ends: it stops, the ticket ends in the state that the act
// asks for, and after a release it goes on. On the deployed state machines, with a job that would never end by itself.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GatePolicy } from '#core/policy.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { placeHold, releaseHold } from '#functions/holds.ts';
import { pauseClock, resumeClock } from '#functions/pause-clock.ts';
import { FILER } from '#bench/house/requests.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { file } from '#bench/house/ticket-harness.ts';
import { workflowHarness, type WorkflowHarness } from '#bench/house/workflow-harness.ts';

const POLICY = GatePolicy.parse(
  JSON.parse(readFileSync(new URL('../../policies/gate-v1.json', import.meta.url), 'utf8')),
);

const open: WorkflowHarness[] = [];
afterEach(async () => {
  for (const harness of open.splice(0)) await harness.close();
});

/** The first job of `stuck` computes for ever; resolves once it does. */
const startStuck = async (stuck: 'unlearn' | 'evaluate') => {
  const began = Promise.withResolvers<undefined>();
  let first = true;
  const harness = await workflowHarness({
    policy: POLICY,
    answer: (_, prompts) => prompts.map(() => 'I cannot say.'),
    jobs: (ports) => {
      const handlers = smallJobs()(ports);
      const handler = async (parameters: Readonly<Record<string, string>>) => {
        if (!first) return handlers[stuck]!(parameters);
        first = false;
        began.resolve(undefined);
        return new Promise<void>(() => undefined);
      };
      return { ...handlers, [stuck]: handler };
    },
  });
  open.push(harness);
  const ticketId = await file(harness);
  await began.promise;
  return { harness, ticketId };
};

const ticketOf = async ({ ports }: WorkflowHarness, ticketId: string) => (await ports.tickets.get(ticketId)).ticket;
const executionsOf = async ({ asl }: WorkflowHarness, workflow: string) =>
  (await asl.listExecutions()).filter((one) => one.workflow === workflow);

describe.each(['unlearn', 'evaluate'] as const)('a running job: %s', (job) => {
  it('is stopped by a hold; the ticket waits, and after the release the same plan is carried out', async () => {
    const { harness, ticketId } = await startStuck(job);
    await harness.call(placeHold, { ticketId, by: 'legal.lou', code: 'litigation' });
    await harness.waits(ticketId, 'release');
    expect((await executionsOf(harness, 'unlearn')).map(({ status }) => status)).toEqual(['ABORTED']);
    const held = await ticketOf(harness, ticketId);
    expect(held).toMatchObject({
      status: 'ON_HOLD',
      from: { status: job === 'unlearn' ? 'UNLEARNING' : 'EVALUATING', run: { number: 1 } },
    });
    for (const by of ['legal.lou', 'legal.lena']) await harness.call(releaseHold, { ticketId, by });
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    const planned = 'from' in held && 'run' in held.from ? held.from.run.plan : 'none';
    expect(await ticketOf(harness, ticketId)).toMatchObject({ runs: [{ number: 1, plan: planned }] });
  });

  it('is stopped by a question what is meant, and after the answer the same plan is carried out', async () => {
    const { harness, ticketId } = await startStuck(job);
    const asked = { ticketId, reason: 'clarification', by: FILER } as const;
    await harness.call(pauseClock, asked);
    await harness.waits(ticketId, 'release');
    expect((await executionsOf(harness, 'unlearn')).map(({ status }) => status)).toEqual(['ABORTED']);
    const waiting = await ticketOf(harness, ticketId);
    expect(waiting).toMatchObject({ status: 'CLARIFICATION_PENDING', asking: { by: FILER } });
    await harness.call(resumeClock, asked);
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    const planned = 'from' in waiting && 'run' in waiting.from ? waiting.from.run.plan : 'none';
    const after = await ticketOf(harness, ticketId);
    expect(after).toMatchObject({ runs: [{ number: 1, plan: planned }] });
    expect('asking' in after).toBe(false);
  });

  it('is stopped by a withdrawal, which leaves nothing of the run and no failure', async () => {
    const { harness, ticketId } = await startStuck(job);
    await harness.call(closeTicket, { ticketId, outcome: 'withdrawn', reason: 'by-the-requester', by: FILER });
    expect(await harness.ended(ticketId)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await executionsOf(harness, 'unlearn')).map(({ status }) => status)).toEqual(['ABORTED']);
    expect(await ticketOf(harness, ticketId)).toMatchObject({ status: 'WITHDRAWN' });
    expect((await harness.ports.tickets.events(ticketId)).map(({ type }) => type)).not.toContain('failed');
  });

  it('is stopped by a hold that is lifted before the workflow has noticed it', async () => {
    const { harness, ticketId } = await startStuck(job);
    await harness.call(placeHold, { ticketId, by: 'legal.lou', code: 'litigation' });
    for (const by of ['legal.lou', 'legal.lena']) await harness.call(releaseHold, { ticketId, by });
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    const events = (await harness.ports.tickets.events(ticketId)).map(({ type }) => type);
    expect(events.filter((type) => /hold|failed/.test(type))).toEqual(['hold-placed', 'hold-released']);
  });
});
