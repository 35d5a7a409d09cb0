// Everything that leaves the engine: functions called, jobs submitted and polled. Every call carries the task's key and
// its answer comes back under that key; an answer to a task that no longer waits is dropped. A job is asked about often
// at first, then once a second (AWS's `.sync` for Batch polls too). Few functions run at once: a thousand executions
// that begin together would else keep everybody else of this process waiting, and each other's answers in memory.
import type { Json } from '#core/canonical.ts';
import type { JobQueue } from '#core/ports.ts';
import type { Task } from './execution.ts';
import { StatesError, type Failure } from './failures.ts';
import { toJson } from './json.ts';
import { Places } from './places.ts';
import { invocation, jobRequest } from './requests.ts';
import { jobDetail } from './tasks.ts';

/**
 * Calls a function. The same key means the same call: a handler that has already done it must return the same answer.
 * `signal` aborts when nothing waits for the answer any more.
 */
export type Functions = (
  functionName: string,
  payload: unknown,
  context: { readonly idempotencyKey: string; readonly signal: AbortSignal },
) => Promise<unknown>;

/** `cancel` stops a job whose result is no longer needed, where the queue can. */
export type Jobs = JobQueue & { cancel?(jobId: string): Promise<void> };

/**
 * The error with which the engine stops, where what a call met is a fault of the machine and not of the work: a full
 * disk is no reason to fail a step. What was called is called again, under its key, when the engine goes on.
 */
export type Halts = (error: unknown) => Error | undefined;

export type Outcome =
  | { readonly halt: Error }
  | { readonly answer: Json }
  | { readonly failure: Failure }
  /** A job that succeeded. */
  | { readonly result: Json };

export interface Call {
  readonly task: Task;
  /** From the state's Resource, where that names the function. */
  readonly functionName: string | undefined;
  report(outcome: Outcome): void;
}

const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 1000;
/** Functions under way at once; the others wait, the oldest goes first. A job takes no place. */
export const MOST_FUNCTIONS = 16;

export class Calls {
  readonly #functions: Functions;
  readonly #jobs: Jobs;
  readonly #halts: Halts;
  readonly #open = new Map<string, AbortController>();
  readonly #places = new Places(MOST_FUNCTIONS);

  constructor(functions: Functions, jobs: Jobs, halts: Halts) {
    this.#functions = functions;
    this.#jobs = jobs;
    this.#halts = halts;
  }

  begin(call: Call): void {
    const controller = new AbortController();
    this.#open.set(call.task.key, controller);
    const report = (outcome: Outcome) => {
      if (this.#open.get(call.task.key) !== controller) return;
      this.#open.delete(call.task.key);
      call.report(outcome);
    };
    this.#perform(call, controller.signal).then(report, (error: unknown) => {
      const halt = this.#halts(error);
      report(halt ? { halt } : { failure: failureBy(error) });
    });
  }

  async #perform({ task, functionName }: Call, signal: AbortSignal): Promise<Outcome> {
    if (task.kind !== 'job') {
      const asked = invocation(task, functionName);
      const call = { idempotencyKey: task.key, signal };
      return this.#places.run(async () => {
        signal.throwIfAborted(); // nobody waits for it any more: it is not called
        return { answer: toJson(await this.#functions(asked.functionName, asked.payload, call)) };
      });
    }
    if (task.jobId === undefined) return { answer: (await this.#jobs.submit(jobRequest(task))).jobId };
    return this.#watch(task, task.jobId, signal);
  }

  async #watch(task: Task, jobId: string, signal: AbortSignal): Promise<Outcome> {
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LAST_POLL_MS)) {
      const { status, reason } = await this.#jobs.describe(jobId);
      const detail = jobDetail(task, status, reason);
      if (status === 'SUCCEEDED') return { result: detail };
      if (status === 'FAILED') return { failure: { error: 'States.TaskFailed', cause: JSON.stringify(detail) } };
      await pause(wait, signal);
    }
  }

  /** Aborts the call of a task that no longer waits, and cancels its job. */
  abandon(task: Task): void {
    this.#open.get(task.key)?.abort();
    this.#open.delete(task.key);
    // where it cannot be cancelled it ends by itself
    if (task.jobId !== undefined) this.#jobs.cancel?.(task.jobId).catch(() => undefined);
  }

  /** Aborts every call; no answer is reported any more. */
  stop(): void {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const controller of open) controller.abort();
  }
}

/** Rejects when aborted. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), reject(new Error('aborted'))), { once: true });
  });

/** The error in the form in which Lambda reports it: its name, and name and message as JSON. */
const failureBy = (error: unknown): Failure => {
  if (error instanceof StatesError) return error.failure;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return { error: name, cause: JSON.stringify({ errorType: name, errorMessage: message }) };
};
