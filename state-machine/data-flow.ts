// How data passes through a state: InputPath, templates, ResultPath, OutputPath, the context object and the size limit.
// Amazon States Language, "Input and Output Processing". Trap: ResultPath inserts into the state's raw input, not into
// what InputPath left.
import type { Json } from '#core/canonical.ts';
import type { Execution, Thread } from './execution.ts';
import { runtimeError, StatesError, type Failure } from './failures.ts';
import { DATA_LIMIT, exceedsLimit } from './json.ts';
import type { State } from './machine.ts';
import { insert, PathMiss, select, type Env, type Path } from './path.ts';

/**
 * Values that only some evaluations have: the token of a task about to start, the item of an iteration about to start.
 */
export interface Extra {
  readonly token?: string | undefined;
  readonly item?: { Index: number; Value: Json } | undefined;
}

export const envOf = (execution: Execution, thread: Thread, input: Json, extra: Extra = {}): Env => ({
  input,
  get context() {
    return contextObject(execution, thread, extra);
  },
  variable: (name) =>
    lineage(execution, thread).find(({ variables }) => Object.hasOwn(variables, name))?.variables[name],
});

/** The thread, the one that spawned it, and so on to the root. */
const lineage = (execution: Execution, thread: Thread): Thread[] => {
  const threads = [thread];
  for (let parent = thread.parent; parent !== null; parent = threads.at(-1)!.parent)
    threads.push(execution.threads.get(parent)!);
  return threads;
};

const iso = (ms: number) => new Date(ms).toISOString();

/** `$$`. */
const contextObject = (execution: Execution, thread: Thread, { token, item }: Extra): Json => {
  const current = item ?? lineage(execution, thread).find((each) => each.item !== undefined)?.item;
  const { id, name, input, startedAt, workflow, redrive } = execution;
  const redriven = redrive && { RedriveCount: redrive.count, RedriveTime: iso(redrive.at) };
  return {
    Execution: { Id: id, Name: name, Input: input, StartTime: iso(startedAt), ...redriven },
    State: { Name: thread.state, EnteredTime: iso(thread.enteredAt), RetryCount: thread.retryCount },
    StateMachine: { Id: workflow, Name: workflow },
    ...(token === undefined ? {} : { Task: { Token: token } }),
    ...(current === undefined ? {} : { Map: { Item: current } }),
  };
};

type PathError = 'States.Runtime' | 'States.ParameterPathFailure';

/** Evaluates; a path that selects nothing becomes an error of the given name. */
export const evaluating = <T>(error: PathError, evaluate: () => T): T => {
  try {
    return evaluate();
  } catch (thrown) {
    throw thrown instanceof PathMiss ? new StatesError(error, thrown.message) : thrown;
  }
};

/** The failure of a state; an unforeseen error ends only this execution, not the engine. */
export const failureOf = (thrown: unknown): Failure =>
  thrown instanceof StatesError ? thrown.failure : runtimeError(`the interpreter failed: ${String(thrown)}`).failure;

const throughPath = (execution: Execution, thread: Thread, path: Path | null, value: Json): Json => {
  if (path === null) return {};
  if (path.root === 'input' && path.selectors.length === 0) return value;
  return evaluating('States.Runtime', () => select(path, envOf(execution, thread, value)));
};

/** The input after InputPath. */
export const effectiveInput = (execution: Execution, thread: Thread, state: State): Json =>
  throughPath(execution, thread, state.inputPath, thread.input);

/** A value after OutputPath; States.DataLimitExceeded above the limit. */
export const outputOf = (execution: Execution, thread: Thread, state: State, value: Json): Json =>
  limited(throughPath(execution, thread, state.outputPath, value), `the output of ${state.name}`);

/** The raw input with the result at ResultPath. */
export const withResult = (thread: Thread, path: Path | null, result: Json): Json => {
  if (path === null) return thread.input;
  const merged = insert(thread.input, path, result);
  if (merged === undefined)
    throw new StatesError(
      'States.ResultPathMatchFailure',
      `ResultPath ${path.text} does not fit the input of ${thread.state}`,
    );
  return merged;
};

export const limited = (value: Json, what: string): Json => {
  if (!exceedsLimit(value)) return value;
  throw new StatesError('States.DataLimitExceeded', `${what} is larger than ${DATA_LIMIT} bytes`);
};

/**
 * A count or number of seconds that stands in the definition or in the input; States.Runtime unless an integer of at
 * least `least`.
 */
export const integerAt = (source: number | Path, env: Env, least: number): number => {
  if (typeof source === 'number') return source;
  const value = evaluating('States.Runtime', () => select(source, env));
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 99_999_999) return value;
  throw runtimeError(`${source.text} must select an integer from ${least} to 99999999`);
};
