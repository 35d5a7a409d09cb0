// What a Lambda may reveal of an error: its code and message. Trap: Lambda logs what a handler throws, and an
// on-failure destination keeps it, while a stack or a cause may quote data.
import { isQuittanceError } from '#core/errors.ts';

/** An error that was not raised on purpose becomes INTERNAL, with a sentence that quotes nothing of it. */
export const bare = (error: unknown): Error => {
  const known = isQuittanceError(error);
  const [name, message] = known ? [error.code, error.message] : ['INTERNAL', 'the step failed unexpectedly'];
  const told = Object.assign(new Error(message), { name });
  told.stack = `${name}: ${message}`;
  return told;
};
