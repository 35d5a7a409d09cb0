// A person takes a ticket out of remediation: where a step failed it goes on there, where the gate was not met the
// ladder starts again. Called by people.
import { z } from 'zod';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { TicketId } from '#core/ticket.ts';
import { Principal } from '#core/ticket-request.ts';
import { commitEvent } from './step-support.ts';

export const resumeTicket = defineStep({
  name: 'resume-ticket',
  input: z.strictObject({ ticketId: TicketId, by: Principal }),
  output: z.strictObject({ execution: z.string() }),
  uses: ['tickets', 'workflows', 'clock'],
  run: ({ ticketId, by }, ports) => resume(ticketId, by, ports),
});

/** Starts the execution that goes on with the ticket; where only the start was lost, the same one. */
export const resume = async (
  ticketId: string,
  by: string,
  { tickets, workflows, clock }: Pick<Ports, 'tickets' | 'workflows' | 'clock'>,
): Promise<{ execution: string }> => {
  const found = await tickets.get(ticketId);
  const { ticket } = found;
  const resumedAt = (await tickets.events(ticketId)).findLast(({ type }) => type === 'resumed')?.sequence;
  // resumed before; only the start may be missing
  const running = resumedAt !== undefined && ticket.status !== 'REMEDIATION';
  const sequence = running
    ? resumedAt
    : (await commitEvent({ tickets, clock }, found, { type: 'resumed', by })).ticket.sequence;
  const execution = `${ticketId}-${sequence}`;
  await workflows.start({ workflow: 'erasure', name: execution, input: { ticketId } });
  return { execution };
};
