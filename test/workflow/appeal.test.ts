// A refusal that the requester appeals, on the deployed state machines: nothing is destroyed meanwhile, another person
// decides, and the request is carried out or the refusal stands.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { requireAsLogged } from '#core/as-logged.ts';
import { assembleBundle } from '#core/bundle.ts';
import { GatePolicy } from '#core/policy.ts';
import { verifyBundle } from '#core/verify.ts';
import { decideAppeal, recordAppeal } from '#functions/appeal.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { outcome } from '#test/contract/contract.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { file } from '#bench/house/ticket-harness.ts';
import { workflowHarness, type WorkflowHarness } from '#bench/house/workflow-harness.ts';

const POLICY = GatePolicy.parse(
  JSON.parse(readFileSync(new URL('../../policies/gate-v1.json', import.meta.url), 'utf8')),
);
const DAY = 86_400;
const JUDGE = 'judge.jo';

const open: WorkflowHarness[] = [];
afterEach(async () => {
  for (const harness of open.splice(0)) await harness.close();
});

/** Refused by two people under a law with an appeal, and told. */
const refused = async (regime: 'colorado' | 'gdpr' = 'colorado') => {
  const harness = await workflowHarness({
    policy: POLICY,
    jobs: smallJobs(),
    answer: (_, prompts) => prompts.map(() => 'I cannot say.'),
  });
  open.push(harness);
  const ground = regime === 'gdpr' ? 'art-17-1-b' : GROUND;
  const ticketId = await file(harness, { regime, ground });
  await harness.until(ticketId, 'AWAITING_APPROVAL');
  const reason = regime === 'gdpr' ? 'art-17-3-e' : REASON;
  for (const by of [FILER, APPROVER]) await harness.call(closeTicket, { ticketId, outcome: 'refused', reason, by });
  await harness.told('refusal');
  return { harness, ticketId };
};
const colorado = JSON.parse(readFileSync(new URL('../../core/regimes/colorado.json', import.meta.url), 'utf8')) as {
  grounds: { value: Record<string, string> };
  refusals: { value: Record<string, string> };
};
const GROUND = Object.keys(colorado.grounds.value)[0]!;
const REASON = Object.keys(colorado.refusals.value)[0]!;

const ticketOf = async ({ ports }: WorkflowHarness, ticketId: string) => (await ports.tickets.get(ticketId)).ticket;
const closings = async ({ asl }: WorkflowHarness) =>
  (await asl.listExecutions())
    .filter(({ name }) => name.includes('-close'))
    .map(({ name, status }) => [name.replace(/^.*-close/, 'close'), status]);

describe('an appeal', () => {
  it('is known to some laws only, and possible as long as the case data is there', async () => {
    const { harness, ticketId } = await refused('gdpr');
    expect(await outcome(harness.call(recordAppeal, { ticketId, by: FILER }))).toBe('TICKET_ILLEGAL_TRANSITION');
    const us = await refused();
    us.harness.clock.advance(31 * DAY);
    const late = us.harness.call(recordAppeal, { ticketId: us.ticketId, by: FILER });
    expect(await outcome(late)).not.toBe('fulfilled');
  });

  it('keeps the case, has a date of its own, and is for somebody who had no part in the refusal', async () => {
    const { harness, ticketId } = await refused();
    const before = await ticketOf(harness, ticketId);
    harness.clock.advance(20 * DAY);
    await harness.call(recordAppeal, { ticketId, by: FILER });
    const appealed = await ticketOf(harness, ticketId);
    expect(appealed.status).toBe('APPEALED');
    expect(appealed.due.safeDue > before.due.safeDue).toBe(true);
    expect(await closings(harness)).toEqual([['close', 'ABORTED']]);
    harness.clock.advance(20 * DAY);
    for (const by of [FILER, APPROVER])
      expect(await outcome(harness.call(decideAppeal, { ticketId, outcome: 'upheld', by }))).toBe(
        'SECOND_PERSON_REQUIRED',
      );
  });

  it('that is granted lets the request go on where it was refused, to its certificate', async () => {
    const { harness, ticketId } = await refused();
    await harness.call(recordAppeal, { ticketId, by: FILER });
    const { execution } = await harness.call<{ execution: string }>(decideAppeal, {
      ticketId,
      outcome: 'granted',
      by: JUDGE,
    });
    await harness.waits(ticketId, 'approval');
    const ticket = await ticketOf(harness, ticketId);
    if (ticket.status !== 'AWAITING_APPROVAL') throw new Error(ticket.status);
    const { evidence } = ticket;
    await harness.call(recordApproval, { ticketId, approver: APPROVER, decision: 'approved', evidence });
    expect(await harness.ended(execution)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await ticketOf(harness, ticketId)).toMatchObject({ status: 'PURGED', outcome: 'completed' });
    const { checks } = verifyBundle(await assembleBundle(harness.ports, ticketId), { now: harness.ports.clock.now() });
    expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
  });

  it('that is turned down leaves the refusal, told anew, and the case data for another while', async () => {
    const { harness, ticketId } = await refused();
    harness.clock.advance(29 * DAY);
    await harness.call(recordAppeal, { ticketId, by: FILER });
    harness.clock.advance(29 * DAY);
    for (const by of [JUDGE, JUDGE]) await outcome(harness.call(decideAppeal, { ticketId, outcome: 'upheld', by }));
    await harness.told('appeal-upheld');
    const stands = await ticketOf(harness, ticketId);
    expect(stands).toMatchObject({ status: 'REFUSED', closedBy: APPROVER, appeal: { decidedBy: JUDGE } });
    await requireAsLogged(stands, harness.ports);
    expect(await outcome(harness.call(recordAppeal, { ticketId, by: FILER }))).toBe('TICKET_ILLEGAL_TRANSITION');
    harness.clock.advance(31 * DAY);
    await harness.until(ticketId, 'PURGED');
    await harness.call(sequenceLog, {});
    const { checks } = verifyBundle(await assembleBundle(harness.ports, ticketId), { now: harness.ports.clock.now() });
    expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
  });
});
