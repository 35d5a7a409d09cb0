// The main of every step's Lambda: one step, named by QUITTANCE_STEP, called by a state machine or a schedule with its input. A port that the step does not use
// has no variables here and no rights.
// Trap: Lambda logs what a handler throws, so an error leaves here as its code and message only, without stack and cause, which may quote data.
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import { findStep } from '#functions/steps.ts';
import { lambdaPorts } from './lambda-ports.ts';

const { QUITTANCE_STEP } = z.object({ QUITTANCE_STEP: z.string() }).parse(process.env);
const step = findStep(QUITTANCE_STEP);
const ports = lambdaPorts(process.env);

export const handler = async (event: unknown): Promise<unknown> => {
  try {
    return await step.handle(event, ports);
  } catch (error) {
    throw bare(error);
  }
};

const bare = (error: unknown): Error => {
  const known = isQuittanceError(error);
  const [name, message] = known ? [error.code, error.message] : ['INTERNAL', 'the step failed unexpectedly'];
  const told = Object.assign(new Error(message), { name });
  told.stack = `${name}: ${message}`;
  return told;
};
