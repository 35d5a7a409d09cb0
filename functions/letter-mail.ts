// A letter in the vault as a message to the requester: which letter it is, whether it may go out now, to whom, in what
// words and as what PDF. Zone A: what is made here stands in no event.
// Traps: a decision against the person goes out after another person than its writer has looked at it, and not before
// the case is decided so; and what lies in the vault is a letter only if it is what the log commits to.
import { randomBytes } from 'node:crypto';
import { QuittanceError } from '#core/errors.ts';
import { AGAINST, type LetterKind } from '#core/letters.ts';
import { Mailbox, type Mail } from '#core/mail.ts';
import type { Ports, StoredEvent } from '#core/ports.ts';
import type { EventType } from '#core/ticket-events.ts';
import type { Ticket } from '#core/ticket.ts';
import type { RequestSecrets } from '#core/ticket-request.ts';
import { couldBeOne } from '#core/words/names.ts';
import { keptLetters, letterName, type KeptLetter } from './kept-letters.ts';
import { requestOf } from './step-support.ts';

type Living = Exclude<Ticket, { status: 'PURGED' }>;

export interface FoundLetter {
  readonly ticket: Living;
  readonly letter: KeptLetter;
  readonly events: readonly StoredEvent[];
}

/** TICKET_PURGED, NOT_FOUND. */
export const letterIn = async (
  ticket: Ticket,
  number: number,
  { tickets, clock }: Pick<Ports, 'tickets' | 'clock'>,
): Promise<FoundLetter> => {
  if (ticket.status === 'PURGED')
    throw new QuittanceError('TICKET_PURGED', { message: `ticket ${ticket.id} is purged; its letters are destroyed` });
  const events = await tickets.events(ticket.id);
  const letter = keptLetters(events, clock.now()).find((one) => one.number === number);
  if (!letter) throw new QuittanceError('NOT_FOUND', { message: 'there is no such letter' });
  return { ticket, letter, events };
};

/** SECOND_PERSON_REQUIRED; TICKET_ILLEGAL_TRANSITION where it says what is not decided. */
export const refuseUnfit = ({ ticket, letter, events }: FoundLetter, by: string): void => {
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
};

/**
 * A refusal that is only proposed is written beforehand, and not sent; nor is one against which an appeal is open or
 * was granted. One of which the log does not say the ground may name another, unless it was written after the decision.
 */
export const isDecided = (
  { kind, reason, number }: KeptLetter,
  ticket: Living,
  events: readonly StoredEvent[],
): boolean => {
  if (!AGAINST.includes(kind)) return true;
  const whole = ticket.status === 'REFUSED' ? ticket.reason : undefined;
  const decided = kind === 'refusal' ? whole : partOf(ticket);
  if (decided === undefined) return false;
  if (reason !== undefined) return reason === decided;
  const decision = kind === 'refusal' ? 'closed' : 'partly-refused';
  return (events.findLast(({ type }) => type === decision)?.sequence ?? Infinity) < number;
};

/** Undefined where nothing is refused in part, or its appeal has not upheld it. */
const partOf = ({ partlyRefused }: Living): string | undefined => {
  if (partlyRefused?.appeal !== undefined && partlyRefused.appeal.outcome !== 'upheld') return undefined;
  return partlyRefused?.reason;
};

/** What makes a letter untrue, or asks for what nobody needs any more; what came in, or was done, stays true. */
const OVERTAKEN_BY: Readonly<Record<LetterKind, readonly EventType[]>> = {
  acknowledgement: [],
  identity: ['identity-verified', 'closed'],
  clarification: ['clock-resumed', 'closed'],
  extension: ['served-verified', 'closed'],
  refusal: ['appealed'],
  'partial-refusal': ['appealed', 'closed'],
  completion: [],
  hold: ['hold-released', 'closed'],
  appeal: ['appeal-decided', 'closed'],
};

/** Whether the case went on since it was last handed over, so that only somebody who looks at it sends it now. */
export const isOvertaken = ({ letter: { kind, sending }, events }: FoundLetter): boolean => {
  const since = events.filter(({ sequence }) => sequence > (sending?.attempt ?? Infinity));
  const overtaking: readonly string[] = OVERTAKEN_BY[kind];
  return since.some(({ type }) => overtaking.includes(type));
};

/** LETTER_SENT; what was surely not sent may be tried again, and what may have been once somebody says so. */
export const refuseSecond = ({ sending }: KeptLetter, again: boolean): void => {
  if (sending === null || ['refused', 'deferred', 'unavailable'].includes(sending.stand)) return;
  if (sending.stand === 'unknown' && again) return;
  throw new QuittanceError('LETTER_SENT', {
    message: 'this letter is not sent twice',
    got: sending.stand,
    expected: sending.stand === 'unknown' ? 'again: true, where it may go out a second time' : 'another letter',
    hint: 'look up the id of its message at the mail service before it is sent again',
  });
};

export const noWay = () =>
  new QuittanceError('MAIL_NOT_SET', {
    message: 'no letter goes out from here',
    expected: 'mail in the settings of the installation',
    hint: 'take the letter from the vault and send it yourself, or see docs/letters.md',
  });

/** What the requester gets: the letter's own words, and the same printed. LETTER_NOT_AS_LOGGED. */
export const contentOf = async (
  ticketId: string,
  letter: KeptLetter,
  vault: Ports['vault'],
): Promise<Pick<Mail, 'subject' | 'text' | 'pdf'>> => {
  const { kind, language, number, at } = letter;
  // in every language, and the printer: read when the first letter goes out
  const [{ LETTER_WORDS }, { textPdf }] = await Promise.all([
    import('#report/letters/words.ts'),
    import('#report/pdf.ts'),
  ]);
  const text = new TextDecoder().decode(await textOf(ticketId, letter, vault));
  const bytes = await textPdf({ text, language }, new Date(at));
  const subject = `${LETTER_WORDS[language].titles[kind]} (${ticketId})`;
  return { subject, text, ...(bytes && { pdf: { name: `${ticketId}-${number}.pdf`, bytes } }) };
};

export const mailOf = async (
  { ticket: { id }, letter }: FoundLetter,
  { vault, mailer }: Pick<Ports, 'vault' | 'mailer'>,
): Promise<Mail> => {
  const [request, content] = await Promise.all([requestOf(vault, id), contentOf(id, letter, vault)]);
  const message = `<${id}.${letter.number}.${randomBytes(9).toString('hex')}@${mailer.domain}>`;
  return { id: message, to: addressOf(request), ...content };
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
