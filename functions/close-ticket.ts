// Ends a ticket without unlearning: refused for a reason that its law knows, withdrawn by the requester, or cancelled.
// An execution of its own notifies and purges; the one that may be waiting is told, and ends. Trap: from deployment on
// a ticket cannot be closed; what was done is certified.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { Code, isClosed, TicketId } from '#core/ticket.ts';
import { Principal } from '#core/ticket-request.ts';
import { commitEvent, Nothing } from './step-support.ts';
import { failWait, WAITS } from './task-tokens.ts';
import { wakeWaiting } from './turns.ts';

export const closeTicket = defineStep({
  name: 'close-ticket',
  input: z.strictObject({
    ticketId: TicketId,
    outcome: z.enum(['refused', 'withdrawn', 'cancelled']),
    reason: Code,
    by: Principal,
  }),
  output: Nothing,
  uses: ['tickets', 'models', 'results', 'vault', 'workflows', 'clock'],
  async run({ ticketId, ...decision }, ports) {
    const { tickets, vault, workflows, clock } = ports;
    const found = await tickets.get(ticketId);
    if (!isClosed(found.ticket)) await commitEvent({ tickets, clock }, found, { type: 'closed', ...decision });
    await workflows.start({ workflow: 'erasure', name: `${ticketId}-close`, input: { ticketId } });
    for (const wait of WAITS) await failWait({ vault, workflows }, ticketId, wait, 'TICKET_CLOSED');
    await wakeWaiting(ports, found.ticket.model);
    return {};
  },
});
