// The legal clock of a ticket: how its law counts, which events a receipt and a proof of identity put on it, and the
// dates on a given day. Trap: tickets from before these rules were kept (no `counting`) have their clock events in
// their old form, because a row is compared with what its logged events lead to.
import type { Counting, PauseReason } from './counting.ts';
import { deriveDeadlines, openPause, type ClockEvent, type Deadlines, type HolidayCalendar } from './deadlines.ts';
import { regimeOf, type RegimeName } from './regimes.ts';
import type { Ticket } from './ticket.ts';
import type { Received } from './ticket-events.ts';

/** As the ticket keeps it, or as the law's file says now. */
export const countingOf = ({ counting, regime }: { counting?: Counting | undefined; regime: RegimeName }): Counting =>
  counting ?? regimeOf(regime).counting;

type AtReceipt = Pick<Received, 'regime' | 'counting' | 'receivedAt' | 'pauses'>;

/** From the receipt on, with what the requester was asked for before the filing. */
export const clockAtReceipt = ({ receivedAt, pauses = [] }: AtReceipt): ClockEvent[] => [
  { type: 'start', at: receivedAt },
  ...pauses.flatMap(({ reason, since, until }): ClockEvent[] => [
    { type: 'pause', at: since, reason },
    ...(until === undefined ? [] : [{ type: 'resume' as const, at: until, reason }]),
  ]),
];

export const dueAtReceipt = (received: AtReceipt, calendar: HolidayCalendar): Deadlines =>
  deriveDeadlines(countingOf(received), clockAtReceipt(received), calendar);

/** The clock with a wait that begins now, unless it waits for the same already. */
export const withPause = (clock: readonly ClockEvent[], reason: PauseReason, at: string): ClockEvent[] =>
  openPause(clock, reason) ? [...clock] : [...clock, { type: 'pause', at, reason }];

type Waiting = Pick<Ticket, 'clock' | 'counting'> & { readonly status: string };

/** Proof came when it was checked, not when that was typed in: the earlier of the two gives the earlier date. */
export const clockAfterProof = ({ clock, counting, status }: Waiting, checked: string, at: string): ClockEvent[] => {
  if (!counting) return status === 'RECEIVED' ? [...clock] : [...clock, { type: 'resume', at }];
  const asked = openPause(clock, 'identity');
  if (!asked) return [...clock];
  const came = checked < asked.at ? asked.at : checked > at ? at : checked;
  return [...clock, { type: 'resume', at: came, reason: 'identity' }];
};

/** By when an appeal against the refusal of a part is to be decided; the rest of the ticket has its own dates. */
export const partAppealDue = (ticket: Ticket): Deadlines | undefined => {
  const { partlyRefused, receivedAt: at, calendar } = ticket;
  if (partlyRefused?.appeal === undefined) return undefined;
  const clock: ClockEvent[] = [
    { type: 'start', at },
    { type: 'appeal', at: partlyRefused.appeal.on },
  ];
  return deriveDeadlines(countingOf(ticket), clock, calendar);
};

/** The ticket's dates as they are at a time: while the clock stands still they move along with the day. */
export const dueAt = (ticket: Ticket, now: string): Deadlines =>
  ticket.due.stopped === undefined
    ? ticket.due
    : deriveDeadlines(countingOf(ticket), ticket.clock, ticket.calendar, now);

/** The dates as they stood at a time: what was asked, answered, extended or appealed later has not happened yet. */
export const dueAsOf = (ticket: Ticket, at: string): Deadlines => {
  const clock = ticket.clock.filter((event) => event.type === 'start' || event.at <= at);
  return clock.length === ticket.clock.length
    ? dueAt(ticket, at)
    : deriveDeadlines(countingOf(ticket), clock, ticket.calendar, at);
};
