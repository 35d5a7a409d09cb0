// Asks the requester for better proof and waits for it: the workflow's task stays open until `record-identity` answers
// it.
import { defineStep } from '#core/step.ts';
import { commitEvent, Nothing, openTicket, TokenInput } from './step-support.ts';
import { keepToken } from './task-tokens.ts';

export const requestIdentity = defineStep({
  name: 'request-identity',
  input: TokenInput,
  output: Nothing,
  uses: ['tickets', 'vault', 'workflows', 'notifier', 'clock'],
  async run({ ticketId, taskToken }, { tickets, vault, workflows, notifier, clock }) {
    // before the ticket is read: proof that comes from now on finds it
    await keepToken(vault, ticketId, 'identity', taskToken);
    const found = await openTicket(tickets, ticketId);
    if ('identity' in found.ticket) {
      await workflows.sendTaskSuccess(taskToken, {});
      return {};
    }
    if (found.ticket.status === 'RECEIVED')
      await commitEvent({ tickets, clock }, found, { type: 'identity-requested' });
    await notifier.notify({
      id: `${ticketId}.identity`,
      to: 'requester',
      template: 'identity-request',
      references: { ticketId },
    });
    return {};
  },
});
