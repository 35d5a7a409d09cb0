// The state machine itself: moves the threads of an execution from state to state until each waits for something. It
// changes only memory and notes what to store, which the engine commits before any call is made. Amazon States
// Language, https://states-language.net/spec.html
// Trap: a failure while a state's output is computed must still find the state's Retry and Catch, so a state is left
// only once its output is complete.
import type { Json } from '#core/canonical.ts';
import { effectiveInput, envOf, evaluating, failureOf, outputOf, withResult } from './data-flow.ts';
import {
  clearDeadlines,
  REDRIVEN,
  type Deadline,
  type Execution,
  type Status,
  type Thread,
  type Host,
} from './execution.ts';
import type { Evaluate } from './expression.ts';
import { covers, retryDelayMs, runtimeError, StatesError, type Failure } from './failures.ts';
import { beginFan, childDone, childFailed } from './fan-out.ts';
import type { Flow } from './flow.ts';
import type { JsonObject } from './json.ts';
import type {
  Catcher,
  ChoiceState,
  MapState,
  ParallelState,
  PassState,
  RecoveringState,
  State,
  TaskState,
  WaitState,
} from './machine.ts';
import type { Path } from './path.ts';
import { beginTask, taskTimedOut } from './tasks.ts';
import { declaredFailure, wakeTime } from './wait-and-fail.ts';

/** AWS's limit: an endless loop ends here, before it fills the disk. */
const EVENT_LIMIT = 25_000;

export class Interpreter implements Flow {
  readonly host: Host;

  constructor(host: Host) {
    this.host = host;
  }

  start(execution: Execution): void {
    const root = execution.threads.get(0)!;
    const { redrive, input } = execution;
    if (redrive === undefined) this.emit(execution, root, 'ExecutionStarted', { input });
    else this.emit(execution, root, REDRIVEN, { redriveCount: redrive.count });
    execution.ready.push(root);
    execution.changed.add(root);
  }

  /** Enters at most `budget` states; threads that are left stay in `ready`. */
  run(execution: Execution, budget: number): void {
    for (let entered = 0; entered < budget && execution.status === 'RUNNING'; entered++) {
      const thread = execution.ready.shift();
      if (thread === undefined) return;
      if (execution.threads.get(thread.id) === thread) this.enter(execution, thread);
    }
  }

  stateOf(execution: Execution, thread: Thread): State {
    return execution.machine.states.get(thread.state)!;
  }

  emit(execution: Execution, thread: Thread, type: string, details: Json = {}): void {
    const at = Math.max(execution.lastEventAt, this.host.now());
    const id = execution.nextEvent++;
    execution.events.push({ id, previousEventId: thread.lastEvent, type, at, details });
    execution.lastEventAt = at;
    thread.lastEvent = id;
  }

  private enter(execution: Execution, thread: Thread): void {
    if (execution.nextEvent > EVENT_LIMIT)
      return this.end(execution, 'FAILED', runtimeError(`the history has reached ${EVENT_LIMIT} events`).failure);
    const state = this.stateOf(execution, thread);
    this.emit(execution, thread, `${state.type}StateEntered`, { name: state.name, input: thread.input });
    thread.entered = thread.lastEvent;
    thread.enteredAt = execution.lastEventAt;
    thread.retries = 'retry' in state ? state.retry.map(() => 0) : [];
    thread.retryCount = 0;
    this.begin(execution, thread);
  }

  private begin(execution: Execution, thread: Thread): void {
    execution.changed.add(thread);
    try {
      this.evaluate(execution, thread, this.stateOf(execution, thread));
    } catch (error) {
      this.fail(execution, thread, failureOf(error));
    }
  }

  private evaluate(execution: Execution, thread: Thread, state: State): void {
    switch (state.type) {
      case 'Pass':
        return this.pass(execution, thread, state);
      case 'Task':
        return beginTask(this, execution, thread, state);
      case 'Choice':
        return this.choose(execution, thread, state);
      case 'Wait':
        return this.wait(execution, thread, state);
      case 'Succeed':
        return this.leave(execution, thread, state, effectiveInput(execution, thread, state), undefined, undefined);
      case 'Fail':
        return this.raise(execution, thread, declaredFailure(execution, thread, state));
      case 'Parallel':
      case 'Map':
        return beginFan(this, execution, thread, state);
    }
  }

  private pass(execution: Execution, thread: Thread, state: PassState): void {
    const input = effectiveInput(execution, thread, state);
    const { parameters, result } = state;
    const env = envOf(execution, thread, input);
    const shaped = parameters === undefined ? input : evaluating('States.ParameterPathFailure', () => parameters(env));
    this.complete(execution, thread, state, result === undefined ? shaped : result);
  }

  private choose(execution: Execution, thread: Thread, state: ChoiceState): void {
    const input = effectiveInput(execution, thread, state);
    const env = envOf(execution, thread, input);
    const rule = evaluating('States.Runtime', () => state.rules.find(({ test }) => test(env)));
    const next = rule === undefined ? state.default : rule.next;
    if (next === undefined)
      throw new StatesError('States.NoChoiceMatched', `no rule of ${state.name} holds, and it has no Default`);
    this.leave(execution, thread, state, input, next, rule === undefined ? state.assign : rule.assign);
  }

  private wait(execution: Execution, thread: Thread, state: WaitState): void {
    thread.wakeAt = wakeTime(execution, thread, state, this.host.now());
    thread.phase = 'waiting';
    if (thread.wakeAt <= this.host.now()) this.fire(execution, thread, 'wakeAt');
    else this.host.schedule(execution, thread);
  }

  /** A deadline of the thread has passed. */
  fire(execution: Execution, thread: Thread, deadline: Deadline): void {
    execution.changed.add(thread);
    if (deadline !== 'wakeAt')
      return taskTimedOut(
        this,
        execution,
        thread,
        deadline === 'timeoutAt' ? 'States.Timeout' : 'States.HeartbeatTimeout',
      );
    delete thread.wakeAt;
    if (thread.phase === 'backoff') return this.begin(execution, thread);
    const state = this.stateOf(execution, thread);
    try {
      this.leave(execution, thread, state, effectiveInput(execution, thread, state), state.next, state.assign);
    } catch (error) {
      this.fail(execution, thread, failureOf(error));
    }
  }

  complete(
    execution: Execution,
    thread: Thread,
    state: PassState | TaskState | ParallelState | MapState,
    result: Json,
  ): void {
    const { resultSelector } = state;
    try {
      const env = envOf(execution, thread, result);
      const selected =
        resultSelector === undefined ? result : evaluating('States.ParameterPathFailure', () => resultSelector(env));
      const merged = withResult(thread, state.resultPath, selected);
      this.leave(execution, thread, state, merged, state.next, state.assign, result);
    } catch (error) {
      this.fail(execution, thread, failureOf(error));
    }
  }

  /**
   * Leaves the state with `value` passed through OutputPath. Throws StatesError before the state is left; `seen` is
   * what `$` means in Assign.
   */
  private leave(
    execution: Execution,
    thread: Thread,
    state: State,
    value: Json,
    next: string | undefined,
    assign: Evaluate | undefined,
    seen = value,
  ): void {
    const output = outputOf(execution, thread, state, value);
    const assigned =
      assign === undefined ? undefined : evaluating('States.Runtime', () => assign(envOf(execution, thread, seen)));
    this.exit(execution, thread, state, output, next, assigned);
  }

  private exit(
    execution: Execution,
    thread: Thread,
    state: State,
    output: Json,
    next: string | undefined,
    assigned: Json | undefined,
  ): void {
    this.release(execution, thread);
    this.emit(execution, thread, `${state.type}StateExited`, { name: state.name, output });
    if (assigned !== undefined) thread.variables = { ...thread.variables, ...(assigned as Record<string, Json>) };
    if (next === undefined) return this.finish(execution, thread, output);
    thread.state = next;
    thread.input = output;
    thread.phase = 'ready';
    execution.changed.add(thread);
    execution.ready.push(thread);
  }

  private finish(execution: Execution, thread: Thread, output: Json): void {
    if (thread.parent === null) return this.end(execution, 'SUCCEEDED', undefined, output);
    thread.phase = 'done';
    thread.output = output;
    thread.input = null;
    execution.changed.add(thread);
    childDone(this, execution, thread);
  }

  fail(execution: Execution, thread: Thread, failure: Failure): void {
    const state = this.stateOf(execution, thread);
    this.release(execution, thread);
    execution.changed.add(thread);
    if (!('retry' in state)) return this.raise(execution, thread, failure);
    if (this.retry(execution, thread, state, failure)) return;
    const catcher = state.catch.find(({ errorEquals }) => covers(errorEquals, failure.error));
    if (catcher === undefined) this.raise(execution, thread, failure);
    else this.recover(execution, thread, state, catcher, failure);
  }

  /** Only the first retrier that covers the error counts, even when its attempts are used up. */
  private retry(execution: Execution, thread: Thread, state: RecoveringState, failure: Failure): boolean {
    const i = state.retry.findIndex(({ errorEquals }) => covers(errorEquals, failure.error));
    const retrier = state.retry[i];
    const used = thread.retries[i] ?? 0;
    if (retrier === undefined || used >= retrier.maxAttempts) return false;
    thread.retries[i] = used + 1;
    thread.retryCount += 1;
    thread.phase = 'backoff';
    thread.wakeAt = this.host.now() + retryDelayMs(retrier, used, () => this.host.random());
    this.host.schedule(execution, thread);
    return true;
  }

  private recover(
    execution: Execution,
    thread: Thread,
    state: RecoveringState,
    catcher: Catcher,
    failure: Failure,
  ): void {
    const caught: JsonObject = { Error: failure.error, Cause: failure.cause };
    try {
      const output = withResult(thread, catcher.resultPath, caught);
      this.leave(execution, thread, { ...state, outputPath: WHOLE }, output, catcher.next, catcher.assign, caught);
    } catch (error) {
      this.raise(execution, thread, failureOf(error));
    }
  }

  private raise(execution: Execution, thread: Thread, failure: Failure): void {
    if (thread.parent === null) this.end(execution, 'FAILED', failure);
    else childFailed(this, execution, thread, failure);
  }

  /** Ends the execution, whatever its threads wait for. */
  end(execution: Execution, status: Exclude<Status, 'RUNNING'>, failure?: Failure, output?: Json): void {
    const type = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'TimedOut', ABORTED: 'Aborted' }[status];
    const root = execution.threads.get(0)!;
    this.emit(execution, root, `Execution${type}`, output === undefined ? { ...failure } : { output });
    execution.status = status;
    if (failure !== undefined) execution.failure = failure;
    if (output !== undefined) execution.output = output;
    for (const thread of execution.threads.values()) this.release(execution, thread);
    execution.threads.clear();
    execution.ready.length = 0;
    this.host.ended(execution);
  }

  /** Stops waiting for anything that belongs to the state. */
  private release(execution: Execution, thread: Thread): void {
    if (thread.task !== undefined) this.host.abandon(execution, thread);
    delete thread.task;
    clearDeadlines(thread);
    this.host.schedule(execution, thread);
  }
}

const WHOLE: Path = { text: '$', root: 'input', selectors: [], definite: true };
