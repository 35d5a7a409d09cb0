// Where a ticket stands, so that an execution begins (or goes on after a hold, or a redrive) at the step that is due.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { TicketInput } from './step-support.ts';

export const locateTicket = defineStep({
  name: 'locate-ticket',
  input: TicketInput,
  output: z.strictObject({
    status: z.string(),
    /** Grows with every change of the ticket: makes the name of a child execution new each time it is entered. */
    attempt: z.int(),
  }),
  uses: ['tickets'],
  async run({ ticketId }, { tickets }) {
    const { ticket, version } = await tickets.get(ticketId);
    return { status: ticket.status, attempt: version };
  },
});
