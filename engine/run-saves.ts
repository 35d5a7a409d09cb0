// The state of a long run, and how a loop of updates asks to have it saved. The jobs decide when and where
// (containers/run-saves.ts).
import type { Json } from '#core/canonical.ts';

/** What a run needs beside its inputs to continue after `update`. */
export interface RunState {
  update: number;
  /** Streams, histories, controls: finite numbers only. */
  position: Json;
  tensors: ReadonlyMap<string, Float32Array>;
}

/** What a loop of updates calls. */
export interface RunSaves {
  /** The state that an earlier process of the same run left; can be read once. */
  resume(): Promise<RunState | undefined>;
  /**
   * Called after every update; saves when it is time. JOB_INTERRUPTED, after saving, where the run was asked to end.
   */
  after(update: number, state: () => Omit<RunState, 'update'>): Promise<void>;
  /** The run has ended and its result is stored. */
  done(): Promise<void>;
}
