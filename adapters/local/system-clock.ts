// The system's clock for one data folder. The latest time shown is kept on disk, so that a restart with the clock set
// back is noticed before anything is written with an earlier time. Trap: the time on disk lags behind the one shown, by
// less than the tolerance of core/clock.ts.
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
 * Replaces the mark atomically. Where a power cut or a full disk loses it, the older mark remains, which is harmless.
 */
const writeMark = (path: string, ms: number) => {
  const temporary = `${path}.${process.pid}.tmp`; // jobs' processes write the same mark
  try {
    writeFileSync(temporary, `${new Date(ms).toISOString()}\n`);
    renameSync(temporary, path);
  } catch (error) {
    if (!isQuittanceError(storeError(error), 'STORE_FULL')) throw error;
    rmSync(temporary, { force: true });
  }
};
