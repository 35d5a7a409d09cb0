// How a request ended that led to no deletion: the statement about it, in the service's words. Trap: it is about a
// decision of people, which no statistics back; what it adds to the log is the legal clock, derived from the
// controller's calendar, which the log does not hold.
import { z } from 'zod';
import { Digest, digestOf } from './canonical.ts';
import { SERVICE_KEY } from './statements.ts';
import { ClockEvent, Deadlines, Instant } from './deadlines.ts';
import { signEnvelope, STATEMENT_TYPE, subjectOf, type Envelope } from './dsse.ts';
import type { Signer, StoredEvent } from './ports.ts';
import { parseJson } from './stored-json.ts';
import { Outcome, type Ticket } from './ticket.ts';

export const CLOSING_TYPE = 'https://quittance.dev/closing/v1';

export const ClosingPredicate = z.strictObject({
  ticketId: z.string(),
  outcome: Outcome,
  reason: z.string(),
  /** Pseudonyms of who filed and who closed. */
  filer: z.string(),
  by: z.string(),
  at: Instant,
  regime: z.string(),
  ground: z.string(),
  receivedAt: Instant,
  filedAt: Instant,
  clock: z.array(ClockEvent),
  due: Deadlines,
  /** The leaf that closed it. */
  event: Digest,
});
export type ClosingPredicate = z.infer<typeof ClosingPredicate>;

const Closed = z.looseObject({
  at: Instant,
  event: z.looseObject({ outcome: Outcome, reason: z.string(), by: z.string() }),
});

/** From the ticket and the last event that closed it; undefined where none did. */
export const closingOf = (ticket: Ticket, events: readonly StoredEvent[]): ClosingPredicate | undefined => {
  const closing = events.findLast(({ type }) => type === 'closed');
  if (!closing) return undefined;
  const { at, event } = parseJson(Buffer.from(closing.body), Closed, closing.eventId);
  const { id: ticketId, filer, regime, ground, receivedAt, filedAt, clock, due } = ticket;
  const { outcome, reason, by } = event;
  const asked = { ticketId, filer, regime, ground, receivedAt, filedAt, clock, due };
  return { ...asked, outcome, reason, by, at, event: digestOf(closing.body) };
};

export const signClosing = (signer: Signer, predicate: ClosingPredicate, model: string): Promise<Envelope> => {
  const subject = [subjectOf(model, predicate.event)];
  return signEnvelope(
    { _type: STATEMENT_TYPE, subject, predicateType: CLOSING_TYPE, predicate: { ...predicate } },
    signer,
    [SERVICE_KEY],
  );
};
