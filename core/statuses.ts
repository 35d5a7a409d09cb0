// What each status of a ticket means to those who act on it. The record of failures, reminders, turns, the command line
// and the portal's work list read this table; test/workflow/statuses.test.ts checks the state machines against it.
// Trap: the table says what is due in a status; which events a ticket may take is said in transitions.ts.
import type { Status, Ticket } from './ticket.ts';

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
  /** Of the run that makes the candidate: not begun, under way, or judged with a pass and possibly not served yet. */
  readonly run?: 'due' | 'computing' | 'judged';
}

/** A step or job of the workflow is at work. */
const working = { rests: false, ends: false, open: true } as const;
/** A person must act. */
const waiting = { rests: true, ends: false, open: true } as const;
const closed = { due: 'notify-parties', rests: true, ends: false, open: false } as const;

export const STATUSES = {
  RECEIVED: { label: 'received', due: 'verify-identity', ...working },
  IDENTITY_PENDING: {
    label: 'waiting for proof of identity',
    due: 'request-identity',
    entersAt: 'verify-identity',
    waitsFor: 'requester',
    ...waiting,
  },
  TRIAGE: { label: 'identified, to be triaged', due: 'triage-ticket', ...working },
  EXEMPTION_PENDING: {
    label: 'proposed to be refused, waiting for a second person',
    due: 'triage-ticket',
    waitsFor: 'approvers',
    ...waiting,
    ends: true,
  },
  VALIDATED: { label: 'triaged, forget set to be checked', due: 'admit-forget-set', ...working },
  ADMITTED: { label: 'forget set admitted', due: 'suppress-output', ...working },
  SCHEDULED: {
    label: 'answers withheld, waiting for a run',
    due: 'plan-run',
    waitsFor: 'turn',
    run: 'due',
    ...working,
  },
  UNLEARNING: { label: 'being unlearned', due: 'unlearn-job', run: 'computing', ...working },
  EVALUATING: { label: 'being evaluated', due: 'evaluate-job', run: 'computing', ...working },
  AWAITING_APPROVAL: {
    label: 'waiting for approval',
    due: 'request-approval',
    waitsFor: 'approvers',
    run: 'judged',
    ...waiting,
  },
  DEPLOYING: { label: 'approved, to be deployed', due: 'deploy-model', waitsFor: 'turn', run: 'judged', ...working },
  VERIFYING_SERVED: { label: 'deployed, being probed', due: 'probe-served-model', run: 'judged', ...working },
  COMPLETED: { label: 'served and probed, to be certified', due: 'issue-certificate', ...working },
  EVIDENCE_SEALED: {
    label: 'certified, case data to be destroyed',
    due: 'purge-case',
    entersAt: 'notify-parties',
    ...working,
    open: false,
  },
  ON_HOLD: { label: 'on hold', due: 'await-release', waitsFor: 'filer', ...waiting },
  REMEDIATION: { label: 'needs a person', waitsFor: 'filer', ...waiting, ends: true },
  REFUSED: { label: 'refused', ...closed },
  WITHDRAWN: { label: 'withdrawn', ...closed },
  CANCELLED: { label: 'cancelled', ...closed },
  EXPIRED: { label: 'expired, no answer came', ...closed },
  APPEALED: { label: 'appealed, waiting for another decider', waitsFor: 'approvers', ...waiting, ends: true },
  PURGED: { label: 'closed, case data destroyed', rests: true, ends: true, open: false },
} as const satisfies Readonly<Record<Status, StatusMeaning>>;

export const meaningOf = ({ status }: Pick<Ticket, 'status'>): StatusMeaning => STATUSES[status];
