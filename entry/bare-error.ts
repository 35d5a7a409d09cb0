// What a Lambda may let out of an error: its code and message. Trap: Lambda logs what a handler throws, and an
// on-failure destination keeps it; a stack or a cause may quote data.
import { isQuittanceError } from '#core/errors.ts';

/** For what was not raised on purpose, INTERNAL and a sentence without it. */
export const bare = (error: unknown): Error => {
  const known = isQuittanceError(error);
  const [name, message] = known ? [error.code, error.message] : ['INTERNAL', 'the step failed unexpectedly'];
  const told = Object.assign(new Error(message), { name });
  told.stack = `${name}: ${message}`;
  return told;
};
