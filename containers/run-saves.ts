// When a run saves its state: every so many updates or seconds, and when it is asked to end. On SIGTERM it saves and
// ends with JOB_INTERRUPTED; after kill -9 it resumes from the last save. Trap: how often it saves depends on the
// clock, so nothing that it computes may depend on its saves.
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { RunSaves } from '#engine/run-saves.ts';
import type { RunStates } from './run-state.ts';

/** Shared between a process and its runs. */
export interface Ending {
  /** Whether the process was asked to end. */
  asked: boolean;
  /** Runs that will notice this, save and end. */
  running: number;
}

/** Exit code of a process that was asked to end and has saved what it had (EX_TEMPFAIL). */
export const INTERRUPTED = 75;

/** On SIGTERM and Ctrl-C a run that saves is given time for it; a process without one ends at once. */
export const endingOnSignal = (): Ending => {
  const ending: Ending = { asked: false, running: 0 };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      ending.asked = true;
      if (ending.running === 0) process.exit(INTERRUPTED);
    });
  return ending;
};

export interface SaveOptions {
  states: RunStates;
  /** Whom the run is for: the end of that case destroys what was saved. */
  ticketId?: string;
  ending?: Ending;
  everyUpdates?: number;
  everySeconds?: number;
  /** Called when a save failed for lack of space or of a service; the run continues without it. */
  onMissed?: (code: string) => void;
}

const EVERY_UPDATES = 50;
const EVERY_SECONDS = 60;

export const savesOf = (run: Digest, options: SaveOptions): RunSaves => {
  const {
    states,
    ending = { asked: false, running: 0 },
    everyUpdates = EVERY_UPDATES,
    everySeconds = EVERY_SECONDS,
  } = options;
  let saved = { update: 0, at: performance.now() };
  const isDue = (update: number) =>
    update - saved.update >= everyUpdates || performance.now() - saved.at >= 1000 * everySeconds;
  return {
    async resume() {
      const state = await states.load(run);
      ending.running++;
      saved = { update: state?.update ?? 0, at: performance.now() };
      return state;
    },
    async after(update, state) {
      if (!ending.asked && !isDue(update)) return;
      await states
        .save(run, { update, ...state() }, options.ticketId)
        .catch((error: unknown) => missed(error, options));
      saved = { update, at: performance.now() };
      if (ending.asked) throw interrupted();
    },
    async done() {
      ending.running--;
      await states.clear(run);
    },
  };
};

const missed = (error: unknown, { onMissed }: SaveOptions): void => {
  if (!isQuittanceError(error, 'STORE_FULL') && !isQuittanceError(error, 'SERVICE_UNAVAILABLE')) throw error;
  onMissed?.(error.code);
};

export const interrupted = (): QuittanceError =>
  new QuittanceError('JOB_INTERRUPTED', {
    message: 'the job was asked to end',
    hint: 'start it again: it goes on from the state that it saved',
  });
