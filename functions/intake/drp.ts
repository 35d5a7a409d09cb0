// The Data Rights Protocol, the side of a covered business: an agent's signed messages, what of them becomes a request,
// and the status that an agent is told. Source: Data Rights Protocol 0.9.4 (the text that leads to 1.0), §2, §3.03,
// §3.04, §3.06, §3.07. A message is the signature (Ed25519, 64 bytes) and the JSON after it, in base64.
// Traps: the order of the checks is the protocol's own, and a body is read for its meaning only after its signature
// holds; a message to revoke names no request and no time, so that it proves no more than who sent it.
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { faultsOf } from '#core/field-faults.ts';
import {
  AgentRequestId,
  DRP_ACTIONS,
  drpStateOf,
  INTAKE_STAGES,
  principalOf,
  type Agent,
  type DataRights,
} from '#core/intake.ts';
import { parseOnce } from '#core/json-keys.ts';
import { verifyEd25519 } from '#core/ledger/note.ts';
import type { Pseudonyms } from '#core/ports.ts';
import { AskedRequest, isSeen } from '../asks.ts';
import { callbackUrl, given, isToCome, KnownBy, LivesAt, oneLine, withoutBlanks } from './fields.ts';
import type { IntakeRecord, Sent, Stood } from './records.ts';

/** Rights that the protocol names; one of them is what this program does. */
const RIGHTS = ['sale:opt_out', 'sale:opt_in', 'deletion', 'access', 'access:categories', 'access:specific'] as const;

const isExercised = (right: string): boolean => DRP_ACTIONS.some((one) => one === right);

const Version = z.string().regex(/^(0\.9(\.\d{1,2})?|1\.0(\.\d{1,2})?)$/, 'a version from 0.9 to 1.0, such as 0.9.4');
const Time = z.iso.datetime({ offset: true });

const Addressed = z.looseObject({
  'agent-id': z.string(),
  'business-id': z.string(),
  'issued-at': Time,
  'expires-at': Time,
});

/** Of OpenID Connect: the whole, or its parts; some agents send one text. */
const ADDRESS_PARTS = ['street_address', 'postal_code', 'locality', 'region', 'country'] as const;
const Address = z
  .union([z.string(), z.looseObject({})])
  .transform((address) => {
    if (typeof address === 'string') return address;
    const texts = (names: readonly string[]) =>
      names.map((name) => address[name]).filter((part): part is string => typeof part === 'string' && given(part));
    return texts(['formatted'])[0] ?? texts(ADDRESS_PARTS).join(', ');
  })
  .transform((text) => (given(text) ? text : undefined))
  .pipe(LivesAt.optional());

const Text = z.string().refine(isSeen, 'no control or direction characters');

const Exercise = Addressed.extend({
  'agent-request-id': AgentRequestId.nullish(),
  'drp.version': Version,
  exercise: z.string().refine(isExercised, `deletion; of ${RIGHTS.join(', ')} no other right is exercised here`),
  regime: z.literal('ccpa').nullish(),
  relationships: z
    .array(z.string().transform(oneLine).pipe(Text.max(50)))
    .max(20)
    .nullish(),
  status_callback: z.string().nullish(),
  name: KnownBy.nullish(),
  email: KnownBy.nullish(),
  phone_number: KnownBy.nullish(),
  address: Address.nullish(),
  ...{ email_verified: z.boolean().nullish(), phone_number_verified: z.boolean().nullish() },
  address_verified: z.boolean().nullish(),
  power_of_attorney: Text.max(1_000).nullish(),
});
type Exercise = z.infer<typeof Exercise>;

const Revoke = z.looseObject({ reason: z.string().max(1_000).nullish() });

const SIGNATURE_BYTES = 64;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** None where it is no base64. The same bytes can be written in several ways, with and without `=`. */
const bytesOf = (message: string): Buffer =>
  BASE64.test(message.trim()) ? Buffer.from(message.trim(), 'base64') : Buffer.alloc(0);

/** INVALID_INPUT where it is no base64 of JSON, ACCESS_DENIED where it is not signed by this agent. */
const opened = (message: string, { verifyKey }: Agent): unknown => {
  const bytes = bytesOf(message);
  if (bytes.length <= SIGNATURE_BYTES) throw malformed();
  const body = bytes.subarray(SIGNATURE_BYTES);
  if (!verifyEd25519(verifyKey, body, bytes.subarray(0, SIGNATURE_BYTES)))
    throw new QuittanceError('ACCESS_DENIED', { message: "the message does not have this agent's signature" });
  try {
    return parseOnce(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw malformed();
  }
};

const malformed = () =>
  new QuittanceError('INVALID_INPUT', {
    message: 'the message cannot be read',
    expected: 'base64 of an Ed25519 signature (64 bytes) and the JSON object that it signs, no key twice',
  });

/** INVALID_INPUT by field. */
const parsed = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const fields = faultsOf(error);
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the message does not have its form',
    expected: fields.map(({ field, rule }) => `${field}: ${rule}`).join('; '),
    fields,
  });
};

/** ACCESS_DENIED for another agent's or business's message, INVALID_INPUT for one whose time is not now. */
const addressed = (value: unknown, agent: Agent, { business }: DataRights, now: Date): void => {
  const message = parsed(Addressed, value);
  const refuse = (code: 'ACCESS_DENIED' | 'INVALID_INPUT', what: string, expected: string) => {
    throw new QuittanceError(code, { message: what, expected });
  };
  const { 'agent-id': from, 'business-id': to, 'issued-at': issued, 'expires-at': expires } = message;
  if (from !== agent.id) refuse('ACCESS_DENIED', 'the message is of another agent', 'agent-id: that of the token');
  if (to !== business.id) refuse('ACCESS_DENIED', 'the message is for another business', `business-id: ${business.id}`);
  if (isToCome(issued, now)) refuse('INVALID_INPUT', 'not issued yet', 'issued-at: a time that was');
  if (Date.parse(expires) <= now.getTime()) refuse('INVALID_INPUT', 'expired', 'expires-at: a time that is to come');
};

/** A message to pair with: the same checks, but by the agent that the address names. */
export const readPairing = (message: string, agent: Agent, side: DataRights, now: Date): void =>
  addressed(opened(message, agent), agent, side, now);

/** A request to exercise a right, as it is kept. INVALID_INPUT, ACCESS_DENIED. */
export const readExercise = (message: string, agent: Agent, side: DataRights, about: string, now: Date): Sent => {
  const value = opened(message, agent);
  addressed(value, agent, side, now);
  const said = parsed(Exercise, withoutBlanks(value));
  const theirs = said['agent-request-id'] ?? undefined;
  const digest = createHash('sha256').update(bytesOf(message)).digest('hex');
  return {
    ...{ protocol: 'data-rights-protocol', by: principalOf('data-rights-protocol', agent.id), regime: 'ccpa' },
    key: theirs === undefined ? `message ${digest}` : `id ${theirs}`,
    ...(theirs !== undefined && { theirs }),
    asked: askedOf(said, agent, about),
    callbacks: said.status_callback == null ? [] : [callbackUrl(said.status_callback, 'status_callback')],
  };
};

const NAME_LENGTH = 200;
/** No half of a sign stays at its end. */
const nameFrom = (known: string | undefined) =>
  known
    ?.slice(0, NAME_LENGTH)
    .replace(/\p{Cs}$/u, '')
    .trim();

/** A message to revoke a request: that it is this agent's is all that it says. */
export const readRevoke = (message: string, agent: Agent): void => void parsed(Revoke, opened(message, agent));

/** The name where it is known; an address or number stands for it otherwise, as far as a name is long. */
const askedOf = (said: Exercise, { id, name: agentName }: Agent, about: string): AskedRequest => {
  const { name, email, phone_number: phone, address, power_of_attorney: power } = said;
  const identifiers = [email, phone, address].flatMap((one) => (given(one) ? [one] : []));
  const verified = (['email', 'phone_number', 'address'] as const).filter((one) => said[`${one}_verified`] === true);
  const lines = [
    `Data Rights Protocol ${said['drp.version']}: deletion, ${said.regime ?? 'no regime named'}.`,
    `Verified by the agent: ${verified.join(', ') || 'nothing'}.`,
    ...(said.relationships?.length ? [`Relationships: ${said.relationships.join(', ')}.`] : []),
    ...(given(power) ? [`Power of attorney: ${power}`] : []),
  ];
  return parsed(AskedRequest, {
    ...{ about, name: given(name) ? name : nameFrom(identifiers[0]), identifiers: [...new Set(identifiers)] },
    ...{ what: lines.join('\n'), reply: `by the agent ${id}` },
    agent: { agentName, mandate: given(power) ? 'power-of-attorney' : 'signed-permission' },
  });
};

/** The Exercise Status of §3.03. */
export const exerciseStatus = ({ id, theirs }: IntakeRecord, { stage, receivedAt, due, refusal }: Stood) => ({
  request_id: id,
  ...(theirs !== undefined && { agent_request_id: theirs }),
  ...drpStateOf(stage, refusal?.code),
  received_at: receivedAt,
  ...(due !== null && { expected_by: `${due}T00:00:00.000Z` }),
  processing_details: refusal === undefined ? INTAKE_STAGES[stage].details : `refused: ${refusal.words}`,
});

/** The token of an agent's key: made of the installation's own key whenever it is needed, and kept nowhere. */
export const tokenOf = async ({ id, verifyKey }: Agent, pseudonyms: Pseudonyms): Promise<string> =>
  `${id}.${await pseudonyms.of('drp-token', `${id}\n${Buffer.from(verifyKey).toString('hex')}`)}`;

/** Whose token it is. UNAUTHENTICATED. */
export const agentOfToken = async (token: string, { agents }: DataRights, pseudonyms: Pseudonyms): Promise<Agent> => {
  const agent = agents.get(token.slice(0, Math.max(0, token.lastIndexOf('.'))));
  const [wanted, got] = [Buffer.from(agent ? await tokenOf(agent, pseudonyms) : ''), Buffer.from(token)];
  if (agent && wanted.length === got.length && timingSafeEqual(wanted, got)) return agent;
  throw new QuittanceError('UNAUTHENTICATED', { message: 'the token is none that an agent was given' });
};
