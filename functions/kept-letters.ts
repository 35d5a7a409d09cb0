// The letters of a case as its history has them: what was written, and what became of each on its way. Trap: a letter
// that was handed over and of which no answer was written down may have been sent, and is not said to have failed.
import { z } from 'zod';
import { grouped } from '#core/grouped.ts';
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import { MailResult, MailWay, RETRY_AFTER_HOURS } from '#core/mail.ts';
import type { StoredEvent } from '#core/ports.ts';

/** `under-way`: handed over a moment ago; after that, without an answer, `unknown`. */
export type Stand = MailResult | 'under-way';

export interface Sending {
  /** Its event's place in the ticket's history. */
  readonly attempt: number;
  readonly at: string;
  readonly by: string;
  /** Whether that is only what was said, as on the command line. */
  readonly asserted?: true | undefined;
  readonly way: MailWay;
  readonly message: string;
  readonly stand: Stand;
  readonly code: string | null;
  /** How often it was handed over since somebody last sent it, which counts. */
  readonly tries: number;
  /** When it is tried again by itself; null where it is not, or not any more. */
  readonly next: string | null;
}

export interface KeptLetter {
  /** Its event's place in the ticket's history, by which it is asked for. */
  readonly number: number;
  readonly kind: LetterKind;
  readonly language: LetterLanguage;
  readonly at: string;
  readonly by: string;
  /** Commits to its text. */
  readonly body: string;
  /** The ground that it names, in a refusal of the whole or of a part; absent in logs from before it was written. */
  readonly reason?: string | undefined;
  /** The one that was taken, or else of which it is not known, or else the last; null where nobody has sent it. */
  readonly sending: Sending | null;
}

const By = { by: z.string() };
const Written = z.object({
  event: z.object({
    ...{ type: z.literal('letter-written'), letter: LetterKind, language: LetterLanguage, ...By },
    ...{ body: z.string(), reason: z.string().optional() },
  }),
});
const Begun = z.object({
  event: z.object({
    ...{ type: z.literal('letter-sending'), letter: z.int(), way: MailWay, message: z.string(), ...By },
    ...{ retry: z.literal(true).optional(), asserted: z.literal(true).optional() },
  }),
});
const Answered = z.object({
  event: z.object({
    type: z.literal('letter-sent'),
    attempt: z.int(),
    result: MailResult,
    code: z.string().optional(),
  }),
});

/** Longer than any answer of a mail service is waited for. */
const UNDER_WAY_MS = 150_000;
/** A time for trying again that is further back was slept through, and nobody counts on it any more. */
const MISSED_MS = 36 * 3_600_000;

const parsed = <T>(schema: z.ZodType<T>, { body }: StoredEvent): T | undefined =>
  schema.safeParse(JSON.parse(body)).data;

/** In the order in which they were written. */
export const keptLetters = (events: readonly StoredEvent[], now: Date): KeptLetter[] => {
  const sendings = sendingsIn(events, now);
  return events.flatMap((event) => {
    const written = parsed(Written, event)?.event;
    if (!written) return [];
    const { letter: kind, language, by, body, reason } = written;
    const sending = tellingOf(
      (sendings.get(event.sequence) ?? []).map(([, attempt]) => attempt),
      now,
    );
    return [{ number: event.sequence, kind, language, at: event.at, by, body, reason, sending }];
  });
};

type LetterKey = Pick<KeptLetter, 'number' | 'kind' | 'language' | 'body'>;

/** Its name in the vault: of its text, so that of two people who write at once neither overwrites the other's. */
export const letterName = ({ number, kind, language, body }: LetterKey): string =>
  `letter-${number}-${kind}-${language}-${body.slice(0, 16)}`;

/** One time that it was handed over; `retry`: by itself. */
type Attempt = Omit<Sending, 'tries' | 'next'> & { readonly retry: boolean };
type Attempts = ReadonlyMap<number, (readonly [letter: number, attempt: Attempt])[]>;

/** Every attempt, by its letter's place in the history. */
const sendingsIn = (events: readonly StoredEvent[], now: Date): Attempts => {
  const answers = new Map(
    events.flatMap((event) => parsed(Answered, event)?.event ?? []).map((answer) => [answer.attempt, answer]),
  );
  const all = events.flatMap((begun): [letter: number, attempt: Attempt][] => {
    const said = parsed(Begun, begun)?.event;
    if (!said) return [];
    const answer = answers.get(begun.sequence);
    const isOld = now.getTime() - Date.parse(begun.at) > UNDER_WAY_MS;
    const { letter, by, asserted, way, message } = said;
    const stand = answer?.result ?? (isOld ? 'unknown' : 'under-way');
    const who = { by, ...(asserted && { asserted }) };
    const attempt = { attempt: begun.sequence, at: begun.at, ...who, way, message, code: answer?.code ?? null };
    return [[letter, { ...attempt, stand, retry: said.retry === true }]];
  });
  return grouped(all, ([letter]) => letter);
};

/** An attempt of which it is not known stays so, whatever became of a later one. */
const tellingOf = (all: readonly Attempt[], now: Date): Sending | null => {
  const last = (stand: Stand) => all.findLast((one) => one.stand === stand);
  const telling = last('accepted') ?? last('under-way') ?? last('unknown') ?? all.at(-1);
  if (!telling) return null;
  const { attempt, at, by, asserted, way, message, stand, code } = telling;
  const tries =
    all.length -
    Math.max(
      0,
      all.findLastIndex((one) => !one.retry),
    );
  const next = stand === 'deferred' ? nextTry(at, tries, now) : null;
  return { attempt, at, by, ...(asserted && { asserted }), way, message, stand, code, tries, next };
};

const nextTry = (at: string, tries: number, now: Date): string | null => {
  const hours = RETRY_AFTER_HOURS[tries - 1];
  if (hours === undefined) return null;
  const next = Date.parse(at) + hours * 3_600_000;
  return now.getTime() - next > MISSED_MS ? null : new Date(next).toISOString();
};
