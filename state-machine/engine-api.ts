// What the durable interpreter offers, and what it is given: Step Functions' API with names of its own.
import type { Clock, WorkflowEngine } from '#core/ports.ts';
import type { Functions, Halts, Jobs } from './calls.ts';
import type { HistoryEvent, Status } from './execution.ts';
import type { ScheduleRequest, ScheduleSummary } from './schedules.ts';

export interface AslEngineOptions {
  /** Path of the database file; created when absent. */
  readonly database: string;
  /** Definitions by workflow name. WORKFLOW_UNSUPPORTED or WORKFLOW_INVALID when one cannot run. */
  readonly workflows: Readonly<Record<string, unknown>>;
  /** What `${name}` in the definitions stands for; an unknown one is refused. */
  readonly substitutions?: Readonly<Record<string, string>>;
  readonly functions: Functions;
  readonly jobs: Jobs;
  /** Default: every error of a call is a failure of its task. */
  readonly halts?: Halts;
  readonly clock: Clock;
  /** [0, 1), for jitter. */
  readonly random?: () => number;
  /**
   * Longest time between two looks at the clock while a deadline is open; a change of the clock is noticed within it.
   */
  readonly clockPollMs?: number;
  /** Called with each event once it is on disk. */
  readonly onEvent?: (executionId: string, event: HistoryEvent) => void;
}

export interface ExecutionSummary {
  readonly executionId: string;
  readonly workflow: string;
  readonly name: string;
  readonly status: Status;
  readonly startedAt: Date;
  readonly stoppedAt?: Date;
}

export type Description = Awaited<ReturnType<WorkflowEngine['describe']>>;

export interface AslEngine extends WorkflowEngine {
  /** Restarts the heartbeat of a task. TASK_TOKEN_INVALID, TASK_TOKEN_TIMED_OUT. */
  sendTaskHeartbeat(taskToken: string): Promise<void>;
  /**
   * Continues an execution that failed, timed out or was stopped, from where it ended. EXECUTION_NOT_FOUND,
   * EXECUTION_NOT_REDRIVABLE.
   */
  redriveExecution(executionId: string): Promise<void>;
  /** Events in order, with AWS's type names. EXECUTION_NOT_FOUND. */
  history(executionId: string): Promise<HistoryEvent[]>;
  /** Newest first. */
  listExecutions(): Promise<ExecutionSummary[]>;
  /**
   * Resolves with the description of the ended execution once it is on disk. Rejects with ENGINE_CLOSED when the engine
   * closes first.
   */
  settled(executionId: string): Promise<Description>;
  /** What stopped it (STORE_FULL, CLOCK_WENT_BACK), until `resume`. */
  readonly stopped: Error | undefined;
  /** Continues everything that was running when the database was last open, or when the engine stopped. */
  resume(): Promise<void>;
  /** Starts the workflow at its times; a schedule of the same name is replaced. INVALID_INPUT, NOT_FOUND. */
  schedule(request: ScheduleRequest): Promise<void>;
  unschedule(name: string): Promise<void>;
  schedules(): Promise<ScheduleSummary[]>;
  /** Stops after the commit under way. Calls under way are aborted; `resume` makes them again with the same keys. */
  close(): Promise<void>;
}
