// What Wait and Fail states take from their fields. Amazon States Language, "Wait State", "Fail State".
// Trap: Seconds are turned into an absolute time when the state is entered, and after a restart that time still holds.
import { instant } from './choice.ts';
import { effectiveInput, envOf, evaluating, integerAt } from './data-flow.ts';
import type { Execution, Thread } from './execution.ts';
import type { Evaluate } from './expression.ts';
import { runtimeError, type Failure } from './failures.ts';
import type { FailState, WaitState } from './machine.ts';
import { select } from './path.ts';

/** Milliseconds since the epoch; States.Runtime when the input holds no such time. */
export const wakeTime = (execution: Execution, thread: Thread, state: WaitState, now: number): number => {
  const env = envOf(execution, thread, effectiveInput(execution, thread, state));
  const { until } = state;
  if (until.unit === 'seconds') return now + integerAt(until.value, env, 0) * 1000;
  const { value } = until;
  const time = instant(typeof value === 'string' ? value : evaluating('States.Runtime', () => select(value, env)));
  if (time === undefined) throw runtimeError(`${state.name} was given no RFC 3339 time`);
  return time;
};

export const declaredFailure = (execution: Execution, thread: Thread, { error, cause }: FailState): Failure => {
  const env = envOf(execution, thread, thread.input);
  return { error: textBy(error, env), cause: textBy(cause, env) };
};

const textBy = (evaluate: Evaluate | undefined, env: Parameters<Evaluate>[0]): string => {
  const value = evaluate === undefined ? '' : evaluating('States.Runtime', () => evaluate(env));
  if (typeof value !== 'string') throw runtimeError('ErrorPath and CausePath must select strings');
  return value;
};
