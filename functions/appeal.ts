// The requester turns against a refusal, and somebody who had no part in it decides. While the appeal is open nothing
// is destroyed: the execution that would do it is stopped. Against the refusal of a part the rest goes on meanwhile,
// and only the case data waits for the decision. Called by people.
// Trap: the execution that is stopped is found by its name, since starting it again under the same name and input gives
// the one that runs; where it has ended, the case waits for no destruction.
import { z } from 'zod';
import { partIsAppealed } from '#core/casework-guards.ts';
import { isQuittanceError } from '#core/errors.ts';
import { Deadlines, Instant } from '#core/deadlines.ts';
import type { Ports, StoredEvent } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { parseJson } from '#core/stored-json.ts';
import { AppealOutcome, isClosed, TicketId } from '#core/ticket.ts';
import { partAppealDue } from '#core/ticket-clock.ts';
import { putBack } from './partly-refuse.ts';
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
    const isRecorded = found.ticket.status === 'APPEALED' || (partIsAppealed(found.ticket) && !isClosed(found.ticket));
    const { ticket } = isRecorded
      ? found // then perhaps only the rest is missing
      : await commitEvent({ tickets, clock }, found, { type: 'appealed', on: appealed, by, ...said(person) });
    if (ticket.status === 'APPEALED') await keepCase(ticketId, ports);
    const due = (ticket.status === 'APPEALED' ? undefined : partAppealDue(ticket)) ?? ticket.due;
    const references = { ticketId, safeDue: due.safeDue };
    for (const to of ['requester', 'approvers'])
      await notifier.notify({ id: `${ticketId}.appeal.${to}`, to, template: 'appeal', references });
    return { due };
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

/**
 * Whether the last decision was on the refusal of a part. One on the whole comes right after its end and its appeal; an
 * appeal against a part may have been open since before both, and is then decided after them.
 */
const isOfPart = (events: readonly StoredEvent[]): boolean => {
  const turns = events.map(({ type }) => type).filter((type) => TURNS.includes(type));
  const at = turns.lastIndexOf('appeal-decided');
  return turns.slice(Math.max(0, at - 2), at).join() !== 'closed,appealed';
};
const TURNS: readonly string[] = ['closed', 'appealed', 'appeal-decided'];

const Decided = z.object({ event: z.object({ outcome: AppealOutcome }) });
/** What came of the last appeal that was decided. */
const lastOutcome = (events: readonly StoredEvent[]) => {
  const last = events.findLast(({ type }) => type === 'appeal-decided');
  return last && parseJson(Buffer.from(last.body), Decided, 'an event of the ticket').event.outcome;
};

export const decideAppeal = defineStep({
  name: 'decide-appeal',
  input: z.strictObject({ ticketId: TicketId, outcome: AppealOutcome, ...BY }),
  /** `execution`: what goes on with the request; none where a part was appealed, whose rest was never stopped. */
  output: z.strictObject({ outcome: AppealOutcome, execution: z.string().optional() }),
  uses: ['tickets', 'vault', 'workflows', 'clock'],
  async run({ ticketId, outcome, by, ...person }, { tickets, vault, workflows, clock }) {
    const found = await tickets.get(ticketId);
    const { ticket } = found;
    const isOpen = ticket.status === 'APPEALED' || (partIsAppealed(ticket) && !isClosed(ticket));
    // another outcome than before is refused by the guards
    if (isOpen || lastOutcome(await tickets.events(ticketId)) !== outcome)
      await commitEvent({ tickets, clock }, found, { type: 'appeal-decided', outcome, by, ...said(person) });
    const events = await tickets.events(ticketId);
    if (isOfPart(events)) {
      await putBack(vault, (await tickets.get(ticketId)).ticket);
      return { outcome };
    }
    const at = events.findLast(({ type }) => type === 'appeal-decided')?.sequence ?? 0;
    const next =
      outcome === 'upheld'
        ? closingExecution(ticketId, events)
        : { workflow: 'erasure', name: `${ticketId}-${at}`, input: { ticketId } };
    await workflows.start(next);
    return { outcome, execution: next.name };
  },
});
