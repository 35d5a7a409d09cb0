// A legal hold stops a ticket wherever it is, with the job that computes for it; two people lift it. `await-release` is
// the workflow's side: its task stays open until then, or until the requester has answered (pause-clock.ts).
import { z } from 'zod';
import { PlainDate } from '#core/deadlines.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { Code, isClosed, TicketId, type TicketIn } from '#core/ticket.ts';
import { stopRunning } from './running.ts';
import { commitEvent, interrupted, Nothing, openTicket, refusePast, TokenInput } from './step-support.ts';
import { keepToken } from './task-tokens.ts';
import { goesOn, wakeWaiting } from './turns.ts';
import { agree, Agreement, BY, EITHER, said } from './two-people.ts';

export const placeHold = defineStep({
  name: 'place-hold',
  input: z.strictObject({
    ticketId: TicketId,
    ...BY,
    code: Code,
    /** The dispute or order by its own number, and the day on which the hold is looked at again. */
    matter: Code.optional(),
    review: PlainDate.optional(),
  }),
  output: Nothing,
  uses: ['tickets', 'models', 'results', 'vault', 'workflows', 'notifier', 'clock'],
  async run({ ticketId, by, code, matter, review, ...person }, ports) {
    const before = await ports.tickets.get(ticketId);
    // one that was placed, and did not come as far as stopping the job and telling those who must know
    if (before.ticket.status === 'ON_HOLD') await afterHold(before.ticket, ports);
    if (review !== undefined) refusePast('review', review, before.ticket, ports.clock.now());
    const waits = before.ticket.status === 'CLARIFICATION_PENDING';
    const { ticket } = await commitEvent(ports, waits ? before : await openTicket(ports.tickets, ticketId), {
      type: 'hold-placed',
      by,
      code,
      ...(matter !== undefined && { matter }),
      ...(review !== undefined && { review }),
      ...said(person),
    });
    if (ticket.status === 'ON_HOLD') await afterHold(ticket, ports);
    return {};
  },
});

type After = Parameters<typeof wakeWaiting>[0] & Pick<Ports, 'notifier'>;

/** A job of the ticket stops; the requester is told that the request rests, and until when; those behind it go on. */
const afterHold = async ({ id, hold, model }: TicketIn<'ON_HOLD'>, ports: After): Promise<void> => {
  await stopRunning(ports, id, 'TICKET_ON_HOLD');
  const references = { ticketId: id, code: hold.code, ...(hold.review !== undefined && { review: hold.review }) };
  const moment = hold.at.replace(/[^\dTZ]/g, ''); // a notice's id is a name, which has no colon
  await ports.notifier.notify({ id: `${id}.hold.${moment}`, to: 'requester', template: 'hold', references });
  await wakeWaiting(ports, model);
};

export const releaseHold = defineStep({
  name: 'release-hold',
  input: z.strictObject({ ticketId: TicketId, ...EITHER }),
  output: Agreement,
  uses: ['tickets', 'models', 'results', 'vault', 'workflows', 'clock'],
  async run({ ticketId, by, mayConfirm, ...person }, ports) {
    const { tickets, clock } = ports;
    const found = await tickets.get(ticketId);
    const release = { type: 'hold-released', by, ...said(person) } as const;
    // a released hold whose workflow was not told yet: only the telling is left
    const isHeld = found.ticket.status === 'ON_HOLD';
    const outcome = isHeld ? await agree({ tickets, clock }, found, release, mayConfirm) : ('done' as const);
    if (outcome === 'done') await goesOn(ports, (await tickets.get(ticketId)).ticket);
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
    if (isClosed(ticket)) throw interrupted('TICKET_CLOSED', ticket); // its run was stopped for its end
    if (ticket.status !== 'ON_HOLD' && ticket.status !== 'CLARIFICATION_PENDING')
      await workflows.sendTaskSuccess(taskToken, {});
    return {};
  },
});
