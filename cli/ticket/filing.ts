// Filing the same file twice is a duplicate; filing it again after a crash or a full disk goes on where the first
// attempt stopped, be it the filing itself or what follows it. Both follow from the id of the request, which is made
// from its content. Traps: a person may come back after a closed ticket, so that closed ones are counted past; this
// process holds the data folder, so that a ticket under way is one that nobody else works on.
import { digestJson } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { isClosed, type Ticket } from '#core/ticket.ts';
import type { TicketRequest } from '#core/ticket-request.ts';
import type { Work } from '../work.ts';
import { ticketIdOf } from '#functions/file-ticket.ts';
import { nextOf } from './print.ts';
import { isAtRest } from './rest.ts';

/** To be filed under this id, or filed already and under way as this ticket. */
export type Standing = { requestId: string } | { ticketId: string };

/** Where the request stands. TICKET_DUPLICATE where this very request waits for a person. */
export const standingOf = async (
  { ports, engine }: Pick<Work, 'ports' | 'engine'>,
  request: TicketRequest,
): Promise<Standing> => {
  const content = digestJson(request);
  for (let attempt = 1; ; attempt++) {
    const requestId = `${content}.${attempt}`;
    const ticketId = await ticketIdOf(ports.pseudonyms, requestId);
    const ticket = await ticketOf(ports, ticketId);
    if (ticket === undefined) return { requestId };
    if (isClosed(ticket) || ticket.status === 'PURGED') continue;
    const started = (await engine.listExecutions()).some(({ name }) => name === ticketId);
    if (!started) return { requestId };
    if (!(await isAtRest({ engine }, ticket))) return { ticketId };
    throw new QuittanceError('TICKET_DUPLICATE', {
      message: `ticket ${ticketId} is this very request`,
      got: ticket.status,
      hint: `next: quittance ticket ${nextOf(ticket) ?? `show ${ticketId}`}`,
    });
  }
};

const ticketOf = async ({ tickets }: Work['ports'], id: string): Promise<Ticket | undefined> => {
  try {
    return (await tickets.get(id)).ticket;
  } catch (error) {
    if (isQuittanceError(error, 'TICKET_NOT_FOUND')) return undefined;
    throw error;
  }
};
