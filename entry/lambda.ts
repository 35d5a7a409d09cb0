// The main of every step's Lambda: one step, named by QUITTANCE_STEP, called by a state machine or a schedule with its
// input. For a port that the step does not use there are no variables here and no rights. State machines and on-failure
// destinations see only an error's code and message.
import { z } from 'zod';
import { findStep } from '#functions/steps.ts';
import { bare } from './bare-error.ts';
import { lambdaPorts } from './lambda-ports.ts';

const { QUITTANCE_STEP } = z.object({ QUITTANCE_STEP: z.string() }).parse(process.env);
const step = findStep(QUITTANCE_STEP);
const ports = lambdaPorts(process.env);

export const handler = async (event: unknown): Promise<unknown> => {
  try {
    return await step.handle(event, ports);
  } catch (error) {
    throw bare(error, { where: `step ${step.name}`, event });
  }
};
