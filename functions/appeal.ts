// The requester turns against a refusal, and somebody who had no part in it decides. While the appeal is open nothing
// is destroyed: the execution that would do it is stopped. Called by people.
// Trap: that execution is found by its name, since starting it again under the same name and input gives the one that
// runs; where it has ended, the case waits for no destruction.
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import { Deadlines, Instant } from '#core/deadlines.ts';
import type { Ports, StoredEvent } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { TicketId } from '#core/ticket.ts';
import { commitEvent } from './step-support.ts';
import { BY, said } from './two-people.ts';

/** The execution that tells and destroys after an end; there may be another end after an appeal. */
export const closingExecution = (ticketId: string, events: readonly StoredEvent[]) => {
  const ends = events.filter(({ type }) => type === 'closed' || type === 'appeal-decided').length;
  const name = ends < 2 ? `${ticketId}-close` : `${ticketId}-close-${ends}`;
  return { workflow: 'erasure', name, input: { ticketId } };
};

export const recordAppeal = defineStep({
  name: 'record-appeal',
  input: z.strictObject({ ticketId: TicketId, on: Instant.optional(), ...BY }),
  output: z.strictObject({ due: Deadlines }),
  uses: ['tickets', 'workflows', 'notifier', 'clock'],
  async run({ ticketId, on, by, ...person }, ports) {
    const { tickets, clock, notifier } = ports;
    const found = await tickets.get(ticketId);
    const appealed = on ?? clock.now().toISOString();
    const { ticket } =
      found.ticket.status === 'APPEALED'
        ? found // then perhaps only the rest is missing
        : await commitEvent({ tickets, clock }, found, { type: 'appealed', on: appealed, by, ...said(person) });
    await keepCase(ticketId, ports);
    const references = { ticketId, safeDue: ticket.due.safeDue };
    for (const to of ['requester', 'approvers'])
      await notifier.notify({ id: `${ticketId}.appeal.${to}`, to, template: 'appeal', references });
    return { due: ticket.due };
  },
});

const keepCase = async (ticketId: string, { tickets, workflows }: Pick<Ports, 'tickets' | 'workflows'>) => {
  try {
    const { executionId } = await workflows.start(closingExecution(ticketId, await tickets.events(ticketId)));
    await workflows.stop(executionId, { error: 'TICKET_APPEALED', cause: 'the requester appealed' });
  } catch (error) {
    if (!isQuittanceError(error, 'EXECUTION_EXISTS') && !isQuittanceError(error, 'EXECUTION_NOT_FOUND')) throw error;
  }
};

export const decideAppeal = defineStep({
  name: 'decide-appeal',
  input: z.strictObject({ ticketId: TicketId, outcome: z.enum(['upheld', 'granted']), ...BY }),
  output: z.strictObject({ outcome: z.enum(['upheld', 'granted']), execution: z.string() }),
  uses: ['tickets', 'workflows', 'clock'],
  async run({ ticketId, outcome, by, ...person }, { tickets, workflows, clock }) {
    const found = await tickets.get(ticketId);
    const decided = (await tickets.events(ticketId)).findLast(({ type }) => type === 'appeal-decided');
    if (found.ticket.status === 'APPEALED' || !decided)
      await commitEvent({ tickets, clock }, found, { type: 'appeal-decided', outcome, by, ...said(person) });
    const events = await tickets.events(ticketId);
    const at = events.findLast(({ type }) => type === 'appeal-decided')?.sequence ?? 0;
    const next =
      outcome === 'upheld'
        ? closingExecution(ticketId, events)
        : { workflow: 'erasure', name: `${ticketId}-${at}`, input: { ticketId } };
    await workflows.start(next);
    return { outcome, execution: next.name };
  },
});
