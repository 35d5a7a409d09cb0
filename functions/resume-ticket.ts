// A person takes a ticket out of remediation, or lifts a refusal that was proposed at filing. Where a step failed the
// ticket continues there; where the gate was not met the ladder starts again. Called by people.
import { z } from 'zod';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { TicketId } from '#core/ticket.ts';
import { commitEvent } from './step-support.ts';
import { BY, said, type By } from './two-people.ts';

export const resumeTicket = defineStep({
  name: 'resume-ticket',
  input: z.strictObject({ ticketId: TicketId, ...BY }),
  output: z.strictObject({ execution: z.string() }),
  uses: ['tickets', 'workflows', 'clock'],
  run: ({ ticketId, ...person }, ports) => resume(ticketId, person, ports),
});

/** Starts the execution that continues the ticket; a repeat after a lost start starts the same one. */
export const resume = async (
  ticketId: string,
  { by, ...person }: By,
  { tickets, workflows, clock }: Pick<Ports, 'tickets' | 'workflows' | 'clock'>,
): Promise<{ execution: string }> => {
  const found = await tickets.get(ticketId);
  const { ticket } = found;
  const resumedAt = (await tickets.events(ticketId)).findLast(({ type }) => type === 'resumed')?.sequence;
  // resumed before; perhaps only the start is missing
  const stands = ticket.status === 'REMEDIATION' || ticket.status === 'EXEMPTION_PENDING';
  const running = resumedAt !== undefined && !stands;
  const sequence = running
    ? resumedAt
    : (await commitEvent({ tickets, clock }, found, { type: 'resumed', by, ...said(person) })).ticket.sequence;
  const execution = `${ticketId}-${sequence}`;
  await workflows.start({ workflow: 'erasure', name: execution, input: { ticketId } });
  return { execution };
};
