// A limit on what numbers may cost. Exact tests walk lattices whose size follows from counts, and a verifier takes the
// counts from a stranger: within `withinWork` each walk is paid for before it is made. Trap: the budget is one for all
// that runs inside, and nothing here is asynchronous, so that no other caller can spend it. Outside there is no limit.
import { QuittanceError } from './errors.ts';

let left = Infinity;

/** INPUT_TOO_LARGE where the budget does not reach for so many steps of a loop. */
export const spend = (steps: number): void => {
  left -= steps;
  if (left >= 0) return;
  throw new QuittanceError('INPUT_TOO_LARGE', {
    message: 'this takes more work than is allowed',
    hint: 'ask whoever made it for smaller tables',
  });
};

/** Runs `act` with so many steps, of which it may spend what is left of an outer budget at most. */
export const withinWork = <T>(steps: number, act: () => T): T => {
  const outer = left;
  left = Math.min(steps, outer);
  const given = left;
  try {
    return act();
  } finally {
    left = outer - (given - left);
  }
};
