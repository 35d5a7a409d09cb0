// The one transition table. `advance` alone gives a ticket a new status; each guard is a named function, so that a row
// of the table reads as the rule that it is. Moves of more than a few fields are in ticket-moves.ts; what a status
// means once a ticket has it is in statuses.ts.
// Traps: events are compared with the stored ticket, never with what the caller says about it; and every result is
// parsed against the shape of its status, so that a rule which forgets a field fails here and not years later when the
// ticket is read.
import { CASEWORK_GUARDS } from './casework-guards.ts';
import { CASEWORK_RULES } from './casework-rules.ts';
import { deriveDeadlines, type ClockEvent, type HolidayCalendar } from './deadlines.ts';
import { QuittanceError } from './errors.ts';
import { CLOSABLE, GUARDS } from './guards.ts';
import { rule, type Rule } from './rule.ts';
import { BaseTicket, CLOSED, Ticket, workingOf, type Status } from './ticket.ts';
import { clockAfterProof, clockAtReceipt, countingOf, dueAtReceipt, withPause } from './ticket-clock.ts';
import type { Received, RecordedEvent, TicketEvent } from './ticket-events.ts';
import {
  answered,
  askedFor,
  held,
  judged,
  purged,
  remediation,
  rescheduled,
  resumed,
  waitingUntil,
  whileOpen,
  withoutExemption,
} from './ticket-moves.ts';

/** The next ticket and the events that led to it: what a store writes in one piece. */
export interface Transition {
  readonly ticket: Ticket;
  readonly events: readonly RecordedEvent[];
}

type EventType = TicketEvent['type'];
const CLOSED_AS = { refused: 'REFUSED', withdrawn: 'WITHDRAWN', cancelled: 'CANCELLED', expired: 'EXPIRED' } as const;

const BEFORE_DEPLOYMENT = [
  ...(['RECEIVED', 'IDENTITY_PENDING', 'TRIAGE', 'EXEMPTION_PENDING', 'VALIDATED', 'ADMITTED', 'SCHEDULED'] as const),
  ...(['UNLEARNING', 'EVALUATING', 'AWAITING_APPROVAL'] as const),
] as const;
const WORKING = [...BEFORE_DEPLOYMENT, 'DEPLOYING', 'VERIFYING_SERVED', 'COMPLETED', 'EVIDENCE_SEALED'] as const;

/** Whose legal clock runs: also while a hold or a failure stops the work. */
const OPEN = [...WORKING, 'ON_HOLD', 'CLARIFICATION_PENDING', 'REMEDIATION'] as const;

const RULES: { readonly [Type in EventType]: Rule } = {
  'identity-requested': rule('identity-requested', ['RECEIVED'], [], (ticket, _event, at) => ({
    ...ticket,
    status: 'IDENTITY_PENDING',
    clock: withPause(ticket.clock, 'identity', at),
  })),
  'identity-verified': rule(
    'identity-verified',
    ['RECEIVED', 'IDENTITY_PENDING'],
    [GUARDS.levelSuffices],
    (ticket, { identity }, at) => ({
      ...ticket,
      status: 'TRIAGE',
      identity,
      clock: clockAfterProof(ticket, identity.verifiedAt, at),
    }),
  ),
  'exemption-raised': rule(
    'exemption-raised',
    ['TRIAGE'],
    [GUARDS.identityVerified, GUARDS.hasExemption],
    (ticket) => ({ ...ticket, status: 'EXEMPTION_PENDING' }),
  ),
  triaged: rule('triaged', ['TRIAGE'], [GUARDS.identityVerified, GUARDS.noExemption], (ticket, _event, at) => ({
    ...ticket,
    status: 'VALIDATED',
    triagedAt: at,
  })),
  'subject-confirmed': rule(
    'subject-confirmed',
    ['REMEDIATION'],
    [GUARDS.subjectInDoubt, GUARDS.confirmerIsNotFiler],
    (ticket, { by, reason, records, note }, at) => ({
      ...ticket,
      subjectConfirmed: { by, reason, records, note, at },
    }),
  ),
  // reading moves nothing
  'request-viewed': rule('request-viewed', [...OPEN, ...CLOSED, 'APPEALED'], [], (ticket) => ticket),
  // what is written to the requester moves nothing either
  'letter-written': rule('letter-written', [...OPEN, ...CLOSED, 'APPEALED'], [], (ticket) => ticket),
  'letter-sending': rule('letter-sending', [...OPEN, ...CLOSED, 'APPEALED'], [], (ticket) => ticket),
  'letter-sent': rule('letter-sent', [...OPEN, ...CLOSED, 'APPEALED'], [], (ticket) => ticket),
  'forget-set-admitted': rule(
    'forget-set-admitted',
    ['VALIDATED'],
    [GUARDS.identityVerified],
    (ticket, { records, people, trainingManifest }) => ({
      ...ticket,
      status: 'ADMITTED',
      forgetSet: { records, people, trainingManifest },
    }),
  ),
  'output-suppressed': rule('output-suppressed', ['ADMITTED'], [], (ticket, { ruleId, protection }, at) => ({
    ...ticket,
    status: 'SCHEDULED',
    suppression: { ruleId, at, ...(protection && { protection }) },
    runs: [],
    ladderFrom: 0,
  })),
  'run-planned': rule(
    'run-planned',
    ['SCHEDULED'],
    [GUARDS.identityVerified, GUARDS.policyUnchanged, GUARDS.runIsNext],
    (ticket, { run }) => ({
      ...ticket,
      status: 'UNLEARNING',
      run,
    }),
  ),
  unlearned: rule('unlearned', ['UNLEARNING'], [], (ticket, { manifest, candidate }) => ({
    ...ticket,
    status: 'EVALUATING',
    run: { ...ticket.run, manifest, candidate },
  })),
  evaluated: rule('evaluated', ['EVALUATING'], [GUARDS.passDoesNotClimb], judged),
  approved: rule(
    'approved',
    ['AWAITING_APPROVAL'],
    [GUARDS.approvalOpen, GUARDS.approverIsNotFiler, GUARDS.evidenceUnchanged],
    (ticket, { approver, evidence, decision }, at) => ({
      ...ticket,
      status: 'DEPLOYING',
      approval: { approver, evidence, decision, at },
    }),
  ),
  'approval-refused': rule(
    'approval-refused',
    ['AWAITING_APPROVAL'],
    [GUARDS.approvalOpen, GUARDS.approverIsNotFiler, GUARDS.evidenceUnchanged],
    (ticket, { reason }) => remediation(ticket, 'record-approval', reason, rescheduled(ticket, ticket.runs)),
  ),
  'base-moved': rule('base-moved', ['DEPLOYING'], [], (ticket) => rescheduled(ticket, ticket.runs)),
  deployed: rule('deployed', ['DEPLOYING'], [GUARDS.deployedIsApproved], (ticket, { digest, previous }, at) => ({
    ...ticket,
    status: 'VERIFYING_SERVED',
    deployed: { digest, previous, at },
  })),
  'served-verified': rule(
    'served-verified',
    ['VERIFYING_SERVED'],
    [GUARDS.servedIsDeployed],
    (ticket, { digest, prompts, exact }, at) => ({
      ...ticket,
      status: 'COMPLETED',
      served: { digest, prompts, exact, at },
    }),
  ),
  'rolled-back': rule('rolled-back', ['VERIFYING_SERVED'], [], (ticket) =>
    remediation(ticket, 'probe-served-model', 'SERVED_MISMATCH', rescheduled(ticket, ticket.runs)),
  ),
  certified: rule('certified', ['COMPLETED'], [], (ticket, { certificate, validUntil }, at) => ({
    ...ticket,
    status: 'EVIDENCE_SEALED',
    certificate: { digest: certificate, validUntil, at },
    notices: [],
  })),
  notified: rule('notified', ['EVIDENCE_SEALED', ...CLOSED], [], (ticket, { template }, at) => ({
    ...ticket,
    notices: [...ticket.notices, { template, at }],
  })),
  purged: rule('purged', ['EVIDENCE_SEALED', ...CLOSED], [GUARDS.readsRefused], purged),
  recertified: rule('recertified', ['PURGED'], [GUARDS.wasCompleted], (ticket, { state, evidence }, at) => ({
    ...ticket,
    recertifications: [...ticket.recertifications, { at, state, evidence }],
  })),
  timestamped: rule('timestamped', ['EVIDENCE_SEALED', 'PURGED'], [GUARDS.wasCompleted], (ticket) => ticket),
  // the certificate says what it did: whoever checks it compares the ends with their keys
  'approval-key-ended': rule(
    'approval-key-ended',
    ['EVIDENCE_SEALED', 'PURGED'],
    [GUARDS.wasCompleted],
    (ticket) => ticket,
  ),
  'service-key-ended': rule(
    'service-key-ended',
    ['EVIDENCE_SEALED', 'PURGED'],
    [GUARDS.wasCompleted],
    (ticket) => ticket,
  ),
  'log-key-ended': rule('log-key-ended', ['EVIDENCE_SEALED', 'PURGED', ...CLOSED], [], (ticket) => ticket),
  extended: rule(
    'extended',
    OPEN,
    [GUARDS.notExtended, GUARDS.extensionIsGranted, GUARDS.stillInFirstPeriod],
    (ticket, { reason }, at) => ({
      ...ticket,
      clock: [...ticket.clock, { type: 'extend', at, reason } satisfies ClockEvent],
    }),
  ),
  'clock-paused': rule('clock-paused', OPEN, [GUARDS.pauseMayBegin, GUARDS.workMayWait], (ticket, event) => {
    const { reason, since, stops, expected } = event;
    const clock = [...ticket.clock, { type: 'pause', at: since, reason } satisfies ClockEvent];
    if (ticket.asking && expected !== undefined) return waitingUntil({ ...ticket, clock }, expected);
    if (!stops || 'from' in ticket) return { ...ticket, clock };
    return askedFor({ ...ticket, clock }, event);
  }),
  'clock-resumed': rule('clock-resumed', OPEN, [GUARDS.pauseMayEnd], (ticket, { reason, until }) => {
    const clock = [...ticket.clock, { type: 'resume', at: until, reason } satisfies ClockEvent];
    return reason === 'clarification' ? answered({ ...ticket, clock }) : { ...ticket, clock };
  }),
  'hold-placed': rule('hold-placed', [...WORKING, 'CLARIFICATION_PENDING'], [], held),
  'hold-released': rule('hold-released', ['ON_HOLD'], [GUARDS.secondPerson], (ticket) => resumed(ticket)),
  'act-proposed': rule(
    'act-proposed',
    [...CLOSABLE, 'ON_HOLD'],
    [GUARDS.canBeDone, GUARDS.refusalIsTyped, CASEWORK_GUARDS.refusesAPart, CASEWORK_GUARDS.expiresForWant],
    (ticket, { act, reason, records, by }, at) => ({
      ...ticket,
      proposal: { act, ...(reason && { reason }), ...(records && { records }), by, at },
    }),
  ),
  closed: rule(
    'closed',
    CLOSABLE,
    [GUARDS.refusalIsTyped, CASEWORK_GUARDS.expiresForWant, GUARDS.secondPerson],
    (ticket, { outcome, reason, first, by }, at) => ({
      ...BaseTicket.omit({ asking: true }).parse(ticket),
      status: CLOSED_AS[outcome],
      reason,
      closedBy: by,
      ...(first !== undefined && { proposedBy: first }),
      closedAt: at,
      from: workingOf(ticket),
      notices: [],
    }),
  ),
  failed: rule('failed', WORKING, [], (ticket, { step, code }) => remediation(ticket, step, code, ticket)),
  resumed: rule('resumed', ['REMEDIATION', 'EXEMPTION_PENDING'], [GUARDS.exemptionLiftedByOther], (ticket) =>
    ticket.status === 'REMEDIATION' ? resumed(ticket) : withoutExemption(ticket),
  ),
  ...CASEWORK_RULES,
};

/** The first transition: a ticket in status RECEIVED. */
export const receive = (
  event: Received,
  rest: { subjectKey: string; calendar: HolidayCalendar },
  now: Date,
): Transition => {
  const at = now.toISOString();
  const clock = clockAtReceipt(event);
  const due = dueAtReceipt(event, rest.calendar);
  const times = { filedAt: at, updatedAt: at, sequence: 1, clock, due };
  const { exemption, filer: by } = event;
  const proposal = event.twoPeople && exemption && { act: 'refused', reason: exemption.code, by, at };
  const ticket = {
    ...BaseTicket.parse({ kind: 'quittance-ticket/v1', ...event, ...rest, ...times, ...(proposal && { proposal }) }),
    status: 'RECEIVED',
  };
  return { ticket: checked(ticket), events: [{ ticketId: event.id, sequence: 1, at, event }] };
};

/**
 * The next ticket, or the error of the first guard that objects; TICKET_ILLEGAL_TRANSITION where the table has no row
 * for this status and event.
 */
export const advance = (ticket: Ticket, event: TicketEvent, now: Date): Transition => {
  const { from, guards, next } = RULES[event.type];
  const at = now.toISOString();
  for (const guard of [...GUARDS.always, ...guards]) {
    const objection = guard(ticket, event, at);
    if (objection) throw objection;
  }
  if (!from.includes(ticket.status)) throw illegal(ticket, event, from);
  const stepped = { ...whileOpen(next(ticket, event, at)), updatedAt: at, sequence: ticket.sequence + 1 };
  const moved = checked({ ...stepped, due: dueOf(stepped, ticket) });
  return { ticket: moved, events: [{ ticketId: ticket.id, sequence: stepped.sequence, at, event }] };
};

/** Only a clock event can move the dates, so other events keep the derivation that is there. */
const dueOf = (next: Ticket, before: Ticket) =>
  next.clock.length === before.clock.length ? before.due : deriveDeadlines(countingOf(next), next.clock, next.calendar);

const checked = (ticket: unknown): Ticket => {
  const parsed = Ticket.safeParse(ticket);
  if (parsed.success) return parsed.data;
  const got = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; ');
  throw new QuittanceError('INTERNAL', { message: 'a transition made a ticket that its status does not allow', got });
};

const illegal = (ticket: Ticket, event: TicketEvent, from: readonly Status[]) =>
  new QuittanceError('TICKET_ILLEGAL_TRANSITION', {
    message: `ticket ${ticket.id} cannot take '${event.type}' now`,
    expected: from.join(' or '),
    got: ticket.status,
  });
