// The moves of the transition table that build a ticket from more than the event's own fields: up the ladder, to a
// person, back from an interruption, to what is kept after the purge. Pure, as the table is; whether a move is allowed
// is for the table to say.
// Trap: parsing by BaseTicket or KeptTicket drops every other field, which is how a ticket loses what its next status
// does not have; what must outlive a move is named behind it.
import { mayBeDone } from './guards.ts';
import {
  BaseTicket,
  type CLOSED,
  KeptTicket,
  OUTCOME_OF,
  type Run,
  type Ticket,
  type TicketIn,
  type WorkingTicket,
  workingOf,
} from './ticket.ts';
import type { EventOf } from './ticket-events.ts';

/** Back to the start of the ladder, with all runs so far on record. */
export const rescheduled = (
  ticket: TicketIn<'EVALUATING' | 'AWAITING_APPROVAL' | 'DEPLOYING' | 'VERIFYING_SERVED'>,
  runs: Run[],
) => {
  const { identity, triagedAt, forgetSet, suppression } = ticket;
  const fields = { identity, triagedAt, forgetSet, suppression, runs, ladderFrom: runs.length };
  return { ...BaseTicket.parse(ticket), status: 'SCHEDULED', ...fields } satisfies Ticket;
};

/** Stops for a person at `step`; once resumed, the ticket is what `from` says. */
export const remediation = (ticket: WorkingTicket, step: string, reason: string, from: WorkingTicket): Ticket => ({
  ...BaseTicket.parse(ticket),
  status: 'REMEDIATION',
  step,
  reason,
  from,
});

/** A second person found that the refusal which was proposed at filing does not apply. */
export const withoutExemption = (ticket: TicketIn<'EXEMPTION_PENDING'>): Ticket => {
  const lifted = { ...withoutProposal(ticket), status: 'TRIAGE' as const };
  delete lifted.exemption;
  return lifted;
};

/** The interrupted ticket with what the interruption changed in its common fields. */
export const resumed = (ticket: TicketIn<'ON_HOLD' | 'REMEDIATION'>): Ticket => {
  const { asking } = ticket;
  if (asking === undefined) return { ...ticket.from, ...BaseTicket.parse(ticket) };
  // an answer was waited for when the hold was placed, and still is
  return { ...BaseTicket.parse(ticket), status: 'CLARIFICATION_PENDING', asking, from: ticket.from };
};

/** Wherever it is on its way, or waits for an answer: a hold stops it there. */
export const held = (
  ticket: WorkingTicket | TicketIn<'CLARIFICATION_PENDING'>,
  { by, code, matter, review }: EventOf<'hold-placed'>,
  at: string,
): Ticket => ({
  ...BaseTicket.parse(ticket),
  status: 'ON_HOLD',
  hold: {
    ...{ code, placedBy: by, at },
    ...(matter !== undefined && { matter }),
    ...(review !== undefined && { review }),
  },
  from: workingOf(ticket),
});

/** The requester was asked what is meant; where the work waits for it, the ticket does too. */
export const askedFor = (ticket: WorkingTicket, { by, since: at, expected }: EventOf<'clock-paused'>): Ticket => ({
  ...BaseTicket.parse(ticket),
  status: 'CLARIFICATION_PENDING',
  asking: { by, at, ...(expected !== undefined && { until: expected }) },
  from: ticket,
});

/** Asked already: the answer is waited for until another day. */
export const waitingUntil = <T extends Exclude<Ticket, TicketIn<'PURGED'>>>(ticket: T, until: string): T =>
  ticket.asking === undefined ? ticket : { ...ticket, asking: { ...ticket.asking, until } };

/** The answer came, or is waited for no longer: where the ticket waited it goes on, and a hold stays what it is. */
export const answered = <T extends Ticket>(ticket: T): Ticket => {
  if (ticket.status === 'PURGED') return ticket;
  const next: Ticket =
    ticket.status === 'CLARIFICATION_PENDING' ? { ...ticket.from, ...BaseTicket.parse(ticket) } : { ...ticket };
  delete next.asking;
  return next;
};

/** A pass waits for approval; otherwise the next rung of the ladder is due, or a person where there is none left. */
export const judged = (ticket: TicketIn<'EVALUATING'>, event: EventOf<'evaluated'>, at: string): Ticket => {
  const { tables, judgement, evidence, verdict, climb } = event;
  const run = { ...ticket.run, tables, judgement, verdict };
  const runs = [...ticket.runs, run];
  if (verdict === 'pass') return { ...ticket, status: 'AWAITING_APPROVAL', runs, run, evidence, judgedAt: at };
  if (climb) return { ...rescheduled(ticket, runs), ladderFrom: ticket.ladderFrom };
  return remediation(ticket, 'judge-evaluation', 'GATE_NOT_MET', rescheduled(ticket, runs));
};

/** What is kept when the case is destroyed: of a completed ticket, its evidence too. */
export const purged = (
  ticket: TicketIn<'EVIDENCE_SEALED' | (typeof CLOSED)[number]>,
  event: EventOf<'purged'>,
  at: string,
): Ticket => {
  const { objects, readsRefused } = event;
  const purge = { objects, readsRefused, at };
  const rest = { ...KeptTicket.parse(ticket), status: 'PURGED' as const, purge, recertifications: [] };
  if (ticket.status !== 'EVIDENCE_SEALED')
    return { ...rest, outcome: OUTCOME_OF[ticket.status], reason: ticket.reason };
  const { runs, run, evidence, approval, deployed, served, certificate } = ticket;
  return { ...rest, outcome: 'completed', sealed: { runs, run, evidence, approval, deployed, served, certificate } };
};

/**
 * A proposal lasts as long as what it proposes can be done, and is no part of the ticket that an interruption keeps.
 */
export const whileOpen = (ticket: Ticket): Ticket => {
  const next = 'from' in ticket ? { ...ticket, from: withoutProposal(ticket.from) } : ticket;
  if (!('proposal' in next) || !next.proposal || mayBeDone(next.proposal.act, next.status)) return next;
  return withoutProposal(next);
};

export const withoutProposal = <T extends { proposal?: unknown }>(ticket: T): T => {
  const copy = { ...ticket };
  delete copy.proposal;
  return copy;
};
