// Sends a letter that lies in the vault to the requester's address, which lies there too. Called by people. Order: the
// message into the vault → the event that it is being sent → the mail service → the event with its answer. So a second
// press of the button meets the first, and a crash between leaves a letter of which is said that it may have been sent.
// Trap: a decision against the person goes out after another person than its writer has looked at it, and not before
// the case is decided so.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { AGAINST } from '#core/letters.ts';
import { Mailbox, MailResult, MailWay, type Mail, type MailAnswer } from '#core/mail.ts';
import type { Ports, StoredEvent } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { TicketId, type Ticket } from '#core/ticket.ts';
import type { RequestSecrets } from '#core/ticket-request.ts';
import { couldBeOne } from '#core/words/names.ts';
import { keptLetters, letterName, type KeptLetter } from './kept-letters.ts';
import { againOnConflict, commitEvent, jsonBytes, requestOf, type TicketVersion } from './step-support.ts';
import { BY, said } from './two-people.ts';

export const Sent = z.strictObject({ result: MailResult, way: MailWay, code: z.string().optional() });
type Sent = z.infer<typeof Sent>;

export const sendLetter = defineStep({
  name: 'send-letter',
  input: z.strictObject({
    ticketId: TicketId,
    /** Place of its event in the ticket's history. */
    number: z.int().positive(),
    /** Although it may have been sent before. */
    again: z.literal(true).optional(),
    ...BY,
  }),
  output: Sent,
  uses: ['tickets', 'vault', 'mailer', 'clock'],
  async run({ ticketId, number, again, by, ...person }, ports): Promise<Sent> {
    const { tickets, vault, mailer, clock } = ports;
    const found = await tickets.get(ticketId);
    const letter = await letterIn(found, number, by, ports);
    refuseSecond(letter, again === true);
    const { way } = mailer;
    if (way === undefined) throw noWay();
    const mail = await mailOf(found, letter, ports);
    const bytes = jsonBytes({
      kind: 'quittance-mail/v1',
      id: mail.id,
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
    });
    await vault.put(ticketId, sentName(mail), bytes);
    const who = { by, ...said(person) };
    const sending = { type: 'letter-sending', letter: number, way, message: mail.id } as const;
    const begun = await commitEvent(ports, found, { ...sending, sent: await vault.commit(ticketId, bytes), ...who });
    const answer = await mailer.send(mail);
    const { result, code, serviceId: service } = answer;
    const attempt = begun.ticket.sequence;
    const told = { type: 'letter-sent', letter: number, attempt, result, code, service, ...who } as const;
    // the case may have moved while the mail service was asked
    await againOnConflict(async () => commitEvent({ tickets, clock }, await tickets.get(ticketId), told));
    return { result, way, ...codeOf(answer) };
  },
});

/** Of the message's id, which its event has: of two who send at once neither overwrites the other's. */
const sentName = ({ id }: Mail): string => `sent-${id.slice(1, id.indexOf('@'))}`;

const codeOf = ({ code }: MailAnswer) => (code === undefined ? {} : { code });

/** NOT_FOUND, SECOND_PERSON_REQUIRED, TICKET_ILLEGAL_TRANSITION, TICKET_PURGED. */
const letterIn = async (
  { ticket }: TicketVersion,
  number: number,
  by: string,
  { tickets, clock }: Pick<Ports, 'tickets' | 'clock'>,
): Promise<KeptLetter> => {
  if (ticket.status === 'PURGED')
    throw new QuittanceError('TICKET_PURGED', { message: `ticket ${ticket.id} is purged; its letters are destroyed` });
  const events = await tickets.events(ticket.id);
  const letter = keptLetters(events, clock.now()).find((one) => one.number === number);
  if (!letter) throw new QuittanceError('NOT_FOUND', { message: 'there is no such letter' });
  if (AGAINST.includes(letter.kind) && couldBeOne(letter.by, by))
    throw new QuittanceError('SECOND_PERSON_REQUIRED', {
      message: 'a letter against the person is sent by another than its writer',
      expected: 'another person with the role, who has looked at it',
    });
  if (!isDecided(letter, ticket, events))
    throw new QuittanceError('TICKET_ILLEGAL_TRANSITION', {
      message: `a letter of the kind ${letter.kind} says what is not decided`,
      expected: 'a case that is refused, or a part of it, on the ground that the letter names',
      got: ticket.status,
      hint: 'write the letter again once it is decided',
    });
  return letter;
};

/**
 * A refusal that is only proposed is written beforehand, and not sent. One of which the log does not say the ground may
 * name another, unless it was written after the decision.
 */
const isDecided = (
  { kind, reason, number }: KeptLetter,
  ticket: Exclude<Ticket, { status: 'PURGED' }>,
  events: readonly StoredEvent[],
): boolean => {
  if (!AGAINST.includes(kind)) return true;
  const whole = ticket.status === 'REFUSED' ? ticket.reason : undefined;
  const decided = kind === 'refusal' ? whole : ticket.partlyRefused?.reason;
  if (decided === undefined) return false;
  if (reason !== undefined) return reason === decided;
  const decision = kind === 'refusal' ? 'closed' : 'partly-refused';
  return (events.findLast(({ type }) => type === decision)?.sequence ?? Infinity) < number;
};

/** LETTER_SENT; what was surely not sent may be tried again, and what may have been once somebody says so. */
const refuseSecond = ({ sending }: KeptLetter, again: boolean): void => {
  if (sending === null || ['refused', 'deferred', 'unavailable'].includes(sending.stand)) return;
  if (sending.stand === 'unknown' && again) return;
  throw new QuittanceError('LETTER_SENT', {
    message: 'this letter is not sent twice',
    got: sending.stand,
    expected: sending.stand === 'unknown' ? 'again: true, where it may go out a second time' : 'another letter',
    hint: 'look up the id of its message at the mail service before it is sent again',
  });
};

const noWay = () =>
  new QuittanceError('MAIL_NOT_SET', {
    message: 'no letter goes out from here',
    expected: 'mail in the settings of the installation',
    hint: 'take the letter from the vault and send it yourself, or see docs/letters.md',
  });

const mailOf = async (
  { ticket }: TicketVersion,
  letter: KeptLetter,
  { vault, mailer }: Pick<Ports, 'vault' | 'mailer'>,
): Promise<Mail> => {
  const { id } = ticket;
  const { number, kind, language } = letter;
  // in every language: read when the first letter goes out
  const { LETTER_WORDS } = await import('#report/letters/words.ts');
  const [request, text] = await Promise.all([requestOf(vault, id), textOf(id, letter, vault)]);
  return {
    id: `<${id}.${number}.${randomBytes(9).toString('hex')}@${mailer.domain}>`,
    to: addressOf(request),
    subject: `${LETTER_WORDS[language].titles[kind]} (${id})`,
    text: new TextDecoder().decode(text),
  };
};

/** LETTER_NOT_AS_LOGGED. */
const textOf = async (ticketId: string, letter: KeptLetter, vault: Ports['vault']): Promise<Uint8Array> => {
  const { number, kind, language, body } = letter;
  const name = letterName(letter);
  // from before names had a part of the commitment, when two who wrote at once overwrote each other's
  const old = `letter-${number}-${kind}-${language}`;
  const text = await vault.get(ticketId, (await vault.list(ticketId)).includes(name) ? name : old);
  if ((await vault.commit(ticketId, text)) === body) return text;
  throw new QuittanceError('LETTER_NOT_AS_LOGGED', {
    message: `letter ${number} of ${ticketId} is not the one that was written`,
    expected: 'the text that the log commits to',
    got: 'another text',
    hint: 'write the letter again and send that one',
  });
};

/** INVALID_INPUT where the case has none, or several of which nobody has said which. */
export const addressOf = ({ subject: { identifiers } }: RequestSecrets): string => {
  const addresses = identifiers.filter((one) => Mailbox.safeParse(one).success);
  const [address] = addresses;
  if (address !== undefined && addresses.length === 1) return address;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the case does not say to which e-mail address',
    expected: 'one e-mail address among the identifiers of the request',
    got: `${addresses.length} of them`,
    hint: 'take the letter from the vault and send it the way in which the request came',
  });
};
