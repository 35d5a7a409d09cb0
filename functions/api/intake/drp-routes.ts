// The Data Rights Protocol over HTTP, where the settings name its agents (functions/intake/drp.ts). An agent pairs once
// by a signed message and gets a token, which says whose key the next messages are checked with.
// Traps: these paths answer in the protocol's own form, refusals too; and a request of another agent is answered as one
// that is not there.
import type { Hono } from 'hono';
import { QuittanceError } from '#core/errors.ts';
import { DRP_ACTIONS, principalOf, type Agent, type DataRights, type Intake } from '#core/intake.ts';
import { agentOfToken, exerciseStatus, readExercise, readPairing, readRevoke, tokenOf } from '../../intake/drp.ts';
import { findIntake, receiveIntake, stoodOf, type IntakeRecord } from '../../intake/records.ts';
import { withdrawIntake } from '../../intake/withdrawals.ts';
import { addressOf, type ApiContext, type Asked, type Env } from '../context.ts';
import { limitRate, type Count } from '../rate.ts';
import { bearerOf, problemHere, SENDING, sentenceOf, textSent } from './sent.ts';

interface Side extends ApiContext {
  readonly about: string;
  readonly side: DataRights;
  readonly count: Count;
  /** Of whoever has no token of ours: nobody whom we know is kept out by them. */
  readonly countStranger: Count;
}

export const drpRoutes = (app: Hono<Env>, context: ApiContext, { about, dataRights }: Intake): void => {
  if (!dataRights) return;
  const now = () => context.ports.clock.now();
  const [count, countStranger] = [limitRate(now, SENDING), limitRate(now, SENDING)];
  const side: Side = { ...context, about, side: dataRights, count, countStranger };
  app.get('/.well-known/data-rights', (c) => c.json(businessOf(dataRights)));
  app.post('/v1/agent/:agent', (c) => pair(c, side));
  app.get('/v1/agent/:agent', (c) => answered(c, () => known(c, side)));
  app.post('/v1/data-rights-request', (c) => answered(c, () => exercise(c, side)));
  app.get('/v1/data-rights-request/:request', (c) => answered(c, () => status(c, side)));
  app.delete('/v1/data-rights-request/:request', (c) => answered(c, () => revoke(c, side)));
};

/** As the directory of businesses has it; older agents look for it here. */
const businessOf = ({ business }: DataRights) => {
  const { id, name, apiBase, webUrl, technicalContact, businessContact } = business;
  return {
    ...{ version: '1.0', id, name, api_base: apiBase, actions: DRP_ACTIONS, supported_actions: DRP_ACTIONS },
    ...{ supported_verifications: ['email', 'phone_number', 'address'] },
    ...(webUrl !== undefined && { web_url: webUrl }),
    ...(technicalContact !== undefined && { technical_contact: technicalContact }),
    ...(businessContact !== undefined && { business_contact: businessContact }),
  };
};

/** Refusals in the protocol's form, §3.06. `fatal`: the same message will never be taken. */
const answered = async (c: Asked, answer: () => Promise<object>): Promise<Response> => {
  try {
    return c.json(await answer());
  } catch (error) {
    const problem = problemHere(c, error);
    const fatal = [400, 403, 413, 415, 422].includes(problem.status);
    const body = { code: String(problem.status), message: sentenceOf(problem), ...(fatal && { fatal }) };
    return c.json(body, problem.status);
  }
};

const TEXT = ['text/plain', 'application/json'] as const;

/** A failure says nothing, as §2.05.1 has it; the length of a body and the rate are told. */
const pair = async (c: Asked, { side, ports, countStranger }: Side): Promise<Response> => {
  try {
    countStranger(addressOf(c));
    const message = await textSent(c, TEXT);
    const agent = side.agents.get(c.req.param('agent') ?? '');
    if (!agent) return c.body(null, 403);
    readPairing(message, agent, side, ports.clock.now());
    return c.json({ 'agent-id': agent.id, token: await tokenOf(agent, ports.pseudonyms) });
  } catch (error) {
    const { status } = problemHere(c, error);
    return c.body(null, status >= 413 ? status : 403);
  }
};

const agentOf = async (c: Asked, side: Side): Promise<Agent> => {
  const agent = await knownOf(c, side);
  side.count(`agent ${agent.id}`);
  return agent;
};

const knownOf = async (c: Asked, { side, ports, countStranger }: Side): Promise<Agent> => {
  try {
    return await agentOfToken(bearerOf(c), side, ports.pseudonyms);
  } catch (error) {
    countStranger(addressOf(c));
    throw error;
  }
};

const known = async (c: Asked, side: Side): Promise<object> => {
  const agent = await agentOf(c, side);
  if (c.req.param('agent') === agent.id) return {};
  throw new QuittanceError('ACCESS_DENIED', { message: 'the token is of another agent' });
};

const exercise = async (c: Asked, side: Side): Promise<object> => {
  const { ports, about } = side;
  const agent = await agentOf(c, side);
  const sent = readExercise(await textSent(c, TEXT), agent, side.side, about, ports.clock.now());
  const record = await receiveIntake(sent, ports);
  return exerciseStatus(record, await stoodOf(record, ports));
};

/** ACCESS_DENIED for another agent's, and for one that is not there. */
const ownOf = async (c: Asked, agent: Agent, { ports }: Side): Promise<IntakeRecord> => {
  const record = await findIntake(ports, c.req.param('request') ?? '');
  if (record?.by === principalOf('data-rights-protocol', agent.id)) return record;
  throw new QuittanceError('ACCESS_DENIED', { message: 'this agent has no such request' });
};

const status = async (c: Asked, side: Side): Promise<object> => {
  const record = await ownOf(c, await agentOf(c, side), side);
  return exerciseStatus(record, await stoodOf(record, side.ports));
};

const revoke = async (c: Asked, side: Side): Promise<object> => {
  const agent = await agentOf(c, side);
  readRevoke(await textSent(c, TEXT), agent);
  const record = await ownOf(c, agent, side);
  const how = await withdrawIntake(record, side.ports);
  const said = exerciseStatus(record, await stoodOf(record, side.ports));
  return how === 'ended'
    ? said
    : { ...said, processing_details: 'withdrawn by the agent; a second person confirms it' };
};
