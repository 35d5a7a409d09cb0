// What somebody without an account asks for, before anybody has made a case of it: as it was typed, encrypted under a
// key of its own in the vault, found by those who file, destroyed once it is a case or turns out to be none. What stays
// is where it stands, which holds nothing of the person, for whoever has reference and secret.
// Traps: both follow from the sender's own key of the form, so that a second press of the button gets the same answer;
// and strangers fill this store, so that what waits in it is bounded.
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Instant } from '#core/deadlines.ts';
import { INTAKE_PROTOCOLS } from '#core/intake-protocols.ts';
import { RegimeName } from '#core/regimes.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { parseJson } from '#core/stored-json.ts';
import { Subject, UNSEEN } from '#core/subject.ts';
import { Principal, REQUEST_FACTS } from '#core/ticket-request.ts';
import { TicketId } from '#core/ticket-id.ts';
import { jsonBytes } from './step-support.ts';

export const AskId = z.string().regex(/^Q-[0-9a-f]{20}$/, 'a reference: Q- and 20 hexadecimal digits');

/** Lines may end; nothing that is not seen may stand in them. */
export const isSeen = (text: string): boolean => !UNSEEN.test(text.replaceAll(/[\r\n\t]/g, ''));

const Words = (most: number) => z.string().trim().min(1).max(most).refine(isSeen, 'no control or direction characters');

/** A line break would add lines of another meaning to the note of a case. */
const OneLine = (most: number) => Words(most).refine((text) => !/[\r\n\t]/.test(text), 'one line');

export const AskedRequest = z.strictObject({
  /** The organisation or the model, in the sender's own words. */
  about: OneLine(200),
  ...Subject.shape,
  what: Words(2_500),
  /** How to answer. */
  reply: OneLine(300),
  country: OneLine(100).optional(),
  agent: z
    .strictObject({ agentName: Subject.shape.name, mandate: REQUEST_FACTS.agent.unwrap().shape.mandate })
    .optional(),
  minor: z.literal(true).optional(),
});
export type AskedRequest = z.infer<typeof AskedRequest>;

/** Why it becomes no case. Everything else does, since a request is refused by two people and on the record. */
export const NO_CASE = ['no-request', 'duplicate'] as const;

/** By which protocol a program sent it, for whom, and under which law; absent where it was typed. */
export const Via = z.strictObject({ protocol: z.enum(INTAKE_PROTOCOLS), by: Principal, regime: RegimeName });
export type Via = z.infer<typeof Via>;

const Content = z.strictObject({
  kind: z.literal('quittance-ask/v1'),
  receivedAt: Instant,
  asked: AskedRequest,
  via: Via.optional(),
});

const Standing = z.strictObject({
  kind: z.literal('quittance-ask-standing/v1'),
  receivedAt: Instant,
  /** Keyed: of the secret, and of the form that was sent. */
  secret: z.string(),
  body: z.string(),
  now: z.discriminatedUnion('is', [
    z.strictObject({ is: z.literal('waiting') }),
    z.strictObject({ is: z.literal('case'), ticketId: TicketId }),
    z.strictObject({ is: z.literal('none'), reason: z.enum([...NO_CASE, 'withdrawn']), by: Principal, at: Instant }),
  ]),
});
export type Standing = z.infer<typeof Standing>;

type Stores = Pick<Ports, 'vault' | 'pseudonyms'>;

/** Waiting ones are found under sixteen labels, of which a store lists a hundred each. */
const SHARDS = Array.from({ length: 16 }, (_, i) => i.toString(16));
const MOST_A_SHARD = 100;
const shardOf = (id: string): string => id.slice(2, 3);
const labelOf = ({ pseudonyms }: Stores, shard: string) => pseudonyms.of('asks-waiting', shard);
/** Of one agent's or controller's alone, who leave the other half of a shard to everybody else. */
const MOST_OF_A_SENDER = MOST_A_SHARD / 2;
const sendersLabel = ({ pseudonyms }: Stores, shard: string, { by }: Via) =>
  pseudonyms.of('asks-waiting-by', `${shard}\n${by}`);
const standingKey = (id: string): string => id.replace('Q-', 'S-');

export interface Receipt {
  readonly reference: string;
  /** With which the reference is asked after. */
  readonly secret: string;
}

/**
 * Keeps it, and tells those who file; the same for the same `key`. SERVICE_UNAVAILABLE where too many wait,
 * IDEMPOTENCY_MISMATCH where the key stands for something else.
 */
export const receiveAsk = async (
  key: string,
  asked: AskedRequest,
  ports: Stores & Pick<Ports, 'notifier' | 'clock'>,
  via?: Via,
): Promise<Receipt> => {
  const { pseudonyms, notifier, clock } = ports;
  const reference = `Q-${(await pseudonyms.of('ask', key)).slice(0, 20)}`;
  const secret = (await pseudonyms.of('ask-secret', key)).slice(0, 32);
  const body = await pseudonyms.of('ask-body', `${key}\n${JSON.stringify(asked)}`);
  const before = await standingOf(ports, reference);
  if (before === undefined) {
    await refuseFull(ports, reference, via);
    const receivedAt = clock.now().toISOString();
    await keep(ports, reference, { receivedAt, asked, ...(via && { via }) });
    const hidden = { secret: await keyed(ports, reference, secret), body };
    await stand(ports, reference, { receivedAt, ...hidden, now: { is: 'waiting' } });
  } else if (before.body !== body) throw otherForm();
  await notifier.notify({ id: `${reference}.asked`, to: 'filers', template: 'asked', references: { reference } });
  return { reference, secret };
};

const otherForm = () =>
  new QuittanceError('IDEMPOTENCY_MISMATCH', {
    message: 'this form was sent before, with other words',
    hint: 'send it again to ask a second time; the first one is kept as it was',
  });

const refuseFull = async (ports: Stores, id: string, via: Via | undefined): Promise<void> => {
  const shard = shardOf(id);
  const waiting = await ports.vault.labelled(await labelOf(ports, shard));
  const sent = via ? await ports.vault.labelled(await sendersLabel(ports, shard, via)) : [];
  if (waiting.length < MOST_A_SHARD && sent.length < MOST_OF_A_SENDER) return;
  throw new QuittanceError('SERVICE_UNAVAILABLE', { message: 'too many requests wait to be taken up' });
};

type Kept = Omit<z.infer<typeof Content>, 'kind'>;

const keep = async (ports: Stores, id: string, content: Kept) => {
  await ports.vault.createKey(id);
  await ports.vault.put(id, 'ask', jsonBytes({ kind: 'quittance-ask/v1', ...content }));
  const senders = content.via ? [await sendersLabel(ports, shardOf(id), content.via)] : [];
  await ports.vault.label(id, [await labelOf(ports, shardOf(id)), ...senders]);
};

const stand = async ({ vault }: Stores, id: string, said: Omit<Standing, 'kind'>): Promise<void> => {
  await vault.createKey(standingKey(id));
  const name = said.now.is === 'case' ? 'case' : 'standing';
  await vault.put(standingKey(id), name, jsonBytes({ kind: 'quittance-ask-standing/v1', ...said }));
};

const GONE = ['VAULT_KEY_DESTROYED', 'NOT_FOUND'] as const;
const unlessGone = (error: unknown): undefined => {
  if (GONE.some((code) => isQuittanceError(error, code))) return undefined;
  throw error;
};

type Vaults = Pick<Stores, 'vault'>;

/** Where it stands, for who was let in otherwise. A case goes on whatever else was said, and is looked for first. */
export const standingOf = async (ports: Vaults, id: string): Promise<Standing | undefined> =>
  (await stoodAs(ports, id, 'case')) ?? stoodAs(ports, id, 'standing');

/** Two objects, so that who files and who wants it no more never write over each other's word. */
export const stoodAs = async (
  { vault }: Vaults,
  id: string,
  name: 'case' | 'standing',
): Promise<Standing | undefined> => {
  const bytes = await vault.get(standingKey(id), name).catch(unlessGone);
  return bytes && parseJson(bytes, Standing, 'the standing of a request in the vault');
};

const keyed = ({ pseudonyms }: Stores, id: string, secret: string) => pseudonyms.of('ask-status', `${id}\n${secret}`);

/** Where it stands, for whoever has both. A wrong secret and an unknown reference take the same way. */
export const standingFor = async (ports: Stores, reference: string, secret: string): Promise<Standing | undefined> => {
  const id = AskId.safeParse(reference).data ?? `Q-${'0'.repeat(20)}`;
  const found = await standingOf(ports, id);
  const got = Buffer.from(await keyed(ports, id, secret));
  const wanted = Buffer.from(found?.secret ?? '0'.repeat(got.length));
  return timingSafeEqual(got, wanted) ? found : undefined;
};

export interface WaitingAsk {
  readonly id: string;
  readonly receivedAt: string;
}

/** The oldest first. */
export const waitingAsks = async (ports: Stores): Promise<WaitingAsk[]> => {
  const ids = await waitingIds(ports);
  const found = await Promise.all(ids.map(async (id) => ({ id, content: await readAsk(ports, id).catch(unlessGone) })));
  const there = found.flatMap(({ id, content }) => (content ? [{ id, receivedAt: content.receivedAt }] : []));
  return there.sort((a, b) => a.receivedAt.localeCompare(b.receivedAt) || a.id.localeCompare(b.id));
};

const waitingIds = async (ports: Stores): Promise<string[]> =>
  (await Promise.all(SHARDS.map(async (shard) => ports.vault.labelled(await labelOf(ports, shard))))).flat();

export const countWaiting = async (ports: Stores): Promise<number> => (await waitingIds(ports)).length;

/** NOT_FOUND once it is a case, or is none. */
export const readAsk = async ({ vault }: Stores, id: string): Promise<z.infer<typeof Content>> => {
  const bytes = await vault.get(id, 'ask').catch(unlessGone);
  if (bytes) return parseJson(bytes, Content, 'a request in the vault');
  throw new QuittanceError('NOT_FOUND', { message: 'there is no such request any more' });
};

/** What it came to, once and for all, but that a case is one after all; what was typed is destroyed with that. */
export const settleAsk = async (ports: Stores, id: string, now: Settled): Promise<void> => {
  const before = await standingOf(ports, id);
  const isNews = now.is === 'case' ? before?.now.is !== 'case' : before?.now.is === 'waiting';
  if (before && isNews) await stand(ports, id, { ...before, now });
  await ports.vault.destroy(id);
};

type Settled = Exclude<Standing['now'], { is: 'waiting' }>;
