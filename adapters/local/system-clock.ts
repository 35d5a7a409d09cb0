// The system's clock on one data folder. The latest time shown is kept on disk, so that a restart under an older clock
// is noticed before anything is written with a time in the past. Trap: the kept time lags behind the shown one, by less
// than the tolerance of the clock itself.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { forwardClock } from '#core/clock.ts';
import { isQuittanceError } from '#core/errors.ts';
import type { Clock } from '#core/ports.ts';
import { isMissing, storeError } from './durable-file.ts';

const KEEP_EVERY_MS = 1_000;

export const systemClock = (path: string, read: () => number = Date.now): Clock => {
  let kept = readMark(path);
  const clock = forwardClock(read, kept);
  return {
    now: () => {
      const shown = clock.now();
      if (shown.getTime() - kept >= KEEP_EVERY_MS) writeMark(path, (kept = shown.getTime()));
      return shown;
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

/**
 * Whole or not at all. A mark that is lost, in a power cut or on a full disk, leaves an older one, which is harmless.
 */
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
