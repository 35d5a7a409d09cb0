// Reading a ticket before a step that cannot be taken back. Apart from step-support.ts: it reads the log, which most of
// what answers requests never does.
import { requireCaseAsLogged, type LoggedPorts } from '#core/as-logged.ts';
import type { Ports } from '#core/ports.ts';
import type { TicketVersion } from './step-support.ts';

/** The ticket, whose row is what its logged events say. TICKET_NOT_AS_LOGGED otherwise, before anything is changed. */
export const loggedTicket = async (
  ticketId: string,
  ports: LoggedPorts & Pick<Ports, 'vault'>,
): Promise<TicketVersion> => {
  const found = await ports.tickets.get(ticketId);
  await requireCaseAsLogged(found.ticket, ports);
  return found;
};
