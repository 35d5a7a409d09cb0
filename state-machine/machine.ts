// A loaded state machine: the states of a definition by name, with their paths, templates and rules compiled. Names are
// unique over the whole machine (Amazon States Language, "States"), so a name alone identifies a state, even inside
// branches and item processors.
import type { Digest, Json } from '#core/canonical.ts';
import type { Test } from './choice.ts';
import type { Evaluate } from './expression.ts';
import type { Retrier } from './failures.ts';
import type { Path } from './path.ts';
import type { Resource } from './resources.ts';

export interface Machine {
  readonly workflow: string;
  /** The definition after substitution, as text. It is stored with each execution, which runs under it to its end. */
  readonly body: string;
  readonly digest: Digest;
  readonly startAt: string;
  readonly timeoutSeconds: number | undefined;
  readonly states: ReadonlyMap<string, State>;
}

interface Base {
  readonly name: string;
  /** Undefined ends the scope. */
  readonly next: string | undefined;
  /** null stands for the empty object. */
  readonly inputPath: Path | null;
  readonly outputPath: Path | null;
  readonly assign: Evaluate | undefined;
}

interface Resulting {
  /** null discards the result. */
  readonly resultPath: Path | null;
  readonly resultSelector: Evaluate | undefined;
}

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly next: string;
  readonly resultPath: Path | null;
  readonly assign: Evaluate | undefined;
}

interface Recovering {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface PassState extends Base, Resulting {
  readonly type: 'Pass';
  readonly parameters: Evaluate | undefined;
  readonly result: Json | undefined;
}

export interface TaskState extends Base, Resulting, Recovering {
  readonly type: 'Task';
  readonly resource: Resource;
  readonly parameters: Evaluate | undefined;
  /** Seconds, or the path to them in the input. */
  readonly timeout: number | Path | undefined;
  readonly heartbeat: number | Path | undefined;
}

export interface ChoiceState extends Base {
  readonly type: 'Choice';
  readonly rules: readonly { readonly test: Test; readonly next: string; readonly assign: Evaluate | undefined }[];
  readonly default: string | undefined;
}

export interface WaitState extends Base {
  readonly type: 'Wait';
  readonly until:
    | { readonly unit: 'seconds'; readonly value: number | Path }
    | { readonly unit: 'timestamp'; readonly value: string | Path };
}

export interface SucceedState extends Base {
  readonly type: 'Succeed';
}

export interface FailState extends Base {
  readonly type: 'Fail';
  readonly error: Evaluate | undefined;
  readonly cause: Evaluate | undefined;
}

export interface ParallelState extends Base, Resulting, Recovering {
  readonly type: 'Parallel';
  readonly parameters: Evaluate | undefined;
  /** The first state of each branch. */
  readonly branches: readonly string[];
}

export interface MapState extends Base, Resulting, Recovering {
  readonly type: 'Map';
  readonly itemsPath: Path | null;
  readonly itemSelector: Evaluate | undefined;
  /** 0 is no limit. */
  readonly maxConcurrency: number | Path;
  /** The first state of each iteration. */
  readonly startAt: string;
  /** The machine of which each item of a distributed Map is an execution. */
  readonly iteration: Machine | undefined;
}

export type RecoveringState = TaskState | ParallelState | MapState;
export type State =
  PassState | TaskState | ChoiceState | WaitState | SucceedState | FailState | ParallelState | MapState;
