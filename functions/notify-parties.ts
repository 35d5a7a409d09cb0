// Tells the requester and the filer how the ticket ended. Notices carry references only; the words are the template's.
// Also sets when the case data may be destroyed.
import { z } from 'zod';
import { Instant } from '#core/deadlines.ts';
import { daysAfter, RETENTION_DAYS } from '#core/retention.ts';
import { defineStep } from '#core/step.ts';
import { isClosed, type Ticket } from '#core/ticket.ts';
import { commitEvent, notReady, TicketInput } from './step-support.ts';

const TEMPLATES = {
  EVIDENCE_SEALED: 'completion',
  REFUSED: 'refusal',
  WITHDRAWN: 'withdrawal',
  CANCELLED: 'cancellation',
} as const;

export const notifyParties = defineStep({
  name: 'notify-parties',
  input: TicketInput,
  output: z.strictObject({ purgeAfter: Instant }),
  uses: ['tickets', 'notifier', 'clock'],
  async run({ ticketId }, { tickets, notifier, clock }) {
    const found = await tickets.get(ticketId);
    const { ticket } = found;
    if (ticket.status === 'PURGED') return { purgeAfter: ticket.purge.at };
    if (ticket.status !== 'EVIDENCE_SEALED' && !isClosed(ticket)) throw notReady('notify-parties', ticket);
    const template = TEMPLATES[ticket.status];
    if (!ticket.notices.some((notice) => notice.template === template)) {
      const references = referencesOf(ticket);
      for (const to of ['requester', ticket.filer])
        await notifier.notify({ id: `${ticketId}.${template}.${to}`, to, template, references });
      for (const to of recipientsOf(ticket))
        await notifier.notify({
          id: `${ticketId}.recipient.${to}`,
          to,
          template: 'recipient',
          references: { ticketId },
        });
      await commitEvent({ tickets, clock }, found, { type: 'notified', template });
    }
    return {
      purgeAfter: isClosed(ticket) ? daysAfter(new Date(ticket.closedAt), RETENTION_DAYS.appeal) : ticket.updatedAt,
    };
  },
});

/** Those to whom the data was passed hear of its end, and of no refusal (GDPR Art. 19). */
const recipientsOf = (ticket: Ticket): readonly string[] =>
  ticket.status === 'EVIDENCE_SEALED' ? (ticket.recipients ?? []) : [];

const referencesOf = (ticket: Ticket): Record<string, string> => {
  if (isClosed(ticket)) return { ticketId: ticket.id, reason: ticket.reason };
  return 'certificate' in ticket
    ? { ticketId: ticket.id, certificate: ticket.certificate.digest }
    : { ticketId: ticket.id };
};
