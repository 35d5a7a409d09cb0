// A clock that never shows an earlier time than before: the machine's own may be set back, and a history with dates out
// of order proves nothing. Trap: time services correct a clock by milliseconds all the time, so within a tolerance the
// time shown stands still instead of being refused.
import { QuittanceError } from './errors.ts';
import type { Clock } from './ports.ts';

const TOLERANCE_MS = 2_000;

/**
 * `read` gives the machine's time in milliseconds, `latest` is the latest time that was shown before. CLOCK_WENT_BACK
 * where the machine's clock is behind `latest` by more than the tolerance.
 */
export const forwardClock = (read: () => number, latest = 0): Clock => ({
  now: () => {
    const ms = read();
    if (ms < latest - TOLERANCE_MS) throw wentBack(latest, ms);
    latest = Math.max(latest, ms);
    return new Date(latest);
  },
});

const wentBack = (latest: number, ms: number) =>
  new QuittanceError('CLOCK_WENT_BACK', {
    message: "the system's clock shows an earlier time than one already recorded",
    expected: `${new Date(latest).toISOString()} or later`,
    got: new Date(ms).toISOString(),
    hint: 'set the clock right; nothing was written',
  });
