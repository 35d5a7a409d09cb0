// A workflow task failed for good: the ticket goes to remediation with the error's name. Trap: the name only; a cause may quote what must not leave the vault.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { Code, TicketId, type Status } from '#core/ticket.ts';
import { moveOn, Nothing, openCase } from './case-file.ts';
import { giveTurns } from './turns.ts';

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
    const code = Code.safeParse(error).data ?? 'UNNAMED_ERROR';
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
