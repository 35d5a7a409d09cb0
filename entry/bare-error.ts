// What a step may reveal of an error: its code and message. Trap: Lambda logs what a handler throws, an on-failure
// destination and the embedded engine's history keep it, while a stack, a cause or the message of an error that nobody
// raised on purpose may quote data.
import { isQuittanceError } from '#core/errors.ts';
import { isFault, noteFault, type Place } from '#functions/faults.ts';

/** A fault becomes INTERNAL, with a sentence that quotes nothing of it and names its line in the log. */
export const bare = (error: unknown, place: Place): Error => {
  const known = isQuittanceError(error) && !isFault(error) ? error : undefined;
  const name = known?.code ?? 'INTERNAL';
  const message = known?.message ?? `failed unexpectedly; the log has it as ${noteFault(error, place)}`;
  const told = Object.assign(new Error(message), { name });
  told.stack = `${name}: ${message}`;
  return told;
};
