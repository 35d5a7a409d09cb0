// What the parts of the interpreter call in each other: events, and the three ways to leave a state (complete, fail,
// finish).
import type { Json } from '#core/canonical.ts';
import type { Execution, Thread, Host } from './execution.ts';
import type { Failure } from './failures.ts';
import type { MapState, ParallelState, PassState, State, TaskState } from './machine.ts';

export interface Flow {
  readonly host: Host;
  stateOf(execution: Execution, thread: Thread): State;
  emit(execution: Execution, thread: Thread, type: string, details?: Json): void;
  /** The state has its result: ResultSelector, ResultPath, OutputPath, on to the next state. */
  complete(
    execution: Execution,
    thread: Thread,
    state: PassState | TaskState | ParallelState | MapState,
    result: Json,
  ): void;
  /** The state has failed: Retry, Catch, or up to the state that spawned the thread. */
  fail(execution: Execution, thread: Thread, failure: Failure): void;
}
