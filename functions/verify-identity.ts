// Whether the requester is who they say, judged by the filer's check: its method, level and time. No document is ever
// stored.
import { z } from 'zod';
import { levelSuffices, regimeOf } from '#core/regimes.ts';
import { defineStep } from '#core/step.ts';
import { commitEvent, openTicket, TicketInput } from './step-support.ts';

export const verifyIdentity = defineStep({
  name: 'verify-identity',
  input: TicketInput,
  output: z.strictObject({ identity: z.enum(['verified', 'insufficient']) }),
  uses: ['tickets', 'clock'],
  async run({ ticketId }, { tickets, clock }) {
    const found = await openTicket(tickets, ticketId);
    const { ticket } = found;
    if ('identity' in ticket) return { identity: 'verified' as const };
    const enough = levelSuffices(ticket.claim.level, regimeOf(ticket.regime).identityLevel);
    if (ticket.status !== 'RECEIVED' || !enough) return { identity: 'insufficient' as const };
    await commitEvent({ tickets, clock }, found, { type: 'identity-verified', identity: ticket.claim });
    return { identity: 'verified' as const };
  },
});
