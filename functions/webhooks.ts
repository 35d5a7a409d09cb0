// Messages to webhooks: signed, sent, and what became of them. The outbox is filled with the events themselves
// (adapters/local/sqlite-webhooks.ts); here it is emptied, again and again, by whoever calls.
// Trap: a crash between an answer and its note sends the message once more; its id tells a receiver.
import { createHmac } from 'node:crypto';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Clock, Pseudonyms, Signer } from '#core/ports.ts';
import {
  afterTry,
  endedBy,
  messageOf,
  signedContent,
  signingKeys,
  type Delivery,
  type Message,
  type Receivers,
  type Tried,
  type Webhook,
  type WebhookKey,
  type Webhooks,
} from '#core/webhooks.ts';

export interface Sending {
  readonly webhooks: Webhooks;
  readonly receivers: Receivers;
  readonly signer: Signer;
  readonly pseudonyms: Pseudonyms;
  readonly clock: Clock;
}

const BATCH = 100;
/** Requests under way at once. */
const TOGETHER = 8;
/** Days for which the log of deliveries is kept. */
const KEPT_DAYS = 30;

/** Sends what is due; how many were taken by their receivers. */
export const deliverDue = async (sending: Sending): Promise<number> => {
  const { webhooks, clock } = sending;
  webhooks.prune(new Date(clock.now().getTime() - KEPT_DAYS * 86_400_000));
  const waiting = webhooks.due(clock.now(), BATCH).values();
  let taken = 0;
  const worker = async (): Promise<void> => {
    for (const delivery of waiting) if (await deliver(delivery, sending)) taken += 1;
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  return taken;
};

const deliver = async (delivery: Delivery, sending: Sending): Promise<boolean> => {
  const { webhooks, clock } = sending;
  const webhook = webhooks.list().find(({ id }) => id === delivery.webhook);
  if (webhook === undefined || webhook.ended !== null) return false; // since it was looked up
  const tried = await send(webhook, messageOf(delivery), sending);
  const after = afterTry(delivery, tried, clock.now());
  if (!webhooks.note(after, delivery.attempts)) return false;
  const ended = endedBy(after);
  if (ended !== null) webhooks.put({ ...webhooks.get(webhook.id), ended });
  return after.state === 'delivered';
};

/** One try. Never rejects for what a receiver does. */
export const send = async (webhook: Webhook, message: Message, sending: Sending): Promise<Tried> => {
  const now = sending.clock.now();
  const timestamp = Math.floor(now.getTime() / 1000);
  const headers = {
    'content-type': 'application/json',
    'webhook-id': message.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': await signatures(webhook, signedContent(message, timestamp), now, sending),
  };
  try {
    const { status, retryAfterSeconds } = await sending.receivers.post(webhook.url, headers, message.body);
    return { status, fault: null, retryAfterSeconds };
  } catch (error) {
    if (!isQuittanceError(error)) throw error;
    return { status: null, fault: error.code };
  }
};

const signatures = async (webhook: Webhook, content: string, now: Date, { signer, pseudonyms }: Sending) => {
  const bytes = Buffer.from(content);
  const one = async (key: WebhookKey): Promise<string> => {
    const signed =
      webhook.signing === 'v1a'
        ? Buffer.from(await signer.sign(keyName(webhook, key), bytes))
        : createHmac('sha256', await secretOf(webhook, key, pseudonyms))
            .update(bytes)
            .digest();
    return `${webhook.signing},${signed.toString('base64')}`;
  };
  return (await Promise.all(signingKeys(webhook, now).map(one))).join(' ');
};

const keyName = ({ id }: Webhook, { number }: WebhookKey): string => `webhook-${id}-${number}`;

/** Made of the installation's key whenever it is needed, and kept nowhere. */
const secretOf = async ({ id }: Webhook, { number }: WebhookKey, pseudonyms: Pseudonyms): Promise<Buffer> =>
  Buffer.from(await pseudonyms.of('webhook', `${id} ${number}`), 'hex');

/** What a receiver checks signatures with: `whpk_…`, which anybody may know, or the secret `whsec_…`. */
export const verifyingKey = async (webhook: Webhook, now: Date, ports: Pick<Sending, 'signer' | 'pseudonyms'>) => {
  const [newest] = signingKeys(webhook, now);
  if (newest === undefined) throw new QuittanceError('KEY_UNAVAILABLE', { message: `${webhook.id} has no key` });
  return webhook.signing === 'v1a'
    ? `whpk_${Buffer.from(await ports.signer.publicKey(keyName(webhook, newest))).toString('base64')}`
    : `whsec_${(await secretOf(webhook, newest, ports.pseudonyms)).toString('base64')}`;
};
