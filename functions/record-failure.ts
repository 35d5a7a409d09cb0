// A workflow task failed for good: the ticket goes to remediation with the error's name. Trap: the name only; a cause may quote what must not leave the vault.
import { z } from 'zod';
import type { JobResults } from '#core/ports.ts';
import { failureName, JobFailure, jobName } from '#core/run.ts';
import { defineStep } from '#core/step.ts';
import { Code, TicketId, type Status, type Ticket } from '#core/ticket.ts';
import { moveOn, Nothing, openCase } from './case-file.ts';
import { giveTurns, resultOf } from './turns.ts';

/** The step that a ticket in this status was waiting for. */
const DUE: Partial<Record<Status, string>> = {
  RECEIVED: 'verify-identity',
  IDENTITY_PENDING: 'request-identity',
  TRIAGE: 'triage-ticket',
  VALIDATED: 'admit-forget-set',
  ADMITTED: 'suppress-output',
  SCHEDULED: 'plan-run',
  UNLEARNING: 'unlearn-job',
  EVALUATING: 'evaluate-job',
  AWAITING_APPROVAL: 'request-approval',
  DEPLOYING: 'deploy-model',
  VERIFYING_SERVED: 'probe-served-model',
  COMPLETED: 'issue-certificate',
  EVIDENCE_SEALED: 'purge-case',
};

export const recordFailure = defineStep({
  name: 'record-failure',
  input: z.strictObject({ ticketId: TicketId, error: z.string().max(256) }),
  output: Nothing,
  uses: ['tickets', 'models', 'results', 'vault', 'workflows', 'notifier', 'clock'],
  async run({ ticketId, error }, ports) {
    const { tickets, notifier, clock } = ports;
    const { ticket } = await tickets.get(ticketId);
    if (ticket.status === 'REMEDIATION' || ticket.status === 'PURGED') return {};
    const found = await openCase(tickets, ticketId);
    const step = DUE[found.ticket.status] ?? 'workflow';
    const code = (await codeOfJob(found.ticket, error, ports.results)) ?? Code.safeParse(error).data ?? 'UNNAMED_ERROR';
    await moveOn({ tickets, clock }, found, { type: 'failed', step, code });
    const references = { ticketId, step, code };
    await notifier.notify({
      id: `${ticketId}.failure.${found.ticket.sequence}`,
      to: found.ticket.filer,
      template: 'remediation',
      references,
    });
    await giveTurns(ports, ticket.model);
    return {};
  },
});

const JOBS = { UNLEARNING: 'unlearn', EVALUATING: 'evaluate' } as const;

/** What the job itself said, where it could still say it: every job's failure reaches the workflow as States.TaskFailed. */
const codeOfJob = async (ticket: Ticket, error: string, results: JobResults): Promise<string | undefined> => {
  if (error !== 'States.TaskFailed' || !(ticket.status === 'UNLEARNING' || ticket.status === 'EVALUATING'))
    return undefined;
  const found = await resultOf(results, failureName(jobName(JOBS[ticket.status], ticket.id, ticket.run.number)));
  return JobFailure.safeParse(found).data?.code;
};
