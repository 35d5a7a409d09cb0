// Every way that reaches some state of the workflow, walked to its end by people who do what they are asked: prove who
// they are, release a hold, approve.
// Trap: people act only while no step is at work, and time passes only where nothing but time is waited for.
import { recordApproval } from '#functions/record-approval.ts';
import { recordIdentity } from '#functions/record-identity.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { placeHold, releaseHold } from '#functions/holds.ts';
import { resumeTicket } from '#functions/resume-ticket.ts';
import { openToken, type Wait } from '#functions/task-tokens.ts';
import { file, shippedPolicy, trainingRows } from '#bench/house/ticket-harness.ts';
import { APPROVER, FILER, NEIGHBOURS } from '#bench/house/requests.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { workflowHarness, type StepCall, type WorkflowHarness } from '#bench/house/workflow-harness.ts';

export type Way = 'straight' | 'proven late' | 'never proven' | 'held' | 'exempt' | 'second' | 'failing';

/**
 * Every state of `erasure` that calls a function, with a way on which it is met; but for the two that record a failure.
 */
export const MET_IN_ERASURE: readonly (readonly [string, Way])[] = [
  ...[
    ...['Locate ticket', 'Verify identity', 'Triage ticket', 'Admit forget set', 'Suppress output', 'Number the run'],
    ...['Request approval', 'Deploy model', 'Probe served model', 'Issue certificate', 'Notify parties'],
    ...['Purge case', 'Log purge'],
  ].map((name) => [`erasure/${name}`, 'straight'] as const),
  ['erasure/Request identity', 'proven late'],
  ['erasure/Close unidentified', 'never proven'],
  ['erasure/Await release', 'held'],
  ['erasure/Await base', 'second'],
  ['erasure/Notify parties', 'exempt'],
  ['erasure/Purge case', 'exempt'],
];

/** Around the calls of steps: what a test lets happen there. */
export type Around = (call: StepCall, run: () => Promise<unknown>, harness: WorkflowHarness) => Promise<unknown>;

export interface Walk {
  readonly harness: WorkflowHarness;
  /** The ticket that the way is about. */
  readonly ticketId: string;
  /** Until every execution has ended. */
  toTheEnd(): Promise<void>;
  /**
   * What a person does about a ticket whose execution has failed: resumes it, or starts another execution where it
   * stands.
   */
  mend(): Promise<void>;
}

const LOW = {
  method: 'e-mail-link' as const,
  level: 'low' as const,
  verifiedAt: '2026-03-01T09:00:00.000Z',
};
const CHANGES: Partial<Record<Way, Parameters<typeof file>[1]>> = {
  'proven late': { identity: LOW },
  'never proven': { identity: LOW },
  exempt: { exemption: { code: 'art-17-3-a' } },
};
const MONTH = 31 * 86_400;

/** `change`: what the request says beside what the way asks for. */
export const walk = async (
  way: Way,
  around: Around = (_call, run) => run(),
  change: Parameters<typeof file>[1] = {},
): Promise<Walk> => {
  const late: { harness?: WorkflowHarness; hold?: boolean } = { hold: way === 'held' };
  let open = 0;
  const harness = await workflowHarness({
    jobs: smallJobs({
      onUnlearn: async (ticketId) => {
        if (late.hold) await harness.call(placeHold, { ticketId, by: 'legal.lou', code: 'litigation' });
        late.hold = false;
      },
    }),
    answer: (_model, prompts) => prompts.map(() => 'I cannot say.'),
    policy: shippedPolicy(),
    around: async (call, run) => {
      open += 1;
      try {
        return await around(call, run, harness);
      } finally {
        open -= 1;
      }
    },
  });
  const first = await file(harness, { ...CHANGES[way], ...change });
  const ids = way === 'second' ? [await fileBehind(harness, first), first] : [first];
  const toTheEnd = () => untilEnded(harness, () => open === 0, ids, way);
  return { harness, ticketId: ids[0]!, toTheEnd, mend: () => mend(harness, ids[0]!) };
};

/** Another person's ticket on the same model, once the first waits for its approval. */
const fileBehind = async (harness: WorkflowHarness, first: string): Promise<string> => {
  await harness.waits(first, 'approval');
  const [name = ''] = NEIGHBOURS;
  const records = trainingRows().flatMap(({ person, question, answer }) =>
    person === name && question.includes(name) ? [{ question, answer }] : [],
  );
  harness.clock.advance(1); // the oldest goes first
  return file(harness, { subject: { name }, forget: { records } }, 'r-2');
};

const untilEnded = async (harness: WorkflowHarness, idle: () => boolean, ids: readonly string[], way: Way) => {
  for (;;) {
    const executions = await harness.asl.listExecutions();
    const proposed = async (id: string) => (await harness.ports.tickets.get(id)).ticket.status === 'EXEMPTION_PENDING';
    if (idle() && !executions.some(({ status }) => status === 'RUNNING') && !(await proposed(ids[0]!))) return;
    if (idle()) await people(harness, ids, way);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

const people = async (
  harness: WorkflowHarness,
  [ticketId = '', before]: readonly string[],
  way: Way,
): Promise<void> => {
  await act(harness, ticketId, way);
  const waits = async (id: string, wait: Wait) => (await openToken(harness.ports.vault, id, wait)) !== undefined;
  const { status } = (await harness.ports.tickets.get(ticketId)).ticket;
  // the one that it is built on is approved once it waits for that, or is out of the way
  if (before !== undefined && ((status === 'DEPLOYING' && (await waits(ticketId, 'turn'))) || status === 'REMEDIATION'))
    await act(harness, before, way);
};

const act = async (harness: WorkflowHarness, ticketId: string, way: Way): Promise<void> => {
  const { ticket } = await harness.ports.tickets.get(ticketId);
  const waits = async (wait: Wait) => (await openToken(harness.ports.vault, ticketId, wait)) !== undefined;
  if (ticket.status === 'IDENTITY_PENDING' && (await waits('identity'))) {
    if (way === 'never proven') return harness.clock.advance(MONTH);
    await harness.call(recordIdentity, { ticketId, identity: { ...LOW, level: 'high' }, by: 'desk.dora' });
  }
  if (ticket.status === 'ON_HOLD' && (await waits('release')))
    for (const by of ['legal.lou', 'legal.lena']) await harness.call(releaseHold, { ticketId, by });
  if (ticket.status === 'EXEMPTION_PENDING')
    await harness.call(closeTicket, { ticketId, outcome: 'refused', reason: 'art-17-3-a', by: APPROVER });
  if (ticket.status === 'AWAITING_APPROVAL' && (await waits('approval')))
    await harness.call(recordApproval, {
      ticketId,
      approver: APPROVER,
      decision: 'approved',
      evidence: ticket.evidence,
    });
  if (ticket.status === 'REFUSED' && ticket.notices.length > 0) harness.clock.advance(MONTH);
};

const mend = async (harness: WorkflowHarness, ticketId: string): Promise<void> => {
  const { status } = (await harness.ports.tickets.get(ticketId)).ticket;
  if (status === 'REMEDIATION') await harness.call(resumeTicket, { ticketId, by: FILER });
  else await harness.asl.start({ workflow: 'erasure', name: `${ticketId}-again`, input: { ticketId } });
};

/**
 * What a ticket has come to, and everything around it, without times and without what only says that something had
 * failed.
 */
export const endOf = async ({ harness }: Walk) => {
  const { ports, notices, served, rules, faults } = harness;
  const tickets = await ports.tickets.list();
  const events = await Promise.all(tickets.map(({ id }) => ports.tickets.events(id)));
  const { model } = await ports.models.get('house');
  return {
    tickets: tickets.map((ticket) => [ticket.id, ticket.status, 'outcome' in ticket && ticket.outcome]).sort(),
    events: events.map((one) => one.map(({ type }) => type).filter((type) => type !== 'failed' && type !== 'resumed')),
    unlogged: (await ports.tickets.unsequenced(99)).map(({ type }) => type),
    model: [model.digest, model.deletions, model.certificates.length, model.quarantined.map(({ digest }) => digest)],
    notices: notices.map(({ template, to }) => `${template} to ${to}`).filter((one) => !one.startsWith('remediation ')),
    served: [...served],
    rules: [...rules].map(([name, each]) => [name, each.length]),
    complaints: faults.complaints,
  };
};
