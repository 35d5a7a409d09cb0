// Runs executions: all that became ready within a turn is stepped in memory and stored in one transaction; only after
// it are calls made and promises resolved. Trap: when a commit fails, memory is ahead of the file, so memory is
// discarded and work is refused until everything is loaded again.
import { randomBytes } from 'node:crypto';
import { digestOf, type Json } from '#core/canonical.ts';
import type { Clock } from '#core/ports.ts';
import { Alarms } from './alarms.ts';
import { Calls, type Functions, type Halts, type Jobs, type Outcome } from './calls.ts';
import { newExecution, nextDeadline, type Execution, type HistoryEvent, type Thread, type Host } from './execution.ts';
import { iterationEnded } from './fan-out.ts';
import { GroupCommit } from './group-commit.ts';
import { Interpreter } from './interpreter.ts';
import type { Machine } from './machine.ts';
import { childFailure, executionRequest } from './requests.ts';
import type { Schedule, Store, TokenRecord } from './store.ts';
import { executionEnded, taskAnswered, taskFailed, taskKey, taskSucceeded } from './tasks.ts';
import { WaitingParents } from './waiting-parents.ts';

export interface RunnerOptions {
  readonly functions: Functions;
  readonly jobs: Jobs;
  readonly halts: Halts;
  readonly clock: Clock;
  readonly random: () => number;
  readonly clockPollMs: number;
  readonly onEvent: ((executionId: string, event: HistoryEvent) => void) | undefined;
}

/** States that one execution may enter in one turn, so that a loop without waits does not block the others. */
const SLICE = 200;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Starts a workflow within a turn: what `startExecution` tasks need from the engine. */
type Begin = (workflow: string, name: string, input: Json) => string;

export class Runner implements Host {
  readonly running = new Map<string, Execution>();
  readonly store: Store;
  readonly interpreter = new Interpreter(this);
  readonly alarms: Alarms;
  readonly #options: RunnerOptions;
  readonly #calls: Calls;
  readonly #begin: Begin;
  readonly #touched = new Set<Execution>();
  readonly #parents = new WaitingParents();
  readonly #settling = new Map<string, Waiter[]>();
  readonly #commits: GroupCommit;
  #afterCommit: (() => void)[] = [];
  #extras = noExtras();
  #now = 0;

  constructor(store: Store, options: RunnerOptions, begin: Begin) {
    this.store = store;
    this.#options = options;
    this.#begin = begin;
    this.#calls = new Calls(options.functions, options.jobs, options.halts);
    this.#commits = new GroupCommit(
      () => (this.#now = options.clock.now().getTime()),
      () => this.#commit(),
      (error) => this.stop(error as Error),
    );
    this.alarms = new Alarms(options.clock, options.clockPollMs, () =>
      this.#inTurn(() => this.alarms.fireDue(this.#now)),
    );
  }

  now = (): number => this.#now;
  random = (): number => this.#options.random();

  /**
   * Runs `work` in the next turn; resolves with its value once the turn is on disk. `work` may throw only before it
   * changes anything.
   */
  turn<T>(work: () => T): Promise<T> {
    return this.#commits.turn(work);
  }

  #commit(): void {
    this.#advance();
    this.store.commit(this.#touched, this.#extras);
    this.#publish();
  }

  /** Steps every touched execution until it waits or has used its slice; a step may touch others. */
  #advance(): void {
    const spent = new Set<Execution>();
    for (let found = true; found;) {
      found = false;
      for (const execution of this.#touched) {
        if (execution.ready.length === 0 || spent.has(execution)) continue;
        found = true;
        this.interpreter.run(execution, SLICE);
        if (execution.ready.length > 0) spent.add(execution);
      }
    }
  }

  #publish(): void {
    const touched = [...this.#touched];
    this.#touched.clear();
    this.#extras = noExtras();
    for (const execution of touched) this.#stored(execution);
    const actions = this.#afterCommit;
    this.#afterCommit = [];
    for (const action of actions) action();
  }

  #stored(execution: Execution): void {
    const { events } = execution;
    execution.events = [];
    execution.fresh = false;
    execution.changed.clear();
    execution.removed.clear();
    if (execution.ready.length > 0) this.touch(execution);
    if (execution.status !== 'RUNNING') this.#settle(execution.id);
    const { onEvent } = this.#options;
    if (onEvent !== undefined) for (const event of events) queueMicrotask(() => onEvent(execution.id, event));
  }

  #settle(id: string): void {
    this.running.delete(id);
    for (const { resolve } of this.#settling.get(id) ?? []) resolve();
    this.#settling.delete(id);
  }

  /** Resolves when the running execution has ended and its end is on disk. */
  settled(id: string): Promise<void> {
    if (this.#commits.stopped !== undefined) return Promise.reject(this.#commits.stopped);
    return new Promise((resolve, reject) => {
      this.#settling.set(id, [...(this.#settling.get(id) ?? []), { resolve, reject }]);
    });
  }

  /** Forgets what is in memory and refuses work with `reason` until `restart`. */
  stop(reason: Error): void {
    this.#calls.stop();
    this.alarms.clear();
    const waiters = [...this.#settling.values()].flat();
    for (const each of [this.running, this.#touched, this.#parents, this.#settling]) each.clear();
    [this.#afterCommit, this.#extras] = [[], noExtras()];
    this.#commits.stop(reason);
    for (const { reject } of waiters) reject(reason);
  }

  get stopped(): Error | undefined {
    return this.#commits.stopped;
  }

  /** True when it had been stopped: what was running must be loaded again. */
  restart(): boolean {
    const stopped = this.#commits.stopped !== undefined;
    this.#commits.restart();
    return stopped;
  }

  /** Includes the execution in this turn's stepping and commit. */
  touch(execution: Execution): void {
    this.#touched.add(execution);
    this.#commits.arm();
  }

  storeSchedule(schedule: Schedule): void {
    this.#extras.schedules.push(schedule);
  }

  removeSchedule(name: string): void {
    this.#extras.gone.push(name);
  }

  /** A new execution, in this turn. */
  create(id: string, machine: Machine, name: string, input: Json): void {
    this.begin(newExecution(id, machine, name, input, this.#now));
  }

  /** Adds an execution that is not stored yet: a new one, or one that is redriven. */
  begin(execution: Execution): void {
    this.running.set(execution.id, execution);
    this.watchTimeout(execution);
    this.interpreter.start(execution);
    this.touch(execution);
  }

  /** Continues a thread that was loaded. */
  wake(execution: Execution, thread: Thread): void {
    if (execution.threads.get(thread.id) !== thread) return;
    if (thread.phase === 'ready') execution.ready.push(thread);
    if (thread.phase === 'calling' || thread.phase === 'job') this.perform(execution, thread);
    if (thread.phase === 'execution') this.#parents.add(thread.task!.child!, { execution, thread });
    this.schedule(execution, thread);
  }

  watchTimeout(execution: Execution): void {
    const { timeoutSeconds } = execution.machine;
    if (timeoutSeconds === undefined) return;
    const since = execution.redrive?.at ?? execution.startedAt;
    this.alarms.set(execution, since + timeoutSeconds * 1000, () => {
      this.touch(execution);
      this.interpreter.end(execution, 'TIMED_OUT', { error: 'States.Timeout', cause: '' });
    });
  }

  newToken(execution: Execution, thread: Thread): string {
    const token = randomBytes(32).toString('base64url');
    this.#extras.tokens.push({ token, execution: execution.id, thread: thread.id });
    return token;
  }

  perform(execution: Execution, thread: Thread): void {
    const task = thread.task!;
    this.touch(execution);
    this.#afterCommit.push(() => {
      if (thread.task !== task) return;
      if (task.kind === 'execution') return this.#startChild(execution, thread);
      const state = this.interpreter.stateOf(execution, thread);
      const functionName =
        state.type === 'Task' && state.resource.kind === 'function' ? state.resource.functionName : undefined;
      this.#calls.begin({
        task,
        functionName,
        report: (outcome) => this.#answer(execution, thread, task.key, outcome),
      });
    });
  }

  #answer(execution: Execution, thread: Thread, key: string, outcome: Outcome): void {
    if ('halt' in outcome) return this.stop(outcome.halt);
    this.#inTurn(() => {
      if (thread.task?.key !== key || execution.threads.get(thread.id) !== thread) return;
      this.touch(execution);
      if ('failure' in outcome) return taskFailed(this.interpreter, execution, thread, outcome.failure);
      if ('result' in outcome) return taskSucceeded(this.interpreter, execution, thread, outcome.result);
      taskAnswered(this.interpreter, execution, thread, outcome.answer);
      if (thread.phase === 'job') this.perform(execution, thread);
    });
  }

  /** A turn without a caller. A failure that stops the runner is reported to callers of other turns. */
  #inTurn(work: () => void): void {
    this.turn(work).catch(() => undefined);
  }

  #startChild(execution: Execution, thread: Thread): void {
    const { key } = thread.task!;
    this.#inTurn(() => {
      if (thread.task?.key !== key) return;
      this.touch(execution);
      try {
        const { workflow, name, input } = executionRequest(thread.task);
        const child = this.#begin(workflow, name, input);
        taskAnswered(this.interpreter, execution, thread, child);
        this.#parents.add(child, { execution, thread });
      } catch (error) {
        taskFailed(this.interpreter, execution, thread, childFailure(error));
      }
    });
  }

  startIteration(execution: Execution, proxy: Thread, machine: Machine, input: Json): void {
    const key = taskKey(execution, proxy);
    const name = digestOf(key).slice('sha256:'.length, 'sha256:'.length + 32);
    const child = `${machine.workflow}:${name}`;
    proxy.task = { key, kind: 'execution', payload: null, child };
    this.create(child, machine, name, input);
    this.#parents.add(child, { execution, thread: proxy });
  }

  abandon(execution: Execution, thread: Thread): void {
    const task = thread.task!;
    this.touch(execution);
    this.#afterCommit.push(() => this.#calls.abandon(task));
    if (task.child === undefined) return;
    const child = this.running.get(task.child);
    if (this.#parents.remove(task.child, thread) || child?.status !== 'RUNNING') return;
    this.touch(child);
    this.interpreter.end(child, 'ABORTED', { error: '', cause: 'the execution that waited for it has gone on' });
  }

  schedule(execution: Execution, thread: Thread): void {
    const next = nextDeadline(thread);
    this.alarms.set(thread, next?.at, () => {
      this.touch(execution);
      this.interpreter.fire(execution, thread, next!.deadline);
    });
  }

  ended(execution: Execution): void {
    this.alarms.set(execution, undefined, () => undefined);
    for (const { execution: parent, thread } of this.#parents.take(execution.id)) {
      this.touch(parent);
      const isIteration = this.interpreter.stateOf(parent, thread).type === 'Map';
      (isIteration ? iterationEnded : executionEnded)(this.interpreter, parent, thread, execution);
    }
  }
}

const noExtras = () => ({ tokens: [] as TokenRecord[], schedules: [] as Schedule[], gone: [] as string[] });
