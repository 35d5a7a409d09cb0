// Webhooks by Standard Webhooks 1.0: whom an installation tells that something happened to a ticket, what a message
// holds, how it is signed, and when it is tried again. https://www.standardwebhooks.com (spec of 2023-08, v1 and v1a).
// Traps: a message is thin: the ticket's id, the event's place and its type, so that whoever wants more reads it with
// rights of their own. A message's id is the event's, the same at every try and at every receiver, and may come twice.
import { z } from 'zod';
import { QuittanceError } from './errors.ts';
import { Instant } from './deadlines.ts';
import { EventType } from './ticket-events.ts';

/** `v1a`: Ed25519, whose public key is all that a receiver needs. `v1`: HMAC-SHA-256 under a shared secret. */
export const Signing = z.enum(['v1a', 'v1']);
export type Signing = z.infer<typeof Signing>;

/** One of a receiver's keys; after a rotation the one before signs beside it until it ends. */
export const WebhookKey = z.strictObject({ number: z.int().positive(), until: Instant.optional() });
export type WebhookKey = z.infer<typeof WebhookKey>;

export const Webhook = z.strictObject({
  id: z.string().regex(/^wh-[0-9a-z]{8,40}$/, 'the id of a webhook, such as wh-3k9x2m7q4d1f'),
  url: z.url(),
  signing: Signing,
  /** Types of events; all where there are none. */
  events: z.array(EventType),
  keys: z.array(WebhookKey).min(1),
  addedAt: Instant,
  /** Why nothing is sent any more: it said that it is gone (410), or did not take a message in all its tries. */
  ended: z.enum(['gone', 'failing']).nullable(),
});
export type Webhook = z.infer<typeof Webhook>;

/** One message to one receiver: the row of the outbox, and later of the log of deliveries. */
export const Delivery = z.strictObject({
  id: z.string(),
  webhook: z.string(),
  ticketId: z.string(),
  sequence: z.int().positive(),
  type: z.string(),
  /** When it happened. */
  at: Instant,
  state: z.enum(['waiting', 'delivered', 'failed']),
  attempts: z.int().nonnegative(),
  nextAt: z.string(),
  /** Of the last try: the answer's status, or why there was none. */
  status: z.int().nullable(),
  fault: z.string().nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

/** Where receivers and the outbox are kept. A message is put there in the transaction that commits its event. */
export interface Webhooks {
  list(): Webhook[];
  /** NOT_FOUND. */
  get(id: string): Webhook;
  /** Adds it, or writes it anew. Durable when it returns. */
  put(webhook: Webhook): void;
  /** With its messages. NOT_FOUND. */
  remove(id: string): void;
  /** Messages whose time has come, longest due first. */
  due(now: Date, limit: number): Delivery[];
  /** What became of a try, unless another process has noted one meanwhile; false then. */
  note(delivery: Delivery, attemptsBefore: number): boolean;
  /** Newest first. */
  log(id: string, limit: number): Delivery[];
  /** Those that ended before a time are forgotten. */
  prune(before: Date): void;
}

/** The way to receivers, each of which somebody outside has named. */
export interface Receivers {
  /**
   * One POST to a public address, or to one that the installation's settings name; no redirect is followed.
   * WEBHOOK_ADDRESS where it leads elsewhere, SERVICE_UNAVAILABLE where no answer comes in time.
   */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<{ readonly status: number; readonly retryAfterSeconds: number | undefined }>;
}

const LONGEST_URL = 1000;

/**
 * The address as it is used. WEBHOOK_ADDRESS for what is no http address, holds a password or a fragment, or names the
 * port to which nothing can be sent.
 */
export const receiverUrl = (text: string): URL => {
  const url = URL.canParse(text) && text.length <= LONGEST_URL ? new URL(text) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.hash === '' && url.port !== '0';
  if (url && isPlain && /^https?:$/.test(url.protocol)) return url;
  throw new QuittanceError('WEBHOOK_ADDRESS', {
    message: 'this is no address that messages can be sent to',
    expected: `https://… of at most ${LONGEST_URL} characters, without user, password and fragment, at a port from 1 on`,
  });
};

export interface Message {
  readonly id: string;
  readonly body: string;
}

/** `ticket.identity_verified`: the form of names that the standard has. */
export const messageType = (type: string): string => `ticket.${type.replaceAll('-', '_')}`;

export const messageOf = ({ ticketId, sequence, type, at }: Delivery): Message => ({
  id: `msg_${ticketId}_${sequence}`, // no full stop, which separates the parts that are signed
  body: JSON.stringify({ type: messageType(type), timestamp: at, data: { ticketId, sequence } }),
});

/** What a signature is over. */
export const signedContent = ({ id, body }: Message, timestamp: number): string => `${id}.${timestamp}.${body}`;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Seconds before each further try: ten tries in three days. */
const WAITS = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR] as const;
export const MOST_ATTEMPTS = WAITS.length + 1;
/** A receiver may ask for a later try, by so much. */
const LONGEST_WAIT = 24 * HOUR;

const GONE = 410;

export interface Tried {
  readonly status: number | null;
  readonly fault: string | null;
  readonly retryAfterSeconds?: number | undefined;
}

export const isTaken = (status: number | null): boolean => status !== null && status >= 200 && status < 300;

/** When to try again after so many tries in vain; undefined where it is given up. */
export const nextTry = (
  attempts: number,
  { status, retryAfterSeconds = 0 }: Pick<Tried, 'status' | 'retryAfterSeconds'>,
  now: Date,
): Date | undefined => {
  const wait = WAITS[attempts - 1];
  if (wait === undefined || status === GONE) return undefined;
  return new Date(now.getTime() + Math.max(wait, Math.min(retryAfterSeconds, LONGEST_WAIT)) * 1000);
};

/** What a try makes of a message: delivered by any 2xx, tried again later, or given up. */
export const afterTry = (delivery: Delivery, tried: Tried, now: Date): Delivery => {
  const { status, fault } = tried;
  const attempts = delivery.attempts + 1;
  const known = { ...delivery, attempts, status, fault };
  if (isTaken(status)) return { ...known, state: 'delivered' };
  const next = nextTry(attempts, tried, now);
  return next === undefined ? { ...known, state: 'failed' } : { ...known, nextAt: next.toISOString() };
};

/** Whether a receiver gets nothing more after this. */
export const endedBy = ({ state, status }: Delivery): Webhook['ended'] =>
  state !== 'failed' ? null : status === GONE ? 'gone' : 'failing';

/** The keys that sign now, the newest first. */
export const signingKeys = ({ keys }: Webhook, now: Date): WebhookKey[] =>
  keys.filter(({ until }) => until === undefined || until > now.toISOString()).toSorted((a, b) => b.number - a.number);

/** How long the key before signs beside a new one. */
const OVERLAP_MS = 24 * HOUR * 1000;

/** With a new key; those before it end within a day. */
export const rotated = (webhook: Webhook, now: Date): Webhook => {
  const until = new Date(now.getTime() + OVERLAP_MS).toISOString();
  const before = signingKeys(webhook, now).map((key) => ({ until, ...key }));
  const number = Math.max(...webhook.keys.map((key) => key.number)) + 1;
  return { ...webhook, keys: [...before, { number }] };
};
