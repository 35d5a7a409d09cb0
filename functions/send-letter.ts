// Sends a letter that lies in the vault to the requester's address, which lies there too. Called by people, and by
// itself for a letter that the mail service put off (retry-letters.ts). Order: the message into the vault → the event
// that it is being sent → the mail service → the event with its answer. So a second press of the button meets the
// first, and a crash between leaves a letter of which is said that it may have been sent.
import { z } from 'zod';
import { digestOf } from '#core/canonical.ts';
import { MailResult, MailWay, type Mail, type MailAnswer } from '#core/mail.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { TicketId } from '#core/ticket.ts';
import { letterIn, mailOf, noWay, refuseSecond, refuseUnfit, type FoundLetter } from './letter-mail.ts';
import { waitingLabel } from './letters-waiting.ts';
import { againOnConflict, commitEvent, jsonBytes, type TicketVersion } from './step-support.ts';
import { BY, said, type By } from './two-people.ts';

export const Sent = z.strictObject({ result: MailResult, way: MailWay, code: z.string().optional() });
export type Sent = z.infer<typeof Sent>;

const Sending = z.strictObject({
  ticketId: TicketId,
  /** Place of its event in the ticket's history. */
  number: z.int().positive(),
  /** Although it may have been sent before. */
  again: z.literal(true).optional(),
  ...BY,
});

export const sendLetter = defineStep({
  name: 'send-letter',
  input: Sending,
  output: Sent,
  uses: ['tickets', 'vault', 'mailer', 'pseudonyms', 'clock'],
  run: (sending, ports) => letterSent(sending, ports),
});

export type Senders = Pick<Ports, 'tickets' | 'vault' | 'mailer' | 'pseudonyms' | 'clock'>;

/**
 * The step's work, for a caller that has the stores and no engine. NOT_FOUND, SECOND_PERSON_REQUIRED,
 * TICKET_ILLEGAL_TRANSITION, TICKET_PURGED, LETTER_SENT, MAIL_NOT_SET, LETTER_NOT_AS_LOGGED.
 */
export const letterSent = async (
  { ticketId, number, again, ...who }: z.infer<typeof Sending>,
  ports: Senders,
): Promise<Sent> => {
  const version = await ports.tickets.get(ticketId);
  const found = await letterIn(version.ticket, number, ports);
  refuseUnfit(found, who.by);
  refuseSecond(found.letter, again === true);
  return handOver(version, found, who, ports);
};

/** `retry`: by itself. TICKET_CONFLICT with nothing sent where the case moved since it was read. */
export const handOver = async (
  version: TicketVersion,
  found: FoundLetter,
  { by, retry, ...person }: By & { readonly retry?: true },
  ports: Senders,
): Promise<Sent> => {
  const { tickets, vault, mailer, clock } = ports;
  const { id } = found.ticket;
  const { way } = mailer;
  if (way === undefined) throw noWay();
  const mail = await mailOf(found, ports);
  const bytes = recordOf(mail);
  await vault.put(id, sentName(mail), bytes);
  const [who, letter] = [{ by, ...said(person) }, found.letter.number];
  const sending = { type: 'letter-sending', letter, way, message: mail.id, ...(retry && { retry }) } as const;
  const begun = await commitEvent(ports, version, { ...sending, sent: await vault.commit(id, bytes), ...who });
  const answer = await mailer.send(mail);
  const { result, code, serviceId: service } = answer;
  // before the answer is written down: a letter that is found and not put off is only looked at in vain
  if (result === 'deferred') await vault.label(id, [await waitingLabel(ports, id, clock.now())]);
  const told = { type: 'letter-sent', letter, attempt: begun.ticket.sequence, result, code, service, ...who } as const;
  // the case may have moved while the mail service was asked
  await againOnConflict(async () => commitEvent({ tickets, clock }, await tickets.get(id), told));
  return { result, way, ...codeOf(answer) };
};

/** What was handed over, as the vault keeps it; of the PDF its digest, since the text makes it again. */
const recordOf = ({ id, to, subject, text, pdf }: Mail): Uint8Array =>
  jsonBytes({ kind: 'quittance-mail/v1', id, to, subject, text, ...(pdf && { pdf: digestOf(pdf.bytes) }) });

/** Of the message's id, which its event has: of two who send at once neither overwrites the other's. */
const sentName = ({ id }: Mail): string => `sent-${id.slice(1, id.indexOf('@'))}`;

const codeOf = ({ code }: MailAnswer) => (code === undefined ? {} : { code });
