// A request that came in by a protocol: kept once for its sender's own key of it, among the requests that wait for
// somebody who files (asks.ts), with what is needed to say where it stands.
// Trap: what the person is known by is in the ask alone, which dies when it is a case; the record here has ids.
import { z } from 'zod';
import { INTAKE_STAGES, type IntakeStage } from '#core/intake.ts';
import { INTAKE_PROTOCOLS } from '#core/intake-protocols.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { placeOf } from '#core/place.ts';
import type { Ports } from '#core/ports.ts';
import { RegimeName, regimeOf } from '#core/regimes.ts';
import { publicStateOf } from '#core/statuses.ts';
import { parseJson } from '#core/stored-json.ts';
import { dueAtReceipt } from '#core/ticket-clock.ts';
import { Principal } from '#core/ticket-request.ts';
import { AskId, receiveAsk, standingOf, type AskedRequest } from '../asks.ts';
import { jsonBytes } from '../step-support.ts';
import { openCallbacks } from './open-callbacks.ts';

export const IntakeId = z.uuid();

const IntakeRecord = z.strictObject({
  kind: z.literal('quittance-intake/v1'),
  id: IntakeId,
  protocol: z.enum(INTAKE_PROTOCOLS),
  /** The agent or controller. */
  by: Principal,
  /** Under which id the sender has it; absent where it gave none. */
  theirs: z.string().max(200).optional(),
  regime: RegimeName,
  ask: AskId,
});
export type IntakeRecord = z.infer<typeof IntakeRecord>;

export interface Sent extends Pick<IntakeRecord, 'protocol' | 'by' | 'theirs' | 'regime'> {
  /** The sender's own key of the request: the same twice is the same request. */
  readonly key: string;
  readonly asked: AskedRequest;
  /** Where the sender wants to be told. */
  readonly callbacks: readonly string[];
}

type Stores = Pick<Ports, 'vault' | 'pseudonyms'>;

/** From the sender's key alone, so that only the sender can name it. */
export const intakeIdOf = async ({ pseudonyms }: Pick<Ports, 'pseudonyms'>, by: string, key: string) => {
  const hex = await pseudonyms.of('intake', `${by}\n${key}`);
  const at = (from: number, to: number) => hex.slice(from, to);
  return `${at(0, 8)}-${at(8, 12)}-4${at(13, 16)}-8${at(17, 20)}-${at(20, 32)}`;
};

const keyOf = (id: string): string => `I-${id}`;

/** Durable when it returns. IDEMPOTENCY_MISMATCH, SERVICE_UNAVAILABLE. */
export const receiveIntake = async (
  { key, asked, callbacks, ...sent }: Sent,
  ports: Stores & Pick<Ports, 'notifier' | 'clock'>,
): Promise<IntakeRecord> => {
  const { protocol, by, regime } = sent;
  const id = await intakeIdOf(ports, by, key);
  const { reference: ask } = await receiveAsk(`intake ${id}`, asked, ports, { protocol, by, regime });
  const record: IntakeRecord = { kind: 'quittance-intake/v1', id, ask, ...sent };
  if ((await findIntake(ports, id)) !== undefined) return record;
  if (callbacks.length > 0) await openCallbacks(ports, id, callbacks);
  await ports.vault.createKey(keyOf(id));
  await ports.vault.put(keyOf(id), 'intake', jsonBytes(record));
  return record;
};

export const findIntake = async ({ vault }: Pick<Ports, 'vault'>, id: string): Promise<IntakeRecord | undefined> => {
  if (!IntakeId.safeParse(id).success) return undefined;
  try {
    return parseJson(await vault.get(keyOf(id), 'intake'), IntakeRecord, 'a request of an intake in the vault');
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
};

export interface Stood {
  readonly stage: IntakeStage;
  readonly receivedAt: string;
  /** The day by which an end is expected; null once there is one. */
  readonly due: string | null;
  /** Of a refusal: the law's code, and its words. */
  readonly refusal?: { readonly code: string; readonly words: string } | undefined;
}

type Looks = Stores & Pick<Ports, 'tickets' | 'calendar' | 'clock'>;

export const stoodOf = async (record: IntakeRecord, ports: Looks): Promise<Stood> => {
  const found = await standingOf(ports, record.ask);
  if (found === undefined) throw new QuittanceError('NOT_FOUND', { message: 'there is no such request any more' });
  const { receivedAt, now } = found;
  if (now.is === 'waiting') return { stage: 'waiting', receivedAt, due: await dueOf(record, receivedAt, ports) };
  if (now.is === 'none') return { stage: now.reason, receivedAt, due: null };
  return { receivedAt, ...(await caseStood(now.ticketId, ports)) };
};

const caseStood = async (ticketId: string, { tickets }: Pick<Ports, 'tickets'>) => {
  const { ticket } = await tickets.get(ticketId);
  const { state: stage } = publicStateOf(ticket);
  const due = INTAKE_STAGES[stage].final ? null : ticket.due.safeDue;
  const code = 'reason' in ticket ? ticket.reason : undefined;
  if (stage !== 'refused' || code === undefined) return { stage, due };
  return { stage, due, refusal: { code, words: regimeOf(ticket.regime).refusals[code] ?? code } };
};

/** Of a request that nobody has taken up, by the law that the sender names and where that law is at home. */
const dueOf = async ({ regime }: IntakeRecord, receivedAt: string, { calendar, clock }: Looks): Promise<string> => {
  const law = regimeOf(regime);
  const days = await calendar.around(clock.now(), placeOf(calendar.places, {}, law));
  return dueAtReceipt({ regime, counting: law.counting, receivedAt }, days).safeDue;
};
