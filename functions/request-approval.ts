// Asks a second person to decide on the evidence, and waits: the workflow's task stays open until `record-approval`
// answers it.
import { defineStep } from '#core/step.ts';
import { Nothing, notReady, openTicket, TokenInput } from './step-support.ts';
import { keepToken } from './task-tokens.ts';

export const requestApproval = defineStep({
  name: 'request-approval',
  input: TokenInput,
  output: Nothing,
  uses: ['tickets', 'vault', 'workflows', 'notifier'],
  async run({ ticketId, taskToken }, { tickets, vault, workflows, notifier }) {
    // before the ticket is read: a decision made from now on finds it
    await keepToken(vault, ticketId, 'approval', taskToken);
    const { ticket } = await openTicket(tickets, ticketId);
    if ('approval' in ticket) {
      // where the decision was told to an older token
      await workflows.sendTaskSuccess(taskToken, { decision: 'approved' });
      return {};
    }
    if (ticket.status !== 'AWAITING_APPROVAL') throw notReady('request-approval', ticket);
    const references = { ticketId, evidence: ticket.evidence };
    const id = `${ticketId}.approval.${ticket.run.number}`;
    await notifier.notify({ id, to: 'approvers', template: 'approval-request', references });
    return {};
  },
});
