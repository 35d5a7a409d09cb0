// Who decided what, when and why, and which letters were written, from the history of a ticket. Trap: codes and names
// of roles alone; the sentences of people lie in the vault and die with the case.
import { z } from 'zod';
import { Instant } from '#core/deadlines.ts';
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import type { StoredEvent } from '#core/ports.ts';
import { EventType } from '#core/ticket-events.ts';

export const Decision = z.strictObject({
  at: Instant,
  who: z.string(),
  type: EventType,
  reason: z.string().nullable(),
  /** The person was named by the command line and did not sign in. */
  asserted: z.boolean(),
});
export type Decision = z.infer<typeof Decision>;

export const WrittenLetter = z.strictObject({
  at: Instant,
  by: z.string(),
  kind: LetterKind,
  language: LetterLanguage,
});
export type WrittenLetter = z.infer<typeof WrittenLetter>;

/** The parts of an event that say who did it, and why. */
const ByPerson = z.object({
  event: z.object({
    by: z.string().optional(),
    approver: z.string().optional(),
    filer: z.string().optional(),
    identity: z.object({ verifiedBy: z.string(), method: z.string() }).optional(),
    reason: z.string().optional(),
    code: z.string().optional(),
    asserted: z.literal(true).optional(),
  }),
});

export const decisionsOf = (events: readonly StoredEvent[]): Decision[] => events.flatMap(decisionOf);

const decisionOf = ({ type, at, body }: StoredEvent): Decision[] => {
  const known = EventType.safeParse(type);
  const { event } = ByPerson.safeParse(JSON.parse(body)).data ?? {};
  const who = event?.by ?? event?.approver ?? event?.identity?.verifiedBy ?? event?.filer;
  if (!known.success || !event || who === undefined) return [];
  const reason = event.reason ?? event.code ?? null;
  return [{ at, who, type: known.data, reason, asserted: event.asserted === true }];
};

const Written = z.object({
  event: z.object({
    type: z.literal('letter-written'),
    by: z.string(),
    letter: LetterKind,
    language: LetterLanguage,
  }),
});

export const lettersOf = (events: readonly StoredEvent[]): WrittenLetter[] =>
  events.flatMap(({ at, body }) => {
    const { event } = Written.safeParse(JSON.parse(body)).data ?? {};
    return event ? [{ at, by: event.by, kind: event.letter, language: event.language }] : [];
  });
