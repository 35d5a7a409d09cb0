// The guards of the transition table, each a rule of the life cycle with its own error. Trap: a guard sees the ticket
// and the event, nothing else. Who the caller is was authenticated before, and the state of the world (what is served,
// which run is under way) is checked by the step just before it acts.
import { localDate } from './deadlines.ts';
import { QuittanceError, type ErrorCode, type ErrorDetails } from './errors.ts';
import { levelSuffices, regimeOf } from './regimes.ts';
import { isClosed, type Ticket } from './ticket.ts';
import type { TicketEvent } from './ticket-events.ts';
import { sameName } from './words/names.ts';

/** Returns an objection, or undefined where the rule is kept. */
export type Guard = (ticket: Ticket, event: TicketEvent, at: string) => QuittanceError | undefined;

const unless = (holds: boolean, code: ErrorCode, details: () => ErrorDetails) =>
  holds ? undefined : new QuittanceError(code, details());

const timeMovesOn: Guard = (ticket, _event, at) =>
  unless(at >= ticket.updatedAt, 'CLOCK_WENT_BACK', () => ({
    message: `ticket ${ticket.id} was last changed at a later time than now`,
    expected: `${ticket.updatedAt} or later`,
    got: at,
  }));

const notPurged: Guard = (ticket, event) =>
  unless(ticket.status !== 'PURGED' || event.type === 'recertified', 'TICKET_PURGED', () => ({
    message: `ticket ${ticket.id} is purged`,
  }));

const AFTER_CLOSING: readonly TicketEvent['type'][] = ['notified', 'purged'];
const notClosed: Guard = (ticket, event) =>
  unless(!isClosed(ticket) || AFTER_CLOSING.includes(event.type), 'TICKET_CLOSED', () => ({
    message: `ticket ${ticket.id} is closed`,
    got: ticket.status,
  }));

const notOnHold: Guard = (ticket, event) =>
  unless(ticket.status !== 'ON_HOLD' || event.type === 'hold-released', 'TICKET_ON_HOLD', () => ({
    message: `ticket ${ticket.id} is on hold`,
    hint: 'a second person must release the hold first',
  }));

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
  unless('by' in event && !sameName(event.by, ticket.filer), 'SECOND_PERSON_REQUIRED', () => ({
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
  unless('approver' in event && event.approver !== ticket.filer, 'APPROVER_IS_FILER', () => ({
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
      ticket.approval.approver !== ticket.filer,
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

const notExtended: Guard = (ticket) =>
  unless(!ticket.clock.some((event) => event.type === 'extend'), 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `the deadline of ticket ${ticket.id} was extended before; once is all the law grants`,
  }));

const stillInFirstPeriod: Guard = (ticket, _event, at) =>
  unless(localDate(at, ticket.calendar.timeZone) <= ticket.due.statutoryDue, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `the deadline of ticket ${ticket.id} has passed; an extension must be told before`,
    expected: `by ${ticket.due.statutoryDue}`,
    got: at,
  }));

const releaserIsNotPlacer: Guard = (ticket, event) =>
  unless(
    ticket.status !== 'ON_HOLD' || (event.type === 'hold-released' && event.by !== ticket.hold.placedBy),
    'SECOND_PERSON_REQUIRED',
    () => ({
      message: `the hold on ticket ${ticket.id} must be released by another person than the one who placed it`,
    }),
  );

const refusalIsTyped: Guard = (ticket, event) =>
  unless(
    event.type === 'closed' &&
      (event.outcome !== 'refused' || Object.hasOwn(regimeOf(ticket.regime).refusals, event.reason)),
    'INVALID_INPUT',
    () => ({
      message: `a refusal under ${ticket.regime} needs a reason that its law knows`,
      expected: Object.keys(regimeOf(ticket.regime).refusals).join(', '),
    }),
  );

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
  notExtended,
  stillInFirstPeriod,
  releaserIsNotPlacer,
  refusalIsTyped,
};
