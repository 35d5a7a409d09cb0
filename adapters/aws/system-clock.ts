// The clock of the machine, which may be set back; ours may not within a process. Across functions the ticket's own history is the guard: core refuses an event
// that is dated before the last one. Trap: clocks are slewed by milliseconds all the time, hence the tolerance, within which time stands still.
import { QuittanceError } from '#core/errors.ts';
import type { Clock } from '#core/ports.ts';

const TOLERANCE_MS = 2_000;

export const systemClock = (read: () => number = Date.now): Clock => {
  let latest = 0;
  return {
    now: () => {
      const ms = read();
      if (ms < latest - TOLERANCE_MS)
        throw new QuittanceError('CLOCK_WENT_BACK', {
          message: "the machine's clock shows an earlier time than before",
          expected: `${new Date(latest).toISOString()} or later`,
          got: new Date(ms).toISOString(),
        });
      latest = Math.max(latest, ms);
      return new Date(latest);
    },
  };
};
