// A legal hold stops a ticket wherever it is; two people lift it. `await-release` is the workflow's side: its
// task stays open until then.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { Code, TicketId } from '#core/ticket.ts';
import { commitEvent, Nothing, openTicket, TokenInput } from './step-support.ts';
import { answerWait, keepToken } from './task-tokens.ts';
import { wakeWaiting } from './turns.ts';
import { agree, Agreement, BY, EITHER, said } from './two-people.ts';

export const placeHold = defineStep({
  name: 'place-hold',
  input: z.strictObject({ ticketId: TicketId, ...BY, code: Code }),
  output: Nothing,
  uses: ['tickets', 'models', 'results', 'vault', 'workflows', 'clock'],
  async run({ ticketId, by, code, ...person }, ports) {
    const before = await ports.tickets.get(ticketId);
    // one that was placed, and did not come as far as telling those who wait behind the ticket
    if (before.ticket.status === 'ON_HOLD') await wakeWaiting(ports, before.ticket.model);
    const { ticket } = await commitEvent(ports, await openTicket(ports.tickets, ticketId), {
      type: 'hold-placed',
      by,
      code,
      ...said(person),
    });
    await wakeWaiting(ports, ticket.model);
    return {};
  },
});

export const releaseHold = defineStep({
  name: 'release-hold',
  input: z.strictObject({ ticketId: TicketId, ...EITHER }),
  output: Agreement,
  uses: ['tickets', 'vault', 'workflows', 'clock'],
  async run({ ticketId, by, mayConfirm, ...person }, { tickets, vault, workflows, clock }) {
    const found = await tickets.get(ticketId);
    const release = { type: 'hold-released', by, ...said(person) } as const;
    // a released hold whose workflow was not told yet: only the telling is left
    const isHeld = found.ticket.status === 'ON_HOLD';
    const outcome = isHeld ? await agree({ tickets, clock }, found, release, mayConfirm) : ('done' as const);
    if (outcome === 'done') await answerWait({ vault, workflows }, ticketId, 'release', {});
    return { outcome };
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
