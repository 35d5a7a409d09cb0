// Where a long run stands and how it asks to be saved. The jobs decide when and where (containers/run-saves.ts); a loop
// of updates only calls this.
import type { Json } from '#core/canonical.ts';

/** Where a run stands after `update`: whatever it needs beside its inputs. */
export interface RunState {
  update: number;
  /** Streams, histories, controls: finite numbers only. */
  position: Json;
  tensors: ReadonlyMap<string, Float32Array>;
}

/** What a loop of updates asks for. */
export interface RunSaves {
  /** What an earlier process left, once. */
  resume(): Promise<RunState | undefined>;
  /** After an update: saves where it is time. JOB_INTERRUPTED, after saving, where the run was asked to end. */
  after(update: number, state: () => Omit<RunState, 'update'>): Promise<void>;
  /** The run has ended and its result is stored. */
  done(): Promise<void>;
}
