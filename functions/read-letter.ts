// Shows a letter in the vault as the requester would get it, before it goes: words, PDF and address, to somebody who
// may send it. Called by people. Order: read → commit who looked → hand over, as for the request (view-request.ts).
// Trap: what is handed over is zone A: it goes to the one who asked, and into no event, artefact or cache.
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { TicketId } from '#core/ticket.ts';
import { addressOf, contentOf, letterIn, noWay, refuseSecond, refuseUnfit, type FoundLetter } from './letter-mail.ts';
import { againOnConflict, commitEvent, requestOf } from './step-support.ts';
import { BY, said } from './two-people.ts';

/** Why it cannot be sent now by the one who looks; `may-have-been`: only by somebody who says so. */
export const Hindrance = z.enum(['no-way', 'second-person', 'not-decided', 'no-address', 'sent', 'may-have-been']);
export type Hindrance = z.infer<typeof Hindrance>;

export const LetterView = z.strictObject({
  ticketId: TicketId,
  number: z.int().positive(),
  kind: LetterKind,
  language: LetterLanguage,
  subject: z.string(),
  text: z.string(),
  to: z.string().nullable(),
  /** Base64; null where it was not asked for, or the letter's signs cannot be printed. */
  pdf: z.string().nullable(),
  printable: z.boolean(),
  hindrance: Hindrance.nullable(),
});
export type LetterView = z.infer<typeof LetterView>;

const Reading = z.strictObject({
  ticketId: TicketId,
  number: z.int().positive(),
  /** Whether its PDF is handed over as well. */
  pdf: z.boolean().default(false),
  ...BY,
});

type Readers = Pick<Ports, 'tickets' | 'vault' | 'mailer' | 'clock'>;

export const readLetter = defineStep({
  name: 'read-letter',
  input: Reading,
  output: LetterView,
  uses: ['tickets', 'vault', 'mailer', 'clock'],
  run: (reading, ports) => letterShown(reading, ports),
});

/**
 * The step's work, for a caller that has the stores and no engine. NOT_FOUND, TICKET_PURGED, LETTER_NOT_AS_LOGGED.
 */
export const letterShown = async (
  { ticketId, number, pdf: isAsked, by, ...person }: z.infer<typeof Reading>,
  ports: Readers,
): Promise<LetterView> => {
  const { tickets, vault } = ports;
  const version = await tickets.get(ticketId);
  const found = await letterIn(version.ticket, number, ports);
  const { kind, language, body: shown } = found.letter;
  const { subject, text, pdf } = await contentOf(ticketId, found.letter, vault);
  const to = await addressIn(ticketId, vault);
  const event = { type: 'request-viewed', by, shown, ...said(person) } as const;
  await againOnConflict(async (nth) => commitEvent(ports, nth === 1 ? version : await tickets.get(ticketId), event));
  return {
    ...{ ticketId, number, kind, language, subject, text, to: to ?? null },
    pdf: isAsked && pdf ? Buffer.from(pdf.bytes).toString('base64') : null,
    printable: pdf !== undefined,
    hindrance: hindranceOf(found, { by, to, way: ports.mailer.way }),
  };
};

const addressIn = async (ticketId: string, vault: Ports['vault']): Promise<string | undefined> => {
  const request = await requestOf(vault, ticketId);
  try {
    return addressOf(request);
  } catch (error) {
    if (isQuittanceError(error, 'INVALID_INPUT')) return undefined;
    throw error;
  }
};

interface Sender {
  readonly by: string;
  readonly to: string | undefined;
  readonly way: Ports['mailer']['way'];
}

/** By the same rules as sending refuses by. */
const hindranceOf = (found: FoundLetter, { by, to, way }: Sender): Hindrance | null => {
  try {
    refuseUnfit(found, by);
    refuseSecond(found.letter, true);
    if (way === undefined) throw noWay();
  } catch (error) {
    if (isQuittanceError(error, 'SECOND_PERSON_REQUIRED')) return 'second-person';
    if (isQuittanceError(error, 'TICKET_ILLEGAL_TRANSITION')) return 'not-decided';
    if (isQuittanceError(error, 'LETTER_SENT')) return 'sent';
    if (isQuittanceError(error, 'MAIL_NOT_SET')) return 'no-way';
    throw error;
  }
  if (to === undefined) return 'no-address';
  return found.letter.sending?.stand === 'unknown' ? 'may-have-been' : null;
};
