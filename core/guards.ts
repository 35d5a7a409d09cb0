// The guards of the transition table, each a rule of the life cycle with its own error. Trap: a guard sees the ticket
// and the event, nothing else. Who the caller is was authenticated before, and the state of everything else (what is
// served, which run is under way) is checked by the step just before it acts.
import { CLOCK_GUARDS } from './clock-guards.ts';
import { unless, type Guard } from './guard.ts';
import { levelSuffices, regimeOf } from './regimes.ts';
import { isClosed, type Act, type Proposal, type Status, type Ticket } from './ticket.ts';
import type { EventOf, TicketEvent } from './ticket-events.ts';
import { SYSTEM } from './ticket-request.ts';
import { couldBeOne, sameName } from './words/names.ts';

const timeMovesOn: Guard = (ticket, _event, at) =>
  unless(at >= ticket.updatedAt, 'CLOCK_WENT_BACK', () => ({
    message: `ticket ${ticket.id} was last changed at a later time than now`,
    expected: `${ticket.updatedAt} or later`,
    got: at,
  }));

/** What is found out later about a certificate, and about the log that has the case. */
const AFTER_PURGE: readonly TicketEvent['type'][] = [
  ...(['recertified', 'timestamped', 'approval-key-ended', 'service-key-ended', 'log-key-ended'] as const),
];

const notPurged: Guard = (ticket, event) =>
  unless(ticket.status !== 'PURGED' || AFTER_PURGE.includes(event.type), 'TICKET_PURGED', () => ({
    message: `ticket ${ticket.id} is purged`,
  }));

/** What goes on around a case that is on hold or closed as well, and leaves it as it is. */
const AROUND = [
  ...(['request-viewed', 'letter-written', 'acknowledged', 'recipient-told', 'linked', 'assigned'] as const),
  ...(['commented', 'attached', 'letter-sending', 'letter-sent'] as const),
] as const;
const AFTER_CLOSING: readonly TicketEvent['type'][] = ['notified', 'purged', 'appealed', 'log-key-ended', ...AROUND];
const notClosed: Guard = (ticket, event) =>
  unless(!isClosed(ticket) || AFTER_CLOSING.includes(event.type), 'TICKET_CLOSED', () => ({
    message: `ticket ${ticket.id} is closed`,
    got: ticket.status,
  }));

const notOnHold: Guard = (ticket, event) =>
  unless(ticket.status !== 'ON_HOLD' || isAllowedOnHold(event), 'TICKET_ON_HOLD', () => ({
    message: `ticket ${ticket.id} is on hold`,
    hint: `let two people release it first: quittance ticket release ${ticket.id} --as WHO`,
  }));

/** The legal clock goes on during a hold, so that what moves it may happen; and the case may be read. */
const ON_HOLD_TOO: readonly TicketEvent['type'][] = [
  ...AROUND,
  ...(['extended', 'clock-paused', 'clock-resumed', 'appealed', 'appeal-decided'] as const),
];

/** A hold is lifted; nothing else happens to the ticket itself. */
const isAllowedOnHold = (event: TicketEvent): boolean =>
  ON_HOLD_TOO.includes(event.type) ||
  event.type === 'hold-released' ||
  (event.type === 'act-proposed' && event.act === 'released');

const needed = (ticket: Ticket) => regimeOf(ticket.regime).identityLevel;

const levelSufficesGuard: Guard = (ticket, event) =>
  unless(
    event.type === 'identity-verified' && levelSuffices(event.identity.level, needed(ticket)),
    'TICKET_IDENTITY',
    () => ({
      message: `the requester of ticket ${ticket.id} is not verified well enough`,
      expected: `level ${needed(ticket)} under ${ticket.regime}`,
    }),
  );

const identityVerified: Guard = (ticket) =>
  unless('identity' in ticket && levelSuffices(ticket.identity.level, needed(ticket)), 'TICKET_IDENTITY', () => ({
    message: `the requester of ticket ${ticket.id} is not verified`,
    expected: `level ${needed(ticket)} under ${ticket.regime}`,
  }));

const hasExemption: Guard = (ticket) =>
  unless(ticket.exemption !== undefined, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id} carries no exemption`,
  }));

const noExemption: Guard = (ticket) =>
  unless(ticket.exemption === undefined, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id} carries an exemption and must be refused`,
  }));

const policyUnchanged: Guard = (ticket, event) =>
  unless(event.type === 'run-planned' && event.policy === ticket.policy, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `the run of ticket ${ticket.id} was planned under another policy than the one in force`,
    expected: ticket.policy,
  }));

const runIsNext: Guard = (ticket, event) =>
  unless(
    event.type === 'run-planned' && 'runs' in ticket && event.run.number === ticket.runs.length + 1,
    'TICKET_ILLEGAL_TRANSITION',
    () => ({ message: `ticket ${ticket.id}: runs are numbered without gaps` }),
  );

const passDoesNotClimb: Guard = (ticket, event) =>
  unless(event.type === 'evaluated' && !(event.verdict === 'pass' && event.climb), 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id}: a passed run ends the ladder`,
  }));

const subjectInDoubt: Guard = (ticket) =>
  unless(ticket.status === 'REMEDIATION' && ticket.reason === 'SUBJECT_MISMATCH', 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id} has no records whose subject is in doubt`,
    expected: 'REMEDIATION for SUBJECT_MISMATCH',
    got: ticket.status,
  }));

const confirmerIsNotFiler: Guard = (ticket, event) =>
  unless('by' in event && !couldBeOne(event.by, ticket.filer), 'SECOND_PERSON_REQUIRED', () => ({
    message: `who filed ticket ${ticket.id} may not confirm whose records they are`,
    expected: 'a second person',
  }));

const approvalOpen: Guard = (ticket) => {
  const replay = 'approval' in ticket;
  return unless(ticket.status === 'AWAITING_APPROVAL', replay ? 'APPROVAL_REPLAYED' : 'APPROVAL_NOT_OPEN', () => ({
    message: replay ? `ticket ${ticket.id} was already decided` : `ticket ${ticket.id} does not wait for an approval`,
    got: ticket.status,
  }));
};

const approverIsNotFiler: Guard = (ticket, event) =>
  unless('approver' in event && !couldBeOne(event.approver, ticket.filer), 'APPROVER_IS_FILER', () => ({
    message: `the filer of ticket ${ticket.id} may not decide on it`,
    expected: 'a second person',
  }));

const evidenceUnchanged: Guard = (ticket, event) =>
  unless('evidence' in event && 'evidence' in ticket && event.evidence === ticket.evidence, 'APPROVAL_STALE', () => ({
    message: `the evidence of ticket ${ticket.id} is not the one that was shown to the approver`,
    expected: 'evidence' in ticket ? ticket.evidence : 'evidence',
    got: 'evidence' in event ? (event.evidence ?? 'none') : 'none',
    hint: "look at 'quittance ticket show' again and decide on that",
  }));

const deployedIsApproved: Guard = (ticket, event) =>
  unless(
    event.type === 'deployed' &&
      ticket.status === 'DEPLOYING' &&
      event.digest === ticket.run.candidate &&
      ticket.approval.evidence === ticket.evidence &&
      !couldBeOne(ticket.approval.approver, ticket.filer),
    'TICKET_ILLEGAL_TRANSITION',
    () => ({ message: `ticket ${ticket.id}: only the approved candidate may be deployed` }),
  );

const servedIsDeployed: Guard = (ticket, event) =>
  unless(
    event.type === 'served-verified' && ticket.status === 'VERIFYING_SERVED' && event.digest === ticket.deployed.digest,
    'SERVED_MISMATCH',
    () => ({ message: `ticket ${ticket.id}: what is served is not what was deployed` }),
  );

const readsRefused: Guard = (ticket, event) =>
  unless(event.type === 'purged' && event.readsRefused === event.objects, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id}: something in the vault can still be read`,
  }));

const wasCompleted: Guard = (ticket) =>
  unless(ticket.status !== 'PURGED' || ticket.sealed !== undefined, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id} has no certificate to renew`,
  }));

/** The acts that may take two people. */
export type Joint = EventOf<'closed'> | EventOf<'hold-released'> | EventOf<'partly-refused'>;

const actOf = (event: Joint): Pick<Proposal, 'act' | 'reason' | 'records'> => {
  if (event.type === 'closed') return { act: event.outcome, reason: event.reason };
  if (event.type === 'hold-released') return { act: 'released' };
  return { act: event.type, reason: event.reason, records: event.records };
};

/** In which statuses an act can be done, and so be proposed; what is proposed dies with the last of them. */
export const mayBeDone = (act: Act, status: Status): boolean => (DONE_IN[act] ?? CLOSABLE).includes(status);

/** Before the records are admitted: the run, the log and the certificate count those that were. */
export const PARTLY_REFUSABLE = ['RECEIVED', 'IDENTITY_PENDING', 'TRIAGE', 'VALIDATED'] as const;

export const CLOSABLE = [
  ...(['RECEIVED', 'IDENTITY_PENDING', 'TRIAGE', 'EXEMPTION_PENDING', 'VALIDATED', 'ADMITTED', 'SCHEDULED'] as const),
  ...(['UNLEARNING', 'EVALUATING', 'AWAITING_APPROVAL', 'CLARIFICATION_PENDING', 'REMEDIATION'] as const),
] as const satisfies readonly Status[];

const DONE_IN: Readonly<Partial<Record<Act, readonly Status[]>>> = {
  released: ['ON_HOLD'],
  'partly-refused': PARTLY_REFUSABLE,
};

/**
 * Whether it takes two: all but the filer's own withdrawal, and the end of a ticket whose requester never came back.
 */
export const needsTwo = (ticket: Ticket, event: Joint): boolean => {
  if (event.type !== 'closed') return true;
  // what the filer alone may do is for nobody whose name only looks like theirs
  if (event.outcome !== 'refused') return !sameName(event.by, ticket.filer);
  const byWorkflow = event.by === SYSTEM && event.asserted === undefined;
  return !(byWorkflow && ticket.status === 'IDENTITY_PENDING' && event.reason === 'identity-not-verified');
};

/** What was proposed for the ticket, where it is this very act. */
export const proposalOf = (ticket: Ticket, event: Joint): Proposal | undefined => {
  const proposal = 'proposal' in ticket ? ticket.proposal : undefined;
  const { act, reason, records } = actOf(event);
  const isSame = proposal?.act === act && proposal.reason === reason;
  return isSame && proposal.records?.join() === records?.join() ? proposal : undefined;
};

/** The first person's word for an act. */
export const proposed = (event: Joint): EventOf<'act-proposed'> => {
  const { by, asserted } = event;
  return { type: 'act-proposed', ...actOf(event), by, ...(asserted && { asserted }) };
};

const secondPerson: Guard = (ticket, event, at) => {
  if (event.type !== 'closed' && event.type !== 'hold-released' && event.type !== 'partly-refused') return undefined;
  if (!needsTwo(ticket, event)) return undefined;
  if (!ticket.twoPeople) return releaserIsNotPlacer(ticket, event, at); // of a log from before it took two
  const first = proposalOf(ticket, event)?.by;
  const refuses = event.type === 'partly-refused' || (event.type === 'closed' && event.outcome === 'refused');
  const others = refuses ? [first, ticket.filer] : [first];
  const second = first !== undefined && others.every((other) => !couldBeOne(event.by, other ?? ''));
  return unless(second, 'SECOND_PERSON_REQUIRED', () => ({
    message: `ticket ${ticket.id}: this takes a second person, who is neither the one who proposed it nor, for a refusal, the filer`,
    expected:
      first === undefined ? 'a proposal of the same act by another person' : `another person than ${others.join(', ')}`,
    got: event.by,
  }));
};

const releaserIsNotPlacer: Guard = (ticket, event) =>
  unless(
    ticket.status !== 'ON_HOLD' || (event.type === 'hold-released' && !couldBeOne(event.by, ticket.hold.placedBy)),
    'SECOND_PERSON_REQUIRED',
    () => ({
      message: `the hold on ticket ${ticket.id} must be released by another person than the one who placed it`,
    }),
  );

/** Whoever says that a proposed refusal does not apply is not the one who proposed it at filing. */
const exemptionLiftedByOther: Guard = (ticket, event) =>
  unless(
    ticket.status !== 'EXEMPTION_PENDING' || (event.type === 'resumed' && !couldBeOne(event.by, ticket.filer)),
    'SECOND_PERSON_REQUIRED',
    () => ({
      message: `the filer of ticket ${ticket.id} proposed to refuse it; a second person decides`,
      expected: `another person than ${ticket.filer}`,
    }),
  );

const canBeDone: Guard = (ticket, event) =>
  unless(event.type !== 'act-proposed' || mayBeDone(event.act, ticket.status), 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id} cannot be ${event.type === 'act-proposed' ? event.act : ''} now`,
    got: ticket.status,
  }));

/** An end of the ticket has a reason, and a refusal one that the law knows. */
const refusalIsTyped: Guard = (ticket, event) =>
  unless(isTyped(ticket, event), 'INVALID_INPUT', () => ({
    message: `the end of a ticket needs a reason, and a refusal under ${ticket.regime} one that its law knows`,
    expected: Object.keys(regimeOf(ticket.regime).refusals).join(', '),
  }));

const isTyped = (ticket: Ticket, event: TicketEvent): boolean => {
  if (event.type === 'act-proposed' && event.act === 'released') return event.reason === undefined;
  if (event.type !== 'act-proposed' && event.type !== 'closed') return false;
  const { act, reason } = event.type === 'closed' ? actOf(event) : event;
  if (reason === undefined) return false;
  return (act !== 'refused' && act !== 'partly-refused') || Object.hasOwn(regimeOf(ticket.regime).refusals, reason);
};

export const GUARDS = {
  /** Checked for every event before the event's own guards. */
  always: [timeMovesOn, notPurged, notClosed, notOnHold] as readonly Guard[],
  levelSuffices: levelSufficesGuard,
  identityVerified,
  noExemption,
  subjectInDoubt,
  confirmerIsNotFiler,
  policyUnchanged,
  runIsNext,
  passDoesNotClimb,
  approvalOpen,
  approverIsNotFiler,
  evidenceUnchanged,
  deployedIsApproved,
  servedIsDeployed,
  readsRefused,
  wasCompleted,
  ...CLOCK_GUARDS,
  secondPerson,
  hasExemption,
  exemptionLiftedByOther,
  canBeDone,
  refusalIsTyped,
};
