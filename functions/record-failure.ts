// A workflow task failed for good: the ticket goes to remediation with the error's name. Trap: only the name is kept,
// because a cause may quote what must not leave the vault.
import { z } from 'zod';
import type { JobResults } from '#core/ports.ts';
import { failureName, JobFailure, jobName } from '#core/run.ts';
import { STATUSES } from '#core/statuses.ts';
import { defineStep } from '#core/step.ts';
import { Code, TicketId, type Ticket } from '#core/ticket.ts';
import { commitEvent, Nothing, openTicket } from './step-support.ts';
import { resultOf, wakeWaiting } from './turns.ts';

export const recordFailure = defineStep({
  name: 'record-failure',
  input: z.strictObject({ ticketId: TicketId, error: z.string().max(256) }),
  output: Nothing,
  uses: ['tickets', 'models', 'results', 'vault', 'workflows', 'notifier', 'clock'],
  async run({ ticketId, error }, ports) {
    const { tickets, notifier, clock } = ports;
    const { ticket } = await tickets.get(ticketId);
    if (ticket.status === 'REMEDIATION' || ticket.status === 'PURGED') return {};
    const found = await openTicket(tickets, ticketId);
    const step = STATUSES[found.ticket.status].due;
    const code = (await codeOfJob(found.ticket, error, ports.results)) ?? Code.safeParse(error).data ?? 'UNNAMED_ERROR';
    await commitEvent({ tickets, clock }, found, { type: 'failed', step, code });
    const references = { ticketId, step, code };
    await notifier.notify({
      id: `${ticketId}.failure.${found.ticket.sequence}`,
      // whose records they are is confirmed by another person than the filer
      to: code === 'SUBJECT_MISMATCH' ? 'approvers' : found.ticket.filer,
      template: 'remediation',
      references,
    });
    await wakeWaiting(ports, ticket.model);
    return {};
  },
});

const JOBS = { UNLEARNING: 'unlearn', EVALUATING: 'evaluate' } as const;

/**
 * The code that the job itself stored, where it could: every job's failure reaches the workflow as States.TaskFailed.
 */
const codeOfJob = async (ticket: Ticket, error: string, results: JobResults): Promise<string | undefined> => {
  if (error !== 'States.TaskFailed' || !(ticket.status === 'UNLEARNING' || ticket.status === 'EVALUATING'))
    return undefined;
  const found = await resultOf(results, failureName(jobName(JOBS[ticket.status], ticket.id, ticket.run.number)));
  return JobFailure.safeParse(found).data?.code;
};
