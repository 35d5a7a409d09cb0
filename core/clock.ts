// A clock that never shows an earlier time than before. The machine's own may be set back; a history that is dated
// backwards proves nothing. Trap: clocks are slewed by milliseconds all the time, hence the tolerance, within which
// time stands still.
import { QuittanceError } from './errors.ts';
import type { Clock } from './ports.ts';

const TOLERANCE_MS = 2_000;

/**
 * `read` is the machine's time in milliseconds, `latest` the latest one that was shown before: CLOCK_WENT_BACK when it
 * is set back behind that.
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
