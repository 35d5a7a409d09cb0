// OpenDSR 2.0 over HTTP, where the settings name its controllers (functions/intake/open-dsr.ts).
// Traps: every answer of these paths is signed, refusals too, over the bytes that go out; what is wrong with a request
// is 400 as the specification has it, also where our own API says 422; and another controller's request is not there.
import type { Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { QuittanceError } from '#core/errors.ts';
import { principalOf, type Intake, type OpenDsr } from '#core/intake.ts';
import { parseOnce } from '#core/json-keys.ts';
import {
  controllerOf,
  discovery,
  dsrReceipt,
  dsrStatus,
  DSR_VERSION,
  readDsrRequest,
  signedHeaders,
  SubjectRequestId,
} from '../../intake/open-dsr.ts';
import { findIntake, intakeIdOf, receiveIntake, stoodOf, type IntakeRecord } from '../../intake/records.ts';
import { withdrawIntake } from '../../intake/withdrawals.ts';
import { notAnObject } from '../bodies.ts';
import { addressOf, type ApiContext, type Asked, type Env } from '../context.ts';
import { notFound, type Problem } from '../problems.ts';
import { limitRate, type Count } from '../rate.ts';
import { bearerOf, bytesSent, problemHere, SENDING, sentenceOf } from './sent.ts';

interface Side extends ApiContext {
  readonly about: string;
  readonly side: OpenDsr;
  readonly count: Count;
  /** Of whoever has no token of ours: nobody whom we know is kept out by them. */
  readonly countStranger: Count;
}

export const dsrRoutes = (app: Hono<Env>, context: ApiContext, { about, openDsr }: Intake): void => {
  if (!openDsr) return;
  const now = () => context.ports.clock.now();
  const [count, countStranger] = [limitRate(now, SENDING), limitRate(now, SENDING)];
  const side: Side = { ...context, about, side: openDsr, count, countStranger };
  app.get('/v2/discovery', (c) => signed(c, openDsr, 200, discovery(openDsr)));
  app.get('/v2/certificate.pem', (c) => c.body(openDsr.certificate, 200, { 'Content-Type': 'application/x-pem-file' }));
  app.post('/v2/requests', (c) => answered(c, side, 201, () => create(c, side)));
  app.get('/v2/requests/:request', (c) => answered(c, side, 200, () => status(c, side)));
  app.delete('/v2/requests/:request', (c) => answered(c, side, 202, () => cancel(c, side)));
};

const signed = (c: Context, side: OpenDsr, status: ContentfulStatusCode, said: object): Response => {
  const body = JSON.stringify(said);
  return c.body(body, status, { ...signedHeaders(side, body) });
};

const answered = async (
  c: Asked,
  { side }: Side,
  status: ContentfulStatusCode,
  answer: () => Promise<object>,
): Promise<Response> => {
  try {
    return signed(c, side, status, await answer());
  } catch (error) {
    const problem = problemHere(c, error);
    const code = [409, 410, 422].includes(problem.status) ? 400 : problem.status;
    return signed(c, side, code, { error: { code, message: sentenceOf(problem), errors: errorsOf(problem) } });
  }
};

/** The specification's details of an error; `reason` is our stable code. */
const errorsOf = ({ code, title, fields = [] }: Problem) =>
  fields.length === 0
    ? [{ domain: 'Request', reason: code, message: title }]
    : fields.map(({ field, rule }) => ({ domain: 'Validation', reason: code, message: `${field}: ${rule}` }));

const senderOf = (c: Asked, side: Side): string => {
  const controller = knownOf(c, side);
  side.count(`controller ${controller}`);
  return controller;
};

const knownOf = (c: Asked, { side, countStranger }: Side): string => {
  try {
    return controllerOf(bearerOf(c), side);
  } catch (error) {
    countStranger(addressOf(c));
    throw error;
  }
};

const create = async (c: Asked, side: Side): Promise<object> => {
  const { ports, about } = side;
  const controller = senderOf(c, side);
  const bytes = await bytesSent(c, ['application/json']);
  const record = await receiveIntake(readDsrRequest(jsonOf(bytes), controller, about, ports.clock.now()), ports);
  return dsrReceipt(controller, record, await stoodOf(record, ports), bytes);
};

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return parseOnce(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw notAnObject();
  }
};

const ownOf = async (c: Asked, controller: string, { ports }: Side): Promise<IntakeRecord> => {
  const theirs = SubjectRequestId.safeParse(c.req.param('request')).data;
  if (theirs === undefined) throw notFound();
  const record = await findIntake(ports, await intakeIdOf(ports, principalOf('open-dsr', controller), theirs));
  if (record === undefined) throw notFound();
  return record;
};

const status = async (c: Asked, side: Side): Promise<object> => {
  const controller = senderOf(c, side);
  const record = await ownOf(c, controller, side);
  return dsrStatus(controller, side.side.domain, record, await stoodOf(record, side.ports));
};

/** Only what nobody has taken up, §9. Said twice, it is cancelled once. */
const cancel = async (c: Asked, side: Side): Promise<object> => {
  const { ports } = side;
  const controller = senderOf(c, side);
  const record = await ownOf(c, controller, side);
  const { stage } = await stoodOf(record, ports);
  if (stage !== 'waiting' && stage !== 'withdrawn')
    throw new QuittanceError('INVALID_INPUT', {
      message: 'it is no longer pending',
      expected: 'a request whose status is pending',
    });
  await withdrawIntake(record, ports);
  return {
    controller_id: controller,
    subject_request_id: record.theirs,
    received_time: ports.clock.now().toISOString(),
    api_version: DSR_VERSION,
  };
};
