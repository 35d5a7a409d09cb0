// Tells senders that their requests moved. What is told is where a request stands now, so that a change that nobody was
// reached for in time is told with the next one; the same is said once to a receiver that took it.
// Trap: addresses come from outside, so that they are reached as webhooks are and in no other way; and a crash between
// an answer and its note says the same once more.
import { isQuittanceError } from '#core/errors.ts';
import { INTAKE_STAGES, type Intake } from '#core/intake.ts';
import type { Ports } from '#core/ports.ts';
import { isTaken, nextTry, type Receivers } from '#core/webhooks.ts';
import { callbacksOf, closeCallbacks, keepCallbacks, openIntakes, type Told } from './open-callbacks.ts';
import { exerciseStatus } from './drp.ts';
import { dsrStatus, signedHeaders } from './open-dsr.ts';
import { findIntake, stoodOf, type IntakeRecord, type Stood } from './records.ts';

export type Telling = Pick<Ports, 'vault' | 'pseudonyms' | 'tickets' | 'calendar' | 'clock'> & {
  readonly receivers: Receivers;
};

/** Tells what is due; how many were reached. */
export const tellIntakes = async (intake: Intake, ports: Telling): Promise<number> => {
  let reached = 0;
  for (const id of await openIntakes(ports)) reached += await tellOne(id, intake, ports);
  return reached;
};

const tellOne = async (id: string, intake: Intake, ports: Telling): Promise<number> => {
  const record = await findIntake(ports, id);
  if (record === undefined) return 0; // it is being received
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
    const controller = record.by.slice('opendsr-'.length);
    const said = { ...dsrStatus(controller, openDsr.domain, record, stood), status_callback_url: url };
    const body = JSON.stringify(said);
    return { headers: signedHeaders(openDsr, body), body };
  };
