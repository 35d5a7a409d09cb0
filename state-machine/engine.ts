// The durable interpreter of Amazon States Language behind the WorkflowEngine port: Step Functions' API on one database
// file. https://states-language.net/spec.html and the AWS Step Functions API reference. It survives kill -9 at any
// point: committed work is continued, and work that was not committed has had no effect. Trap: after a crash a function
// may be called a second time with the same key, so functions must recognise the key.
import { canonicalize, type Json } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { WorkflowEngine } from '#core/ports.ts';
import { checkName, exists, tooLarge } from './api-errors.ts';
import type { AslEngine, AslEngineOptions, Description, ExecutionSummary } from './engine-api.ts';
import type { Execution, HistoryEvent, Thread } from './execution.ts';
import { exceedsLimit, toJson } from './json.ts';
import { loadWorkflow, reloadWorkflow } from './load.ts';
import type { Machine } from './machine.ts';
import { takeUp } from './redrive.ts';
import { revive, type Revived } from './revive.ts';
import { Runner } from './runner.ts';
import { Schedules, type ScheduleRequest, type ScheduleSummary } from './schedules.ts';
import { Store, type ExecutionRecord } from './store.ts';
import { tokenAnswered } from './tasks.ts';

export type { Functions, Halts, Jobs } from './calls.ts';
export type { AslEngine, AslEngineOptions, ExecutionSummary } from './engine-api.ts';
export type { HistoryEvent, Status } from './execution.ts';

/** STORE_LOCKED while another process has the database open. Nothing that was running continues before `resume`. */
export const createAslEngine = (options: AslEngineOptions): AslEngine => new Engine(options);

class Engine implements AslEngine {
  readonly #machines: ReadonlyMap<string, Machine>;
  readonly #revived = new Map<string, Machine>();
  readonly #store: Store;
  readonly #runner: Runner;
  readonly #schedules: Schedules;
  #loaded: Revived[] = [];
  #closed = false;

  constructor({
    database,
    workflows,
    substitutions = {},
    random = Math.random,
    clockPollMs = 500,
    halts = () => undefined,
    ...options
  }: AslEngineOptions) {
    const names = Object.keys(workflows);
    const load = { substitutions, workflows: names };
    this.#machines = new Map(names.map((name) => [name, loadWorkflow(name, workflows[name], load)]));
    this.#store = new Store(database);
    this.#runner = new Runner(
      this.#store,
      { random, clockPollMs, halts, onEvent: undefined, ...options },
      (...request) => this.#begin(...request),
    );
    this.#schedules = new Schedules(this.#runner, options.clock, (...request) => this.#begin(...request));
    try {
      this.#load();
    } catch (error) {
      this.#store.close();
      throw error;
    }
  }

  #load(): void {
    this.#loaded = this.#store.running().map((record) => {
      const last = this.#store.lastEvent(record.id);
      const redrive = this.#store.redrive(record.id);
      return revive(record, this.#machineOf(record), this.#store.threads(record.id), last, redrive);
    });
    for (const { execution } of this.#loaded) this.#runner.running.set(execution.id, execution);
  }

  /** The definition that the execution was started with. */
  #machineOf({ workflow, definition }: ExecutionRecord): Machine {
    const current = this.#machines.get(workflow);
    if (current?.digest === definition) return current;
    const revived = this.#revived.get(definition) ?? reloadWorkflow(workflow, this.#store.definition(definition));
    this.#revived.set(definition, revived);
    return revived;
  }

  get stopped(): Error | undefined {
    return this.#runner.stopped;
  }

  async resume(): Promise<void> {
    if (this.#runner.restart()) this.#load();
    const loaded = this.#loaded;
    this.#loaded = [];
    await this.#runner.turn(() => {
      for (const revived of loaded) this.#goOn(revived);
      this.#schedules.resume();
    });
  }

  /** Wakes the loaded threads, except those that an answer has moved on since they were loaded. */
  #goOn({ execution, threads }: Revived): void {
    if (execution.status !== 'RUNNING') return;
    this.#runner.touch(execution);
    this.#runner.watchTimeout(execution);
    for (const { thread, lastEvent } of threads)
      if (thread.lastEvent === lastEvent) this.#runner.wake(execution, thread);
  }

  async start({ workflow, name, input }: Parameters<WorkflowEngine['start']>[0]): Promise<{ executionId: string }> {
    const asked = toJson(input ?? {});
    return this.#runner.turn(() => ({ executionId: this.#begin(workflow, name, asked) }));
  }

  #begin(workflow: string, name: string, input: Json): string {
    const machine = this.#machine(workflow);
    checkName(name);
    if (exceedsLimit(input)) throw tooLarge('the input of an execution');
    const id = `${workflow}:${name}`;
    const existing = this.#runner.running.get(id) ?? this.#store.find(id);
    if (existing === undefined) this.#runner.create(id, machine, name, input);
    else if (existing.status !== 'RUNNING' || canonicalize(existing.input) !== canonicalize(input))
      throw exists(id, existing.status);
    return id;
  }

  #machine(workflow: string): Machine {
    const machine = this.#machines.get(workflow);
    if (machine !== undefined) return machine;
    throw new QuittanceError('NOT_FOUND', {
      message: 'there is no workflow of this name',
      expected: [...this.#machines.keys()].join(', '),
      got: workflow,
    });
  }

  async sendTaskSuccess(taskToken: string, output: unknown): Promise<void> {
    const answer = toJson(output);
    if (exceedsLimit(answer)) throw tooLarge('the output of a task');
    await this.#runner.turn(() => this.#answer(taskToken, answer, true));
  }

  async sendTaskFailure(taskToken: string, error: string, cause: string): Promise<void> {
    await this.#runner.turn(() => this.#answer(taskToken, { error, cause }, false));
  }

  #answer(token: string, answer: Json, ok: boolean): void {
    const { execution, thread } = this.#waiting(token);
    this.#runner.touch(execution);
    tokenAnswered(this.#runner.interpreter, execution, thread, answer, ok);
  }

  async sendTaskHeartbeat(taskToken: string): Promise<void> {
    await this.#runner.turn(() => {
      const { execution, thread } = this.#waiting(taskToken);
      if (thread.heartbeatMs === undefined) return;
      thread.heartbeatAt = this.#runner.now() + thread.heartbeatMs;
      execution.changed.add(thread);
      this.#runner.touch(execution);
      this.#runner.schedule(execution, thread);
    });
  }

  #waiting(token: string): { execution: Execution; thread: Thread } {
    const record = this.#store.token(token);
    if (record === undefined)
      throw new QuittanceError('TASK_TOKEN_INVALID', { message: 'no task was given this token' });
    const execution = this.#runner.running.get(record.execution);
    const thread = execution?.threads.get(record.thread);
    if (execution !== undefined && thread?.task?.token === token) return { execution, thread };
    throw new QuittanceError('TASK_TOKEN_TIMED_OUT', {
      message: `the task of ${record.execution} that had this token no longer waits`,
      hint: "see with 'quittance ticket show ID' where the ticket stands: the task was answered, timed out, or ended",
    });
  }

  async stop(executionId: string, { error, cause }: { error: string; cause: string }): Promise<void> {
    await this.#runner.turn(() => {
      const execution = this.#runner.running.get(executionId);
      if (execution?.status !== 'RUNNING') return void this.#find(executionId);
      this.#runner.touch(execution);
      this.#runner.interpreter.end(execution, 'ABORTED', { error, cause });
    });
  }

  async redriveExecution(executionId: string): Promise<void> {
    await this.#runner.turn(() => {
      const record = this.#find(executionId);
      const history = this.#store.history(executionId);
      this.#runner.begin(takeUp(record, this.#machineOf(record), history, this.#runner.now()));
    });
  }

  async describe(executionId: string): Promise<Description> {
    const { status, output, failure } = this.#find(executionId);
    return { status, ...(output === undefined ? {} : { output }), ...failure };
  }

  #find(id: string): ExecutionRecord {
    const found = this.#store.find(id);
    if (found === undefined)
      throw new QuittanceError('EXECUTION_NOT_FOUND', { message: 'there is no such execution', got: id });
    return found;
  }

  async history(executionId: string): Promise<HistoryEvent[]> {
    this.#find(executionId);
    return this.#store.history(executionId);
  }

  async listExecutions(): Promise<ExecutionSummary[]> {
    return this.#store.list().map(({ id, workflow, name, status, startedAt, stoppedAt }) => ({
      executionId: id,
      workflow,
      name,
      status,
      startedAt: new Date(startedAt),
      ...(stoppedAt === undefined ? {} : { stoppedAt: new Date(stoppedAt) }),
    }));
  }

  async settled(executionId: string): Promise<Description> {
    if (this.#find(executionId).status === 'RUNNING') await this.#runner.settled(executionId);
    return this.describe(executionId);
  }

  async schedule(request: ScheduleRequest): Promise<void> {
    this.#machine(request.workflow);
    checkName(request.name);
    await this.#schedules.set(request);
  }

  unschedule(name: string): Promise<void> {
    return this.#schedules.remove(name);
  }

  async schedules(): Promise<ScheduleSummary[]> {
    return this.#schedules.list();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#runner.turn(() => undefined).catch(() => undefined); // stores what was asked for before
    this.#runner.stop(
      new QuittanceError('ENGINE_CLOSED', {
        message: 'the workflow engine was closed',
        hint: 'open it again and resume',
      }),
    );
    this.#store.close();
  }
}
