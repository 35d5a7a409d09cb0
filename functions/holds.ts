// A legal hold stops a ticket wherever it is; a second person lifts it. `await-release` is the workflow's side: its
// task stays open until then.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { Code, TicketId } from '#core/ticket.ts';
import { Principal } from '#core/ticket-request.ts';
import { commitEvent, Nothing, openTicket, TokenInput } from './step-support.ts';
import { answerWait, keepToken } from './task-tokens.ts';
import { wakeWaiting } from './turns.ts';

export const placeHold = defineStep({
  name: 'place-hold',
  input: z.strictObject({ ticketId: TicketId, by: Principal, code: Code }),
  output: Nothing,
  uses: ['tickets', 'models', 'results', 'vault', 'workflows', 'clock'],
  async run({ ticketId, by, code }, ports) {
    const { ticket } = await commitEvent(ports, await openTicket(ports.tickets, ticketId), {
      type: 'hold-placed',
      by,
      code,
    });
    await wakeWaiting(ports, ticket.model);
    return {};
  },
});

export const releaseHold = defineStep({
  name: 'release-hold',
  input: z.strictObject({ ticketId: TicketId, by: Principal }),
  output: Nothing,
  uses: ['tickets', 'vault', 'workflows', 'clock'],
  async run({ ticketId, by }, { tickets, vault, workflows, clock }) {
    const found = await tickets.get(ticketId);
    // a released hold whose workflow was not told yet: only the telling is left
    if (found.ticket.status === 'ON_HOLD') await commitEvent({ tickets, clock }, found, { type: 'hold-released', by });
    await answerWait({ vault, workflows }, ticketId, 'release', {});
    return {};
  },
});

export const awaitRelease = defineStep({
  name: 'await-release',
  input: TokenInput,
  output: Nothing,
  uses: ['tickets', 'vault', 'workflows'],
  async run({ ticketId, taskToken }, { tickets, vault, workflows }) {
    await keepToken(vault, ticketId, 'release', taskToken);
    const { ticket } = await tickets.get(ticketId);
    if (ticket.status !== 'ON_HOLD') await workflows.sendTaskSuccess(taskToken, {});
    return {};
  },
});
