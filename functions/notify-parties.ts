// Tells the requester and the filer how the ticket ended. Notices carry references only; the words are the template's.
// Also sets when the case data may be destroyed, and is asked again where it could not be destroyed then.
import { z } from 'zod';
import { openRecipients } from '#core/casework-guards.ts';
import { Instant } from '#core/deadlines.ts';
import { keptUntil } from '#core/kept-case.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { isClosed, type Ticket } from '#core/ticket.ts';
import { SYSTEM } from '#core/ticket-request.ts';
import { commitEvent, notReady, TicketInput, type TicketVersion } from './step-support.ts';

const TEMPLATES = {
  EVIDENCE_SEALED: 'completion',
  REFUSED: 'refusal',
  WITHDRAWN: 'withdrawal',
  CANCELLED: 'cancellation',
  EXPIRED: 'expiry',
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
    const template = isClosed(ticket) && ticket.appeal ? 'appeal-upheld' : TEMPLATES[ticket.status];
    if (!ticket.notices.some((notice) => notice.template === template)) {
      const references = referencesOf(ticket);
      for (const to of ['requester', ticket.filer])
        await notifier.notify({ id: `${ticketId}.${template}.${to}`, to, template, references });
      const told = await tellRecipients(found, { tickets, notifier, clock });
      await commitEvent({ tickets, clock }, told, { type: 'notified', template });
    }
    return { purgeAfter: keptUntil(ticket, clock.now().toISOString()) ?? ticket.updatedAt };
  },
});

/** Those to whom the data was passed hear of its end, and of no refusal (GDPR Art. 19), unless somebody told them. */
const tellRecipients = async (
  found: TicketVersion,
  { notifier, ...stores }: Pick<Ports, 'tickets' | 'notifier' | 'clock'>,
): Promise<TicketVersion> => {
  if (found.ticket.status !== 'EVIDENCE_SEALED') return found;
  let last = found;
  for (const recipient of openRecipients(found.ticket)) {
    const { id: ticketId } = found.ticket;
    const notice = { id: `${ticketId}.recipient.${recipient}`, to: recipient, template: 'recipient' };
    await notifier.notify({ ...notice, references: { ticketId } });
    const on = stores.clock.now().toISOString();
    last = await commitEvent(stores, last, { type: 'recipient-told', recipient, how: 'told', on, by: SYSTEM });
  }
  return last;
};

const referencesOf = (ticket: Ticket): Record<string, string> => {
  if (isClosed(ticket)) return { ticketId: ticket.id, reason: ticket.reason };
  return 'certificate' in ticket
    ? { ticketId: ticket.id, certificate: ticket.certificate.digest }
    : { ticketId: ticket.id };
};
