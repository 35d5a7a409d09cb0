// A person takes a ticket out of remediation: where a step failed it goes on there, where the gate was not met the ladder starts again. Called by people.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { TicketId } from '#core/ticket.ts';
import { Principal } from '#core/ticket-request.ts';
import { moveOn } from './case-file.ts';

export const resumeTicket = defineStep({
  name: 'resume-ticket',
  input: z.strictObject({ ticketId: TicketId, by: Principal }),
  output: z.strictObject({ execution: z.string() }),
  uses: ['tickets', 'workflows', 'clock'],
  async run({ ticketId, by }, { tickets, workflows, clock }) {
    const found = await tickets.get(ticketId);
    const { ticket } = found;
    const resumedAt = (await tickets.events(ticketId)).findLast(({ type }) => type === 'resumed')?.sequence;
    const running = resumedAt !== undefined && ticket.status !== 'REMEDIATION'; // resumed before; only the start may be missing
    const sequence = running
      ? resumedAt
      : (await moveOn({ tickets, clock }, found, { type: 'resumed', by })).ticket.sequence;
    const execution = `${ticketId}-${sequence}`;
    await workflows.start({ workflow: 'erasure', name: execution, input: { ticketId } });
    return { execution };
  },
});
