// What people do around a case that moves it nowhere: receipt confirmed, a recipient told, a case linked, somebody made
// to look after it. Called by people. Trap: a call that is repeated after a crash finds what it did and does no more.
import { z } from 'zod';
import { Instant } from '#core/deadlines.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { TicketId, Told, type Ticket } from '#core/ticket.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import { Principal } from '#core/ticket-request.ts';
import { commitEvent, Nothing } from './step-support.ts';
import { BY, said } from './two-people.ts';

type Around = Pick<Ports, 'tickets' | 'clock'>;

/** Commits the event unless the ticket shows it as done. */
const commitOnce = async (
  { tickets, clock }: Around,
  ticketId: string,
  isDone: (ticket: Ticket) => boolean,
  event: TicketEvent,
): Promise<Record<string, never>> => {
  const found = await tickets.get(ticketId);
  if (!isDone(found.ticket)) await commitEvent({ tickets, clock }, found, event);
  return {};
};

export const acknowledgeReceipt = defineStep({
  name: 'acknowledge-receipt',
  input: z.strictObject({ ticketId: TicketId, on: Instant.optional(), ...BY }),
  output: Nothing,
  uses: ['tickets', 'clock'],
  run: async ({ ticketId, on, by, ...person }, ports) => {
    const when = on ?? ports.clock.now().toISOString();
    const event = { type: 'acknowledged', on: when, by, ...said(person) } as const;
    return commitOnce(ports, ticketId, ({ acknowledgedOn }) => on !== undefined && acknowledgedOn === on, event);
  },
});

export const tellRecipient = defineStep({
  name: 'tell-recipient',
  input: z.strictObject({
    ticketId: TicketId,
    recipient: Principal,
    how: Told.shape.how.default('told'),
    on: Instant.optional(),
    ...BY,
  }),
  output: Nothing,
  uses: ['tickets', 'clock'],
  run: async ({ ticketId, recipient, how, on, by, ...person }, ports) => {
    const when = on ?? ports.clock.now().toISOString();
    const event = { type: 'recipient-told', recipient, how, on: when, by, ...said(person) } as const;
    const isDone = ({ told = [] }: Ticket) =>
      told.some((one) => one.recipient === recipient && one.how === how && one.by === by && one.on === on);
    return commitOnce(ports, ticketId, isDone, event);
  },
});

export const linkTicket = defineStep({
  name: 'link-ticket',
  input: z.strictObject({ ticketId: TicketId, ticket: TicketId, ...BY }),
  output: Nothing,
  uses: ['tickets', 'clock'],
  run: async ({ ticketId, ticket, by, ...person }, ports) => {
    await ports.tickets.get(ticket); // TICKET_NOT_FOUND for one that is not there
    return commitOnce(ports, ticketId, () => false, { type: 'linked', ticket, by, ...said(person) });
  },
});

export const assignTicket = defineStep({
  name: 'assign-ticket',
  input: z.strictObject({ ticketId: TicketId, to: Principal.optional(), ...BY }),
  output: Nothing,
  uses: ['tickets', 'clock'],
  run: async ({ ticketId, to, by, ...person }, ports) =>
    commitOnce(ports, ticketId, ({ assignee }) => assignee === to, {
      type: 'assigned',
      ...(to !== undefined && { to }),
      by,
      ...said(person),
    }),
});
