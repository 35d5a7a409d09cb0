// Reminds whoever has to act: once a day for each ticket that waits for a person or comes near its date. A case whose
// requester never said what is meant goes on, once the last day for it has passed. Called by a schedule.
// Trap: a schedule may fire twice, so a notice's id contains the day, by which receivers recognise the repeat.
import { z } from 'zod';
import { addDays, localDate } from '#core/days.ts';
import { isQuittanceError, together } from '#core/errors.ts';
import { meaningOf } from '#core/statuses.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import type { Ticket } from '#core/ticket.ts';
import { SYSTEM } from '#core/ticket-request.ts';
import { dueAt, partAppealDue } from '#core/ticket-clock.ts';
import { workRowOf } from '#core/worklist.ts';
import { resumed } from './pause-clock.ts';

/** Days before the safe date from which the filer hears of it. */
const NEAR_DAYS = 7;

export const sendReminders = defineStep({
  name: 'send-reminders',
  input: z.strictObject({}),
  output: z.strictObject({ sent: z.int() }),
  uses: ['tickets', 'models', 'results', 'vault', 'workflows', 'notifier', 'clock'],
  async run(_input, ports) {
    const { tickets, notifier, clock } = ports;
    const now = clock.now().toISOString();
    const failed: unknown[] = [];
    const keep = (error: unknown) => void failed.push(error);
    for (const ticket of await tickets.list(keep)) {
      const until = ranOutOn(ticket, now);
      if (until !== undefined) await goOn(ticket, until, ports).catch(keep);
    }
    // as the cases are now; damaged rows were told of
    const due = (await tickets.list(() => undefined)).flatMap((ticket) => remindersOf(ticket, now));
    for (const notice of due) await notifier.notify(notice).catch(keep);
    // after all others were served, so that one damaged row, or one address that refuses mail, does not stop them
    if (failed.length > 0) throw together(failed);
    return { sent: due.length };
  },
});

/** The last day for the answer, where it has passed where the controller sits. */
const ranOutOn = (ticket: Ticket, now: string): string | undefined => {
  const until = ticket.status === 'CLARIFICATION_PENDING' ? ticket.asking.until : undefined;
  return until !== undefined && until < localDate(now, ticket.calendar.timeZone) ? until : undefined;
};

/**
 * On the request as it stands; the clock runs from now on, and whoever filed hears of it. Told first, so that a notice
 * which was lost is sent with the next try; one that is refused holds up no case, and is thrown when it has gone on.
 */
const goOn = async (
  { id, filer }: Ticket,
  until: string,
  ports: Parameters<typeof resumed>[2] & Pick<Ports, 'notifier'>,
): Promise<void> => {
  const notice = { id: `${id}.no-answer.${until}`, to: filer, template: 'no-answer', references: { ticketId: id } };
  const refusal = await ports.notifier.notify(notice).catch((error: unknown) => {
    if (isQuittanceError(error, 'NOTICE_REFUSED')) return error;
    throw error;
  });
  const found = await ports.tickets.get(id); // who asks again while the notice goes out has another last day
  const isLast = ranOutOn(found.ticket, ports.clock.now().toISOString()) === until;
  if (isLast) await resumed(found, { reason: 'clarification', by: SYSTEM }, ports);
  if (refusal) throw refusal;
};

/** Days begin where the ticket's controller sits, and a clock that stands still brings no date nearer. */
const remindersOf = (ticket: Ticket, now: string) => {
  const { id, status, filer } = ticket;
  const due = dueAt(ticket, now);
  const today = localDate(now, ticket.calendar.timeZone);
  const references = { ticketId: id, status, safeDue: due.safeDue };
  const { waitsFor, open } = meaningOf(ticket);
  const reminded = waitsFor === 'turn' ? undefined : waitsFor === 'filer' ? filer : waitsFor;
  const isNear = open && due.safeDue <= addDays(today, NEAR_DAYS);
  return [
    ...ofPartAppeal(ticket, today),
    ...(reminded === undefined
      ? []
      : [{ id: `${id}.reminder.${today}`, to: reminded, template: 'reminder', references }]),
    ...(isNear ? [{ id: `${id}.deadline.${today}`, to: filer, template: 'deadline-near', references }] : []),
  ];
};

/** Approvers hear of an open appeal against the refusal of a part, whatever the rest of the request waits for. */
const ofPartAppeal = (ticket: Ticket, today: string) => {
  const due = partAppealDue(ticket);
  if (due === undefined || workRowOf(ticket).decision !== 'part-appeal') return [];
  const references = { ticketId: ticket.id, status: ticket.status, safeDue: due.safeDue };
  const near = due.safeDue <= addDays(today, NEAR_DAYS);
  return [
    { id: `${ticket.id}.part-appeal.${today}`, to: 'approvers', template: 'reminder', references },
    ...(near
      ? [{ id: `${ticket.id}.part-appeal-deadline.${today}`, to: ticket.filer, template: 'deadline-near', references }]
      : []),
  ];
};
