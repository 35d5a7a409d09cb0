// One case as its pages and their JSON show it, put together from the ticket, its events and the audit report.
import { localDate } from '#core/days.ts';
import { paceOf } from '#core/job-progress.ts';
import { protectionOf } from '#core/protection-words.ts';
import { meaningOf } from '#core/statuses.ts';
import type { StoredEvent } from '#core/ports.ts';
import { isClosed, workingOf, type Status, type Ticket } from '#core/ticket.ts';
import type { EventType } from '#core/ticket-events.ts';
import { auditReport } from '#report/audit-report.ts';
import { decisionsOf } from '#report/decisions.ts';
import { gatherReport } from '#report/gather.ts';
import { proposalIn } from '#portal/acts.ts';
import { factsOf } from '#portal/case/facts.ts';
import { WALK, type CaseView, type WalkStep } from '#portal/case/view.ts';
import { workItem } from '#portal/worklist.ts';
import { ROLES_FOR } from '#core/roles.ts';
import { keptLetters } from '../kept-letters.ts';
import { offeredActs } from './acts.ts';
import type { ApiContext, Identity } from './context.ts';

export const reportOf = async (ticketId: string, { ports }: Pick<ApiContext, 'ports'>) =>
  auditReport(await gatherReport(ports, ticketId));

export const caseView = async (id: string, caller: Identity, context: ApiContext): Promise<CaseView> => {
  const { tickets, clock } = context.ports;
  const { ticket, version } = await tickets.get(id);
  const now = clock.now();
  const events = await tickets.events(id);
  const item = workItem(ticket, now);
  const { timeZone } = ticket.calendar;
  return {
    item,
    status: ticket.status,
    version,
    dates: { received: localDate(ticket.receivedAt, timeZone), safeDue: item.safeDue, daysLeft: item.daysLeft },
    proposal: proposalIn(ticket) ?? null,
    report: await reportOf(id, context),
    evidence: ticket.status === 'AWAITING_APPROVAL' ? ticket.evidence : null,
    protection: protectionOf(ticket) ?? null,
    evidenced: hasBundle(ticket),
    mayRead: caller.roles.includes('approver') && ticket.status !== 'PURGED',
    inDoubt: ticket.status === 'REMEDIATION' && ticket.reason === 'SUBJECT_MISMATCH',
    acts: offeredActs(ticket, caller, now),
    facts: factsOf(ticket),
    letters: keptLetters(events, now),
    mayWrite: ticket.status !== 'PURGED' && mayWrite(caller),
    walk: walkOf(ticket, events),
    decisions: decisionsOf(events),
    isMoving: isMoving(ticket),
    pace: (await paceOf(ticket, context.ports.results)) ?? null,
  };
};

const mayWrite = ({ roles }: Identity): boolean => ROLES_FOR.letter.some((role) => roles.includes(role));

const hasBundle = (ticket: Ticket): boolean =>
  ticket.status === 'EVIDENCE_SEALED' || ticket.status === 'PURGED' || isClosed(ticket);

const isMoving = (ticket: Ticket): boolean => {
  const { rests, ends } = meaningOf(ticket);
  return !rests && !ends;
};

/** How far a case has come in each status of its main path: the step of WALK that is under way. */
const REACHED: Readonly<Partial<Record<Status, WalkStep['name']>>> = {
  RECEIVED: 'identified',
  IDENTITY_PENDING: 'identified',
  TRIAGE: 'matched',
  EXEMPTION_PENDING: 'matched',
  VALIDATED: 'matched',
  ADMITTED: 'withheld',
  SCHEDULED: 'unlearned',
  UNLEARNING: 'unlearned',
  EVALUATING: 'tested',
  AWAITING_APPROVAL: 'approved',
  DEPLOYING: 'inService',
  VERIFYING_SERVED: 'inService',
  COMPLETED: 'certified',
  EVIDENCE_SEALED: 'destroyed',
};

const SAID_BY: Readonly<Record<WalkStep['name'], EventType>> = {
  received: 'received',
  identified: 'identity-verified',
  matched: 'forget-set-admitted',
  withheld: 'output-suppressed',
  unlearned: 'unlearned',
  tested: 'evaluated',
  approved: 'approved',
  inService: 'served-verified',
  certified: 'certified',
  destroyed: 'purged',
};

const walkOf = (ticket: Ticket, events: readonly StoredEvent[]): WalkStep[] => {
  const reached = ticket.status === 'PURGED' ? undefined : REACHED[workingOf(ticket).status];
  const isOver = isClosed(ticket) || ticket.status === 'PURGED';
  const upTo = reached === undefined ? WALK.length : WALK.indexOf(reached);
  return WALK.map((name, i) => {
    const at = events.findLast(({ type }) => type === SAID_BY[name])?.at ?? null;
    if (isOver) return { name, state: at === null ? 'open' : 'done', at };
    return i < upTo ? { name, state: 'done', at } : { name, state: i === upTo ? 'now' : 'open', at: null };
  });
};
