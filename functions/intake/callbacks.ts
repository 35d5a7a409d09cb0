// Tells senders that their requests moved. What is told is where a request stands now, so that a change that nobody was
// reached for in time is told with the next one; the same is said once to a receiver that took it.
// Traps: addresses come from outside, so that they are reached as webhooks are and in no other way; a crash between an
// answer and its note says the same once more; and a receiver that does not answer, or a record that cannot be read,
// must not keep the others from being told.
import { isQuittanceError } from '#core/errors.ts';
import { INTAKE_STAGES, principalOf, type Intake } from '#core/intake.ts';
import { SENDERS_BEGIN } from '#core/intake-protocols.ts';
import type { Ports } from '#core/ports.ts';
import { isTaken, nextTry, type Receivers } from '#core/webhooks.ts';
import { callbacksOf, closeCallbacks, keepCallbacks, openIntakes, type Told } from './open-callbacks.ts';
import { exerciseStatus } from './drp.ts';
import { dsrStatus, signedHeaders } from './open-dsr.ts';
import { findIntake, stoodOf, type IntakeRecord, type Stood } from './records.ts';

export type Telling = Pick<Ports, 'vault' | 'pseudonyms' | 'tickets' | 'calendar' | 'clock'> & {
  readonly receivers: Receivers;
};

/** Requests that are told of at once. */
const TOGETHER = 8;

/** Tells what is due; how many were reached. The first failure is thrown when all were tried. */
export const tellIntakes = async (intake: Intake, ports: Telling): Promise<number> => {
  const waiting = (await openIntakes(ports)).values();
  const failures: unknown[] = [];
  let reached = 0;
  const worker = async (): Promise<void> => {
    for (const id of waiting)
      await tellOne(id, intake, ports).then(
        (told) => (reached += told),
        (error: unknown) => failures.push(error),
      );
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  if (failures.length > 0) throw failures[0];
  return reached;
};

/** Whether the settings still name the sender. One that they name again is told what it missed. */
const isLetIn = ({ protocol, by }: IntakeRecord, { dataRights, openDsr }: Intake): boolean => {
  const named = protocol === 'open-dsr' ? openDsr?.controllers : dataRights?.agents;
  return [...(named?.keys() ?? [])].some((id) => principalOf(protocol, id) === by);
};

const tellOne = async (id: string, intake: Intake, ports: Telling): Promise<number> => {
  const record = await findIntake(ports, id);
  if (record === undefined || !isLetIn(record, intake)) return 0; // it is being received, or its sender was removed
  const stood = await stoodOf(record, ports);
  const stage = stood.refusal ? `${stood.stage} ${stood.refusal.code}` : stood.stage;
  const before = await callbacksOf(ports, id);
  const after = await Promise.all(before.map((one) => tell(one, stage, messageOf(record, stood, intake), ports)));
  const left = after.filter(({ gone }) => !gone).map(({ told }) => told);
  const isOver = left.every(({ told }) => told === stage) && INTAKE_STAGES[stood.stage].final;
  if (isOver || left.length === 0) await closeCallbacks(ports, id);
  else if (JSON.stringify(left) !== JSON.stringify(before)) await keepCallbacks(ports, id, left);
  return after.filter((one) => one.reached).length;
};

interface After {
  readonly told: Told;
  readonly reached?: true;
  /** It wants nothing more, or never took anything. */
  readonly gone?: true;
}

type Message = (url: string) => { readonly headers: Readonly<Record<string, string>>; readonly body: string };

const tell = async (told: Told, stage: string, message: Message, { receivers, clock }: Telling): Promise<After> => {
  const now = clock.now();
  if (told.told === stage || told.nextAt > now.toISOString()) return { told };
  const { headers, body } = message(told.url);
  const answer = await receivers.post(told.url, headers, body).catch((error: unknown) => {
    if (isQuittanceError(error)) return { status: null, retryAfterSeconds: undefined };
    throw error;
  });
  if (isTaken(answer.status)) return { told: { ...told, told: stage, attempts: 0, nextAt: '' }, reached: true };
  const attempts = told.attempts + 1;
  const next = nextTry(attempts, answer, now);
  return next === undefined ? { told, gone: true } : { told: { ...told, attempts, nextAt: next.toISOString() } };
};

const messageOf =
  (record: IntakeRecord, stood: Stood, { openDsr }: Intake): Message =>
  (url) => {
    if (record.protocol === 'data-rights-protocol' || !openDsr)
      return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(exerciseStatus(record, stood)) };
    const controller = record.by.slice(SENDERS_BEGIN['open-dsr'].length);
    const said = { ...dsrStatus(controller, openDsr.domain, record, stood), status_callback_url: url };
    const body = JSON.stringify(said);
    return { headers: signedHeaders(openDsr, body), body };
  };
