// The main of every Lambda: one step, named by QUITTANCE_STEP, called by a state machine with its input or by the HTTP API with a request. The ports are made from
// the environment; a port that the step does not use has no variables here and no rights.
// Trap: Lambda logs what a handler throws, so an error leaves here as its code and message only, without stack and cause, which may quote data.
import { awsPorts } from '#adapters/aws/index.ts';
import { endpointServing } from '#adapters/http/endpoint-serving.ts';
import { canonicalize, type Json } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { findStep } from '#functions/steps.ts';
import { z } from 'zod';
import gatePolicy from '../policies/gate-v1.json' with { type: 'json' };
import { answerAction, HttpEvent } from '#functions/http-actions.ts';

const Environment = z.object({
  QUITTANCE_STEP: z.string(),
  QUITTANCE_SERVING_URL: z.url().optional(),
  QUITTANCE_SERVING_DIALECT: z.enum(['chat', 'completion']).default('chat'),
  QUITTANCE_SERVING_PATIENCE_SECONDS: z.coerce.number().default(600),
});

const environment = Environment.parse(process.env);
const step = findStep(environment.QUITTANCE_STEP);
const aws = awsPorts(process.env);

const serving = (): Ports['serving'] => {
  const { QUITTANCE_SERVING_URL: url, QUITTANCE_SERVING_DIALECT: dialect } = environment;
  if (url === undefined) return aws.serving;
  const patienceMs = environment.QUITTANCE_SERVING_PATIENCE_SECONDS * 1000;
  return endpointServing(aws.serving, { url, dialect, patienceMs });
};
const ports = Object.create(aws, { serving: { get: serving, enumerable: true } }) as Ports;

export const handler = async (event: unknown): Promise<unknown> => {
  const request = HttpEvent.safeParse(event);
  if (request.success) return answerAction(request.data, await policyInForce(), call);
  try {
    return await step.handle(event, ports);
  } catch (error) {
    throw bare(error);
  }
};

/** Only this function's own step can be called, whatever the route says. */
const call = (name: string, input: unknown): Promise<unknown> => {
  if (name !== step.name) throw new Error('another step');
  return step.handle(input, ports);
};

/** A ticket is filed under the policy that is deployed: its bytes are put into the store before their digest is used. */
const policyInForce = async (): Promise<string | undefined> =>
  step.name === 'file-ticket'
    ? ports.artifacts.put(Buffer.from(canonicalize(gatePolicy as unknown as Json)))
    : undefined;

const bare = (error: unknown): Error => {
  const known = isQuittanceError(error);
  const [name, message] = known ? [error.code, error.message] : ['INTERNAL', 'the step failed unexpectedly'];
  const told = Object.assign(new Error(message), { name });
  told.stack = `${name}: ${message}`;
  return told;
};
