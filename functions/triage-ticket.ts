// The legal decision on a verified ticket: the ground was checked against the regime when it was filed; an exemption
// that a legal reviewer found refuses it here, with its code. Trap: an exemption is a person's finding, never derived
// from the text.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { commitEvent, notReady, openTicket, TicketInput } from './step-support.ts';

export const triageTicket = defineStep({
  name: 'triage-ticket',
  input: TicketInput,
  output: z.strictObject({ outcome: z.enum(['validated', 'refused']) }),
  uses: ['tickets', 'clock'],
  async run({ ticketId }, { tickets, clock }) {
    const before = await tickets.get(ticketId);
    if (before.ticket.status === 'REFUSED' && before.ticket.exemption) return { outcome: 'refused' as const };
    const found = await openTicket(tickets, ticketId);
    const { ticket } = found;
    if ('triagedAt' in ticket) return { outcome: 'validated' as const };
    if (ticket.status !== 'TRIAGE') throw notReady('triage-ticket', ticket);
    if (!ticket.exemption) {
      await commitEvent({ tickets, clock }, found, { type: 'triaged' });
      return { outcome: 'validated' as const };
    }
    const { code, decidedBy } = ticket.exemption;
    await commitEvent({ tickets, clock }, found, { type: 'closed', outcome: 'refused', reason: code, by: decidedBy });
    return { outcome: 'refused' as const };
  },
});
