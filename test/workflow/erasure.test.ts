// The deployed state machines, from filing to purge, on the durable interpreter: every end that a ticket can come to,
// and the happy path once for every write of it that can fail, before or after it happened.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GatePolicy } from '#core/policy.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { placeHold, releaseHold } from '#functions/holds.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { recordIdentity } from '#functions/record-identity.ts';
import { resumeTicket } from '#functions/resume-ticket.ts';
import { outcome } from '#test/contract/contract.ts';
import { file } from '#bench/house/ticket-harness.ts';
import { APPROVER, FILER, RECORDS } from '#bench/house/requests.ts';
import { digest } from '#bench/house/models.ts';
import { candidateOf, smallJobs, type SmallJobs } from '#bench/house/small-jobs.ts';
import { workflowHarness, type WorkflowHarness } from '#bench/house/workflow-harness.ts';

const POLICY = GatePolicy.parse(
  JSON.parse(readFileSync(new URL('../../policies/gate-v1.json', import.meta.url), 'utf8')),
);
const LOW = {
  method: 'e-mail-link' as const,
  level: 'low' as const,
  verifiedAt: '2026-03-01T09:00:00.000Z',
};
const DAY = 86_400;

const open: WorkflowHarness[] = [];
afterEach(async () => {
  for (const harness of open.splice(0)) await harness.close();
});

/** A harness whose candidates answer nothing of what they forgot. */
const start = async (
  jobs: SmallJobs = {},
  knows: (model: string) => boolean = () => false,
): Promise<WorkflowHarness> => {
  const answer = (model: string, prompts: readonly string[]) =>
    prompts.map((_, i) => (knows(model) ? RECORDS[i]!.answer : 'I cannot say.'));
  const harness = await workflowHarness({ jobs: smallJobs(jobs), answer, policy: POLICY });
  open.push(harness);
  return harness;
};

const ticketOf = async (harness: WorkflowHarness, ticketId: string) =>
  (await harness.ports.tickets.get(ticketId)).ticket;
const eventsOf = async (harness: WorkflowHarness, ticketId: string) =>
  (await harness.ports.tickets.events(ticketId)).map(({ type }) => type);

/** The approver's call, with the evidence that the ticket shows. */
const decide = async (harness: WorkflowHarness, ticketId: string, change: object = {}) => {
  const ticket = await ticketOf(harness, ticketId);
  const evidence = 'evidence' in ticket ? ticket.evidence : digest(0);
  return harness.call(recordApproval, { ticketId, approver: APPROVER, decision: 'approved', evidence, ...change });
};

const HAPPY = [
  ...[
    'received',
    'identity-verified',
    'triaged',
    'forget-set-admitted',
    'output-suppressed',
    'run-planned',
    'unlearned',
    'evaluated',
  ],
  ...['approved', 'deployed', 'served-verified', 'certified', 'notified', 'purged'],
];

describe('a ticket', () => {
  it('goes from filing to certificate and purge', async () => {
    const harness = await start();
    const ticketId = await file(harness);
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    await decide(harness, ticketId);
    expect(await harness.ended(ticketId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await eventsOf(harness, ticketId)).toEqual(HAPPY);
    expect(await ticketOf(harness, ticketId)).toMatchObject({ status: 'PURGED', outcome: 'completed' });
    expect(harness.served.get('house')).toBe(candidateOf(ticketId, 1).digest);
    expect((await harness.ports.tickets.unsequenced(99)).length).toBe(0);
    expect(harness.faults.complaints).toEqual([]);
  });

  it('takes at most sixty state transitions, the whole ladder included', async () => {
    const harness = await start({ good: (run) => run === 3 });
    const ticketId = await file(harness);
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    await decide(harness, ticketId);
    await harness.ended(ticketId);
    const executions = await harness.asl.listExecutions();
    const histories = await Promise.all(executions.map(({ executionId }) => harness.asl.history(executionId)));
    const entered = histories.flat().filter(({ type }) => type.endsWith('StateEntered')).length;
    expect(entered).toBeLessThanOrEqual(60);
  });

  it('climbs to the rung that passes, each plan logged before its run', async () => {
    const harness = await start({ good: (run) => run === 2 });
    const ticketId = await file(harness);
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    expect(await ticketOf(harness, ticketId)).toMatchObject({
      runs: [
        { rung: 0, verdict: 'fail' },
        { rung: 1, verdict: 'pass' },
      ],
    });
    const leaves = (await harness.ports.tickets.events(ticketId)).map(({ type, leafIndex }) => [
      type,
      leafIndex !== undefined,
    ]);
    expect(leaves.filter(([type]) => type === 'run-planned')).toEqual([
      ['run-planned', true],
      ['run-planned', true],
    ]);
  });

  it('that no rung makes pass ends in remediation, with its base still served and its suppression in force', async () => {
    const harness = await start({ good: () => false });
    const ticketId = await file(harness);
    expect(await harness.ended(ticketId)).toMatchObject({ status: 'FAILED', error: 'NEEDS_REMEDIATION' });
    const ticket = await ticketOf(harness, ticketId);
    expect(ticket).toMatchObject({ status: 'REMEDIATION', reason: 'GATE_NOT_MET' });
    expect('from' in ticket && 'runs' in ticket.from && ticket.from.runs.map(({ verdict }) => verdict)).toEqual(
      POLICY.ladder.map(() => 'fail'),
    );
    expect([harness.served.get('house'), harness.rules.get('house')?.length]).toEqual([harness.base, 1]);
  });

  it('in remediation climbs again when a person resumes it', async () => {
    const rungs = POLICY.ladder.length;
    const harness = await start({ good: (run) => run === rungs + 2 });
    const ticketId = await file(harness);
    await harness.ended(ticketId);
    await harness.call(resumeTicket, { ticketId, by: APPROVER });
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    expect(await ticketOf(harness, ticketId)).toMatchObject({ run: { number: rungs + 2, rung: 1 } });
  });

  it('whose served model still knows is rolled back', async () => {
    const harness = await start({}, () => true);
    const ticketId = await file(harness);
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    await decide(harness, ticketId);
    expect(await harness.ended(ticketId)).toMatchObject({ status: 'FAILED', error: 'NEEDS_REMEDIATION' });
    expect([harness.served.get('house'), (await ticketOf(harness, ticketId)).status]).toEqual([
      harness.base,
      'REMEDIATION',
    ]);
  });

  it('with an exemption is refused, told, kept for an appeal and purged', async () => {
    const harness = await start();
    const ticketId = await file(harness, { exemption: { code: 'art-17-3-a' } });
    await harness.until(ticketId, 'EXEMPTION_PENDING');
    expect(await harness.ended(ticketId)).toMatchObject({ status: 'SUCCEEDED' });
    const refuse = (by: string) =>
      outcome(harness.call(closeTicket, { ticketId, outcome: 'refused', reason: 'art-17-3-a', by }));
    expect([await refuse(FILER), (await ticketOf(harness, ticketId)).status]).toEqual([
      expect.anything(),
      'EXEMPTION_PENDING',
    ]);
    await refuse(APPROVER);
    harness.clock.advance(31 * DAY);
    expect(await harness.ended(`${ticketId}-close`)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await ticketOf(harness, ticketId)).toMatchObject({
      status: 'PURGED',
      outcome: 'refused',
      reason: 'art-17-3-a',
    });
    expect(harness.notices.map(({ template }) => template)).toContain('refusal');
  });

  it('with an exemption that a second person lifts goes on to its approval', async () => {
    const harness = await start();
    const ticketId = await file(harness, { exemption: { code: 'art-17-3-a' } });
    await harness.until(ticketId, 'EXEMPTION_PENDING');
    expect(await outcome(harness.call(resumeTicket, { ticketId, by: FILER }))).toBe('SECOND_PERSON_REQUIRED');
    await harness.call(resumeTicket, { ticketId, by: APPROVER });
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    expect((await ticketOf(harness, ticketId)).exemption).toBeUndefined();
  });

  it('of somebody unverified waits, and goes on when proof comes', async () => {
    const harness = await start();
    const ticketId = await file(harness, { identity: LOW });
    await harness.until(ticketId, 'IDENTITY_PENDING');
    await harness.call(recordIdentity, { ticketId, identity: { ...LOW, level: 'high' }, by: 'desk.dora' });
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    expect((await ticketOf(harness, ticketId)).clock.map(({ type }) => type)).toEqual(['start', 'pause', 'resume']);
  });

  it('of somebody unverified is refused when no proof comes in thirty days', async () => {
    const harness = await start();
    const ticketId = await file(harness, { identity: LOW });
    await harness.until(ticketId, 'IDENTITY_PENDING');
    harness.clock.advance(31 * DAY);
    await harness.ended(ticketId);
    harness.clock.advance(31 * DAY);
    await harness.ended(`${ticketId}-close`);
    expect(await ticketOf(harness, ticketId)).toMatchObject({
      status: 'PURGED',
      outcome: 'refused',
      reason: 'identity-not-verified',
    });
  });

  it('withdrawn while it waits for an approval is purged, and nothing was deployed', async () => {
    const harness = await start();
    const ticketId = await file(harness);
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    await harness.call(closeTicket, { ticketId, outcome: 'withdrawn', reason: 'by-subject', by: FILER });
    expect(await harness.ended(ticketId)).toMatchObject({ status: 'SUCCEEDED' });
    harness.clock.advance(31 * DAY);
    await harness.ended(`${ticketId}-close`);
    expect(await ticketOf(harness, ticketId)).toMatchObject({ status: 'PURGED', outcome: 'withdrawn' });
    expect([harness.served.get('house'), harness.rules.get('house')]).toEqual([harness.base, []]);
    expect(await harness.ports.artifacts.has(candidateOf(ticketId, 1).digest)).toBe(false);
  });

  it('held before its approval is held before its deployment, and goes on when a second person releases it', async () => {
    const harness = await start();
    const ticketId = await file(harness);
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    const { evidence } = (await ticketOf(harness, ticketId)) as { evidence?: string };
    await harness.call(placeHold, { ticketId, by: 'legal.lou', code: 'litigation' });
    expect(await outcome(decide(harness, ticketId, { evidence }))).toBe('TICKET_ON_HOLD');
    for (const by of ['legal.lou', 'legal.lena']) await harness.call(releaseHold, { ticketId, by });
    await decide(harness, ticketId);
    expect(await harness.ended(ticketId)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('held while it unlearns waits for the release and goes on with the same run', async () => {
    const held: { hold?: () => Promise<unknown> } = {};
    const harness = await start({ onUnlearn: async () => held.hold?.() });
    let ticketId = '';
    held.hold = async () => {
      delete held.hold;
      await harness.call(placeHold, { ticketId, by: 'legal.lou', code: 'litigation' });
    };
    ticketId = await file(harness);
    await harness.until(ticketId, 'ON_HOLD');
    await harness.waits(ticketId, 'release');
    for (const by of ['legal.lou', 'legal.lena']) await harness.call(releaseHold, { ticketId, by });
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    expect(await ticketOf(harness, ticketId)).toMatchObject({ runs: [{ number: 1 }] });
  });

  it('whose job fails for good ends in remediation with the code, and nothing of the cause', async () => {
    const harness = await start({
      onUnlearn: async () => {
        throw new Error(RECORDS[0]!.answer);
      },
    });
    const ticketId = await file(harness);
    expect(await harness.ended(ticketId)).toMatchObject({ status: 'FAILED', error: 'STEP_FAILED' });
    expect(await ticketOf(harness, ticketId)).toMatchObject({
      status: 'REMEDIATION',
      step: 'unlearn-job',
      reason: 'States.TaskFailed',
    });
    expect(JSON.stringify([await harness.ports.tickets.events(ticketId), harness.notices])).not.toContain('Velletri');
  });
});

describe('an approval in the running workflow', () => {
  it('by the filer, of changed evidence, and a replay are refused; the second person decides once', async () => {
    const harness = await start();
    const ticketId = await file(harness);
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    await harness.waits(ticketId, 'approval');
    const { evidence } = (await ticketOf(harness, ticketId)) as { evidence?: string };
    expect(await outcome(decide(harness, ticketId, { approver: FILER }))).toBe('APPROVER_IS_FILER');
    expect(await outcome(decide(harness, ticketId, { evidence: digest(3) }))).toBe('APPROVAL_STALE');
    await decide(harness, ticketId);
    expect(['APPROVAL_REPLAYED', 'TICKET_PURGED']).toContain(await outcome(decide(harness, ticketId, { evidence })));
    expect(await harness.ended(ticketId)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await eventsOf(harness, ticketId)).filter((type) => type === 'approved')).toHaveLength(1);
  });

  it('that is refused ends in remediation', async () => {
    const harness = await start();
    const ticketId = await file(harness);
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    await harness.waits(ticketId, 'approval');
    await decide(harness, ticketId, { decision: 'refused', reason: 'controls-too-few' });
    expect(await harness.ended(ticketId)).toMatchObject({ status: 'FAILED', error: 'NEEDS_REMEDIATION' });
  });
});
