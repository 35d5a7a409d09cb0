// Letters to the requester. A preview holds nothing personal but what the caller wrote; a letter that is kept has the
// person's name and the secret of the completion, lies in the vault, and leaves its kind and a commitment in the log.
// Called by people. Trap: the commitment is made under the ticket's own key, because a digest of a letter could be
// found by trying names.
import { z } from 'zod';
import { localDate } from '#core/days.ts';
import { QuittanceError } from '#core/errors.ts';
import { AGAINST, LetterKind, LetterLanguage } from '#core/letters.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { TicketId, workingOf, type Ticket } from '#core/ticket.ts';
import { dueAt } from '#core/ticket-clock.ts';
import type { Letter, LetterFacts } from '#report/letters/compose.ts';
import type { Finding } from '#report/letters/lint.ts';
import { letterName } from './kept-letters.ts';
import { commitEvent, forgetSetOf, requestOf } from './step-support.ts';
import { BY, said } from './two-people.ts';

export interface Asked {
  readonly kind: LetterKind;
  readonly language: LetterLanguage;
  readonly note?: string | undefined;
}

export interface Composed {
  readonly letter: Letter;
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** What a letter would be, without the name and the secret. TICKET_PURGED once the case is destroyed. */
export const previewLetter = async (ticket: Ticket, asked: Asked, now: Date): Promise<Composed> =>
  composed(factsOf(ticket, asked, now));

/** The letters' words in every language are read when the first one is written. */
const composed = async (facts: LetterFacts, personal: readonly string[] = []): Promise<Composed> => {
  const [{ composeLetter, letterText }, { lintLetter }] = await Promise.all([
    import('#report/letters/compose.ts'),
    import('#report/letters/lint.ts'),
  ]);
  const letter = composeLetter(facts);
  return { letter, text: letterText(letter), findings: lintLetter(letter, facts, personal) };
};

const factsOf = (ticket: Ticket, { kind, language, note }: Asked, now: Date): LetterFacts => {
  if (ticket.status === 'PURGED')
    throw new QuittanceError('TICKET_PURGED', { message: `ticket ${ticket.id} is purged; nobody is left to write to` });
  const day = (at: string) => localDate(at, ticket.calendar.timeZone);
  const working = workingOf(ticket);
  const extension = ticket.clock.findLast((event) => event.type === 'extend')?.reason;
  const appealed = ticket.clock.findLast((event) => event.type === 'appeal')?.at ?? ticket.partlyRefused?.appeal?.on;
  return {
    kind,
    language,
    ticketId: ticket.id,
    regime: ticket.regime,
    received: day(ticket.receivedAt),
    due: dueAt(ticket, now.toISOString()).safeDue,
    // a browser sends a form's lines with a carriage return, which no font prints
    note: note?.replaceAll(/\r\n?/g, '\n'),
    extension,
    refusal: kind === 'partial-refusal' ? partOf(ticket) : refusalOf(ticket),
    ...('served' in working && { served: working.served }),
    ...(ticket.status === 'ON_HOLD' && { hold: ticket.hold }),
    ...(appealed !== undefined && { appealed: day(appealed) }),
  };
};

/** As it was decided, or else as it is proposed. */
const refusalOf = (ticket: Exclude<Ticket, { status: 'PURGED' }>): string | undefined => {
  if (ticket.status === 'REFUSED') return ticket.reason;
  return ticket.proposal?.act === 'refused' ? ticket.proposal.reason : ticket.exemption?.code;
};

/** Of a part, likewise. */
const partOf = ({ partlyRefused, proposal }: Exclude<Ticket, { status: 'PURGED' }>): string | undefined =>
  partlyRefused?.reason ?? (proposal?.act === 'partly-refused' ? proposal.reason : undefined);

const Note = z.string().max(4_000);

/** What a kept letter would lack or hold too much, found with the name and the secret that a preview does not have. */
export const letterFaults = async (
  ticket: Ticket,
  asked: Asked,
  { vault, clock }: Pick<Ports, 'vault' | 'clock'>,
): Promise<readonly Finding[]> => (await whole(ticket, asked, vault, clock.now())).findings;

/** The letter as it is kept. */
const whole = async (ticket: Ticket, asked: Asked, vault: Ports['vault'], now: Date) => {
  const facts = factsOf(ticket, asked, now);
  const { name, personal } = await personOf(vault, ticket.id);
  const secret = await vault.openingSecret(ticket.id);
  return { facts, ...(await composed({ ...facts, name, secret }, personal)) };
};

const Writing = z.strictObject({
  ticketId: TicketId,
  kind: LetterKind,
  language: LetterLanguage,
  note: Note.optional(),
  ...BY,
});

/** `number`: of its event in the ticket's history, by which it is asked for. */
export const Written = z.strictObject({ letter: z.string(), number: z.int().positive(), text: z.string() });

export const writeLetter = defineStep({
  name: 'write-letter',
  input: Writing,
  output: Written,
  uses: ['tickets', 'vault', 'clock'],
  run: (writing, ports) => letterWritten(writing, ports),
});

/** The step's work, for a caller that has the stores and no engine. LETTER_INCOMPLETE with nothing written. */
export const letterWritten = async (
  { ticketId, kind, language, note, by, ...person }: z.infer<typeof Writing>,
  { tickets, vault, clock }: Pick<Ports, 'tickets' | 'vault' | 'clock'>,
): Promise<z.infer<typeof Written>> => {
  const found = await tickets.get(ticketId);
  const { facts, text, findings } = await whole(found.ticket, { kind, language, note }, vault, clock.now());
  refuseUnsound(findings);
  const bytes = new TextEncoder().encode(text);
  const body = await vault.commit(ticketId, bytes);
  const number = found.ticket.sequence + 1;
  const letter = letterName({ number, kind, language, body });
  // the body before the event: a letter of which the log says nothing is only a draft, and is written again
  await vault.put(ticketId, letter, bytes);
  const reason = AGAINST.includes(kind) ? facts.refusal : undefined;
  const event = { type: 'letter-written', letter: kind, language, body, reason, by, ...said(person) } as const;
  await commitEvent({ tickets, clock }, found, event);
  return { letter, number, text };
};

const personOf = async (vault: Ports['vault'], ticketId: string) => {
  const [{ subject }, { records }] = await Promise.all([requestOf(vault, ticketId), forgetSetOf(vault, ticketId)]);
  const values = records.flatMap(({ value }) => (value === undefined ? [] : [value]));
  return { name: subject.name, personal: [...subject.aliases, ...subject.identifiers, ...values] };
};

/** LETTER_INCOMPLETE with what is to do, element by element. */
const refuseUnsound = (findings: readonly Finding[]): void => {
  if (findings.length === 0) return;
  throw new QuittanceError('LETTER_INCOMPLETE', {
    message: 'the letter does not say what it must, or says what it must not',
    expected: findings.map(({ rule, element, say }) => `${element ?? rule}: ${say}`).join('; '),
  });
};
