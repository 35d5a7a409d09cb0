// Ends a ticket without unlearning: refused for a reason that its law knows, withdrawn by the requester, or cancelled.
// It takes two people, except for the filer's own withdrawal or cancellation. A new execution notifies and purges; one
// that may be waiting is told and ends, and a job that computes for the ticket is stopped.
// Trap: from deployment on a ticket cannot be closed, because the certificate must say what was done.
import { z } from 'zod';
import { clearRunsOf } from '#core/saved-runs.ts';
import { defineStep } from '#core/step.ts';
import { Code, isClosed, Outcome, TicketId } from '#core/ticket.ts';
import { closingExecution } from './appeal.ts';
import { stopRunning } from './running.ts';
import { failWait, WAITS } from './task-tokens.ts';
import { wakeWaiting } from './turns.ts';
import { agree, Agreement, EITHER, said } from './two-people.ts';

export const closeTicket = defineStep({
  name: 'close-ticket',
  input: z.strictObject({
    ticketId: TicketId,
    outcome: Outcome,
    reason: Code,
    ...EITHER,
  }),
  output: Agreement,
  uses: ['tickets', 'models', 'results', 'artifacts', 'vault', 'workflows', 'clock'],
  async run({ ticketId, outcome, reason, by, mayConfirm, ...person }, ports) {
    const { tickets, vault, workflows, clock } = ports;
    const found = await tickets.get(ticketId);
    const closed = { type: 'closed', outcome, reason, by, ...said(person) } as const;
    const isOpen = !isClosed(found.ticket);
    if (isOpen && (await agree({ tickets, clock }, found, closed, mayConfirm)) === 'proposed')
      return { outcome: 'proposed' as const };
    await workflows.start(closingExecution(ticketId, await tickets.events(ticketId)));
    for (const wait of WAITS) await failWait({ vault, workflows }, ticketId, wait, 'TICKET_CLOSED');
    await stopRunning(ports, ticketId, 'TICKET_CLOSED');
    await clearRunsOf(ticketId, ports); // what a job saves as it is stopped goes with the purge
    await wakeWaiting(ports, found.ticket.model);
    return { outcome: 'done' as const };
  },
});
