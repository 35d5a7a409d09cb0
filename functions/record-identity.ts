// Takes the result of a later identity check and lets the waiting workflow go on. Called by people.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { TicketId } from '#core/ticket.ts';
import { IdentityCheck } from '#core/ticket-request.ts';
import { commitEvent, Nothing, openTicket } from './step-support.ts';
import { answerWait } from './task-tokens.ts';

export const recordIdentity = defineStep({
  name: 'record-identity',
  input: z.strictObject({ ticketId: TicketId, identity: IdentityCheck }),
  output: Nothing,
  uses: ['tickets', 'vault', 'workflows', 'clock'],
  async run({ ticketId, identity }, { tickets, vault, workflows, clock }) {
    const found = await openTicket(tickets, ticketId);
    if (!('identity' in found.ticket))
      await commitEvent({ tickets, clock }, found, { type: 'identity-verified', identity });
    await answerWait({ vault, workflows }, ticketId, 'identity', {});
    return {};
  },
});
