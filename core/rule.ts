// A row of the transition table (core/transitions.ts): from which statuses an event may come, what must hold, and what
// the ticket is then.
import type { Guard } from './guard.ts';
import type { Status, Ticket, TicketIn } from './ticket.ts';
import type { EventOf, TicketEvent } from './ticket-events.ts';

export interface Rule {
  readonly from: readonly Status[];
  readonly guards: readonly Guard[];
  readonly next: (ticket: Ticket, event: TicketEvent, at: string) => Ticket;
}

export const rule = <Type extends TicketEvent['type'], From extends Status>(
  _type: Type,
  from: readonly From[],
  guards: readonly Guard[],
  next: (ticket: TicketIn<From>, event: EventOf<Type>, at: string) => Ticket,
): Rule => ({ from, guards, next: next as Rule['next'] }); // `advance` checks both before it calls
