// Extends a ticket's deadline, once, for a reason that the law knows, and tells the requester, which must happen within
// the first period. Called by people.
import { z } from 'zod';
import { Deadlines, ExtensionReason } from '#core/deadlines.ts';
import { defineStep } from '#core/step.ts';
import { TicketId } from '#core/ticket.ts';
import { commitEvent } from './step-support.ts';
import { BY, said } from './two-people.ts';

export const extendDeadline = defineStep({
  name: 'extend-deadline',
  input: z.strictObject({ ticketId: TicketId, reason: ExtensionReason, ...BY }),
  output: z.strictObject({ due: Deadlines }),
  uses: ['tickets', 'notifier', 'clock'],
  async run({ ticketId, reason, by, ...person }, { tickets, notifier, clock }) {
    const found = await tickets.get(ticketId); // also one on hold or in remediation, whose clock runs on
    // then perhaps only the notice is missing
    const extended = found.ticket.clock.some((event) => event.type === 'extend');
    const { ticket } = extended
      ? found
      : await commitEvent({ tickets, clock }, found, { type: 'extended', reason, by, ...said(person) });
    const references = { ticketId, reason, safeDue: ticket.due.safeDue };
    await notifier.notify({ id: `${ticketId}.extension`, to: 'requester', template: 'extension', references });
    return { due: ticket.due };
  },
});
