// Guards of the legal clock: when it may be extended, and when a wait for the requester may begin and end. Trap: times
// that people write down may lie back, but never before the request and never ahead.
import { localDate } from './days.ts';
import { openPause } from './deadlines.ts';
import { unless, type Guard } from './guard.ts';
import { regimeOf } from './regimes.ts';
import type { Status, Ticket } from './ticket.ts';

const notExtended: Guard = (ticket) =>
  unless(!ticket.clock.some((event) => event.type === 'extend'), 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `the deadline of ticket ${ticket.id} was extended before; once is all the law grants`,
  }));

/** Of tickets that keep how their law counts: older ones were extended by what the product then knew. */
const extensionIsGranted: Guard = (ticket) =>
  unless(!ticket.counting || ticket.counting.extend !== undefined, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `${regimeOf(ticket.regime).label} grants no extension that this product knows of`,
    hint: 'docs/regimes.md says what is known of it and what counsel is to look at',
  }));

/** A period that stands still has not ended. */
const inFirstPeriod = ({ due, calendar }: Ticket, at: string): boolean =>
  due.stopped !== undefined || localDate(at, calendar.timeZone) <= due.statutoryDue;

/** What was asked for may lie back, but not before the request; what is asked for already may only lie further back. */
const pauseMayBegin: Guard = (ticket, event, at) => {
  if (event.type !== 'clock-paused') return undefined;
  const { reason, since } = event;
  const open = openPause(ticket.clock, reason);
  const latest = open === undefined ? at : open.at;
  const fits = since >= ticket.receivedAt && since <= latest && !(reason === 'identity' && 'identity' in ticket);
  return unless(fits, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id}: this wait for the requester cannot begin then`,
    expected: `a time from ${ticket.receivedAt} to ${latest}, and identity only until it is verified`,
    got: `${reason} ${since}`,
  }));
};

/** What is meant is asked before anything new is in service; proof of identity has a status of its own. */
export const ASKABLE = [
  ...(['RECEIVED', 'TRIAGE', 'EXEMPTION_PENDING', 'VALIDATED', 'ADMITTED', 'SCHEDULED'] as const),
  ...(['UNLEARNING', 'EVALUATING', 'AWAITING_APPROVAL'] as const),
] as const satisfies readonly Status[];

const workMayWait: Guard = (ticket, event) => {
  if (event.type !== 'clock-paused' || (!event.stops && event.expected === undefined)) return undefined;
  const waits = 'asking' in ticket && ticket.asking !== undefined; // and may, until another day
  const fits = event.reason === 'clarification' && (event.stops === true ? isAskable(ticket.status) : waits);
  return unless(fits, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id}: its work cannot wait for this answer`,
    expected: `a question what is meant, in ${ASKABLE.join(', ')}, or one for which it waits`,
    got: `${event.reason} in ${ticket.status}`,
  }));
};
export const isAskable = (status: Status): boolean => (ASKABLE as readonly Status[]).includes(status);

/** Proof of identity is recorded as such, with who checked it. */
const pauseMayEnd: Guard = (ticket, event, at) => {
  if (event.type !== 'clock-resumed') return undefined;
  const open = openPause(ticket.clock, event.reason);
  const fits = open !== undefined && event.until >= open.at && event.until <= at && event.reason !== 'identity';
  return unless(fits, 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `ticket ${ticket.id}: this wait for the requester cannot end then`,
    expected: open === undefined ? 'a wait that has begun' : `a time from ${open.at} to ${at}, of clarification or fee`,
    got: `${event.reason} ${event.until}`,
    hint: 'proof of identity is recorded with: quittance ticket identity',
  }));
};

const stillInFirstPeriod: Guard = (ticket, _event, at) =>
  unless(inFirstPeriod(ticket, at), 'TICKET_ILLEGAL_TRANSITION', () => ({
    message: `the deadline of ticket ${ticket.id} has passed; an extension must be told before`,
    expected: `by ${ticket.due.statutoryDue}`,
    got: at,
  }));

export const CLOCK_GUARDS = {
  notExtended,
  extensionIsGranted,
  stillInFirstPeriod,
  pauseMayBegin,
  pauseMayEnd,
  workMayWait,
} as const satisfies Readonly<Record<string, Guard>>;
