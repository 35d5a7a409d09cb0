// What each status of a ticket means to those who act on it. The record of failures, reminders, turns, the command line
// and the portal's work list read this table; test/workflow/statuses.test.ts checks the state machines against it.
// Trap: the table says what is due in a status; which events a ticket may take is said in transitions.ts.
import { isClosed, type Status, type Ticket, type TicketEnd } from './ticket.ts';

/** Where a request stands, as far as it is the requester's business. What people propose or doubt is not in it. */
export type PublicState = 'examined' | 'identity' | 'asked' | 'at-work' | 'on-hold' | 'appealed' | TicketEnd;

export interface StatusMeaning {
  /** What people read. */
  readonly label: string;
  /**
   * The step or job that is due, by its file in functions/ or containers/; absent where no workflow has anything to do.
   */
  readonly due?: string;
  /** The step at which an execution that begins now enters, where it is not the one that is due. */
  readonly entersAt?: string;
  /** Who must act before the ticket goes on; `turn`: it may have to wait for another ticket of the same model. */
  readonly waitsFor?: 'requester' | 'approvers' | 'filer' | 'turn';
  /** Nothing happens until a person acts, or nothing will happen any more. */
  readonly rests: boolean;
  /** The workflow's execution ends right after the ticket gets this status. */
  readonly ends: boolean;
  /** The requester waits for an outcome, so that the legal date counts. */
  readonly open: boolean;
  /** What the requester is told, on a page that whoever has the reference and its secret may open. */
  readonly toRequester: PublicState;
  /** Of the run that makes the candidate: not begun, under way, or judged with a pass and possibly not served yet. */
  readonly run?: 'due' | 'computing' | 'judged';
}

/** A step or job of the workflow is at work. */
const working = { rests: false, ends: false, open: true } as const;
/** A person must act. */
const waiting = { rests: true, ends: false, open: true } as const;
const closed = { due: 'notify-parties', rests: true, ends: false, open: false } as const;

export const STATUSES = {
  RECEIVED: { label: 'received', toRequester: 'examined', due: 'verify-identity', ...working },
  IDENTITY_PENDING: {
    label: 'waiting for proof of identity',
    toRequester: 'identity',
    due: 'request-identity',
    entersAt: 'verify-identity',
    waitsFor: 'requester',
    ...waiting,
  },
  TRIAGE: { label: 'identified, to be triaged', toRequester: 'examined', due: 'triage-ticket', ...working },
  EXEMPTION_PENDING: {
    label: 'proposed to be refused, waiting for a second person',
    toRequester: 'examined',
    due: 'triage-ticket',
    waitsFor: 'approvers',
    ...waiting,
    ends: true,
  },
  VALIDATED: {
    label: 'triaged, forget set to be checked',
    toRequester: 'examined',
    due: 'admit-forget-set',
    ...working,
  },
  ADMITTED: { label: 'forget set admitted', toRequester: 'examined', due: 'suppress-output', ...working },
  SCHEDULED: {
    label: 'answers withheld, waiting for a run',
    toRequester: 'at-work',
    due: 'plan-run',
    waitsFor: 'turn',
    run: 'due',
    ...working,
  },
  UNLEARNING: { label: 'being unlearned', toRequester: 'at-work', due: 'unlearn-job', run: 'computing', ...working },
  EVALUATING: { label: 'being evaluated', toRequester: 'at-work', due: 'evaluate-job', run: 'computing', ...working },
  AWAITING_APPROVAL: {
    label: 'waiting for approval',
    toRequester: 'at-work',
    due: 'request-approval',
    waitsFor: 'approvers',
    run: 'judged',
    ...waiting,
  },
  DEPLOYING: {
    label: 'approved, to be deployed',
    toRequester: 'at-work',
    due: 'deploy-model',
    waitsFor: 'turn',
    run: 'judged',
    ...working,
  },
  VERIFYING_SERVED: {
    label: 'deployed, being probed',
    toRequester: 'at-work',
    due: 'probe-served-model',
    run: 'judged',
    ...working,
  },
  COMPLETED: {
    label: 'served and probed, to be certified',
    toRequester: 'at-work',
    due: 'issue-certificate',
    ...working,
  },
  EVIDENCE_SEALED: {
    label: 'certified, case data to be destroyed',
    toRequester: 'completed',
    due: 'purge-case',
    entersAt: 'notify-parties',
    ...working,
    open: false,
  },
  ON_HOLD: { label: 'on hold', toRequester: 'on-hold', due: 'await-release', waitsFor: 'filer', ...waiting },
  CLARIFICATION_PENDING: {
    label: 'waiting for what the requester was asked',
    toRequester: 'asked',
    due: 'await-release',
    waitsFor: 'requester',
    ...waiting,
  },
  REMEDIATION: { label: 'needs a person', toRequester: 'at-work', waitsFor: 'filer', ...waiting, ends: true },
  REFUSED: { label: 'refused', toRequester: 'refused', ...closed },
  WITHDRAWN: { label: 'withdrawn', toRequester: 'withdrawn', ...closed },
  CANCELLED: { label: 'cancelled', toRequester: 'cancelled', ...closed },
  EXPIRED: { label: 'expired, no answer came', toRequester: 'expired', ...closed },
  APPEALED: {
    label: 'appealed, waiting for another decider',
    toRequester: 'appealed',
    waitsFor: 'approvers',
    ...waiting,
    ends: true,
  },
  PURGED: { label: 'closed, case data destroyed', toRequester: 'completed', rests: true, ends: true, open: false },
} as const satisfies Readonly<Record<Status, StatusMeaning>>;

export const meaningOf = ({ status }: Pick<Ticket, 'status'>): StatusMeaning => STATUSES[status];

/** What the requester is told of a ticket, and when it came to its end. */
export const publicStateOf = (ticket: Ticket): { readonly state: PublicState; readonly endedAt?: string } => {
  const { toRequester: state } = meaningOf(ticket);
  if (isClosed(ticket)) return { state, endedAt: ticket.closedAt };
  if (ticket.status === 'EVIDENCE_SEALED') return { state, endedAt: ticket.certificate.at };
  if (ticket.status !== 'PURGED') return { state };
  return { state: ticket.outcome, endedAt: ticket.sealed?.certificate.at ?? ticket.purge.at };
};
