// The system's clock, which may be set back; ours may not. The latest time shown is kept on disk, so that a restart under an older clock is noticed before
// anything is written with a time in the past. Trap: clocks are slewed by milliseconds all the time, hence the tolerance, within which time stands still.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Clock } from '#core/ports.ts';
import { isMissing, storeError } from './durable-file.ts';

const TOLERANCE_MS = 2_000;
/** How far the kept time may lag behind the shown one; well inside the tolerance. */
const KEEP_EVERY_MS = 1_000;

export const systemClock = (path: string, read: () => number = Date.now): Clock => {
  let latest = readMark(path);
  let kept = latest;
  return {
    now: () => {
      const ms = read();
      if (ms < latest - TOLERANCE_MS) throw wentBack(latest, ms);
      latest = Math.max(latest, ms);
      if (latest - kept >= KEEP_EVERY_MS) writeMark(path, (kept = latest));
      return new Date(latest);
    },
  };
};

const readMark = (path: string): number => {
  try {
    return Date.parse(readFileSync(path, 'utf8').trim()) || 0;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
};

/** Whole or not at all. A mark that is lost, in a power cut or on a full disk, leaves an older one, which is harmless. */
const writeMark = (path: string, ms: number) => {
  const temporary = `${path}.${process.pid}.tmp`; // a job's process keeps the same mark
  try {
    writeFileSync(temporary, `${new Date(ms).toISOString()}\n`);
    renameSync(temporary, path);
  } catch (error) {
    if (!isQuittanceError(storeError(error), 'STORE_FULL')) throw error;
    rmSync(temporary, { force: true });
  }
};

const wentBack = (latest: number, ms: number) =>
  new QuittanceError('CLOCK_WENT_BACK', {
    message: "the system's clock shows an earlier time than one already recorded",
    expected: `${new Date(latest).toISOString()} or later`,
    got: new Date(ms).toISOString(),
    hint: 'set the clock right; nothing was written',
  });
