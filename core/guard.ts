// What a guard of the transition table is (guards.ts, clock-guards.ts).
import { QuittanceError, type ErrorCode, type ErrorDetails } from './errors.ts';
import type { Ticket } from './ticket.ts';
import type { TicketEvent } from './ticket-events.ts';

/** Returns an objection, or undefined where the rule is kept. */
export type Guard = (ticket: Ticket, event: TicketEvent, at: string) => QuittanceError | undefined;

export const unless = (holds: boolean, code: ErrorCode, details: () => ErrorDetails) =>
  holds ? undefined : new QuittanceError(code, details());
