// The legal decision on a verified ticket: the ground was checked against the regime when it was filed; an exemption
// that the filer found makes it a proposed refusal, which a second person confirms (close-ticket) or lifts
// (resume-ticket).
// Trap: an exemption is a person's finding, never derived from the text, and never one person's alone.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { commitEvent, notReady, openTicket, TicketInput } from './step-support.ts';

export const triageTicket = defineStep({
  name: 'triage-ticket',
  input: TicketInput,
  /** `proposed`: the workflow ends; whoever decides starts another execution. */
  output: z.strictObject({ outcome: z.enum(['validated', 'proposed', 'refused']) }),
  uses: ['tickets', 'clock'],
  async run({ ticketId }, { tickets, clock }) {
    const before = await tickets.get(ticketId);
    if (before.ticket.status === 'REFUSED' && before.ticket.exemption) return { outcome: 'refused' as const };
    const found = await openTicket(tickets, ticketId);
    const { ticket } = found;
    if ('triagedAt' in ticket) return { outcome: 'validated' as const };
    if (ticket.status === 'EXEMPTION_PENDING') return { outcome: 'proposed' as const };
    if (ticket.status !== 'TRIAGE') throw notReady('triage-ticket', ticket);
    await commitEvent({ tickets, clock }, found, { type: ticket.exemption ? 'exemption-raised' : 'triaged' });
    return { outcome: ticket.exemption ? ('proposed' as const) : ('validated' as const) };
  },
});
