// A running execution: a tree of threads (the root, and one for each branch and iteration), and what this turn has
// written so far.
// Trap: only threads survive a crash, so a thread holds everything that is needed to continue; deadlines in it are
// absolute times.
import { z } from 'zod';
import type { Json } from '#core/canonical.ts';
import type { Failure } from './failures.ts';
import type { Machine } from './machine.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

const Value = z.custom<Json>((value) => value !== undefined);
/** Milliseconds since the epoch. */
const Instant = z.number();

/**
 * What a Task state waits for. The payload is stored, because evaluating it again would give another UUID or
 * MathRandom.
 */
const Task = z.strictObject({
  /** The idempotency key: execution, state path, visit and attempt. The same before and after a crash. */
  key: z.string(),
  kind: z.enum(['function', 'invoke', 'token', 'job', 'execution']),
  payload: Value,
  token: z.string().optional(),
  jobId: z.string().optional(),
  /** The execution that a `startExecution` waits for. */
  child: z.string().optional(),
});
export type Task = z.infer<typeof Task>;

export const Thread = z.strictObject({
  id: z.int(),
  parent: z.int().nullable(),
  /** Branch or item number within the parent's state. */
  index: z.int(),
  /** Path of branches and items that leads here, for the idempotency key: `Map[3]/`. */
  path: z.string(),
  state: z.string(),
  /**
   * What the thread waits for: nothing (ready), a call or submission in flight, a callback, a job, an execution, a
   * time, its children, or its parent (done).
   */
  phase: z.enum(['ready', 'calling', 'token', 'job', 'execution', 'waiting', 'backoff', 'children', 'done']),
  input: Value,
  /** The result, once done. */
  output: Value.optional(),
  /** `$$.Map.Item`. */
  item: z.strictObject({ Index: z.int(), Value }).optional(),
  variables: z.record(z.string(), Value),
  /** Number of the event that entered the state, and of this thread's latest one. */
  entered: z.int(),
  lastEvent: z.int(),
  enteredAt: Instant,
  /** Retries so far, by retrier and in total. */
  retries: z.array(z.int()),
  retryCount: z.int(),
  task: Task.optional(),
  /** Children of a Map or Parallel, in total and at once. */
  fan: z.strictObject({ total: z.int(), atOnce: z.int() }).optional(),
  wakeAt: Instant.optional(),
  timeoutAt: Instant.optional(),
  heartbeatAt: Instant.optional(),
  heartbeatMs: z.number().optional(),
});
export type Thread = z.infer<typeof Thread>;

export type Deadline = 'wakeAt' | 'timeoutAt' | 'heartbeatAt';

/** The earliest deadline of a thread. */
export const nextDeadline = ({
  wakeAt,
  timeoutAt,
  heartbeatAt,
}: Thread): { at: number; deadline: Deadline } | undefined => {
  const set = [
    { at: wakeAt, deadline: 'wakeAt' } as const,
    { at: heartbeatAt, deadline: 'heartbeatAt' } as const,
    { at: timeoutAt, deadline: 'timeoutAt' } as const,
  ].filter((each): each is { at: number; deadline: Deadline } => each.at !== undefined);
  return set.reduce<{ at: number; deadline: Deadline } | undefined>(
    (a, b) => (a !== undefined && a.at <= b.at ? a : b),
    undefined,
  );
};

export const clearDeadlines = (thread: Thread): void => {
  delete thread.wakeAt;
  delete thread.timeoutAt;
  delete thread.heartbeatAt;
  delete thread.heartbeatMs;
};

/** An event of the history, with AWS's type names. Ids count from 1 within the execution. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  /** Milliseconds since the epoch; never before the event before. */
  readonly at: number;
  readonly details: Json;
}

/** Type of the event with which an execution is continued by a redrive. */
export const REDRIVEN = 'ExecutionRedriven';

/** How often an execution was redriven, and when last, in milliseconds since the epoch. */
export interface Redrive {
  readonly count: number;
  readonly at: number;
}

export interface Execution {
  readonly id: string;
  readonly workflow: string;
  readonly name: string;
  readonly input: Json;
  readonly startedAt: number;
  readonly redrive?: Redrive;
  readonly machine: Machine;
  status: Status;
  output?: Json;
  failure?: Failure;
  readonly threads: Map<number, Thread>;
  /** Started and finished children by parent thread; counted again when loaded. */
  readonly progress: Map<number, { started: number; done: number }>;
  readonly ready: Thread[];
  nextThread: number;
  nextEvent: number;
  lastEventAt: number;
  /** Not stored yet. */
  fresh: boolean;
  events: HistoryEvent[];
  readonly changed: Set<Thread>;
  readonly removed: Set<number>;
}

/** What the interpreter needs from the engine. Calls are made only after the turn's rows are committed. */
export interface Host {
  /** Milliseconds since the epoch, fixed within a turn. */
  now(): number;
  /** [0, 1). */
  random(): number;
  newToken(execution: Execution, thread: Thread): string;
  /** Starts what `thread.task` describes, after the commit. */
  perform(execution: Execution, thread: Thread): void;
  /** Stops waiting for a task: aborts a call, cancels a job, stops a child execution. */
  abandon(execution: Execution, thread: Thread): void;
  /** Sets the alarm for the thread's next deadline. */
  schedule(execution: Execution, thread: Thread): void;
  /**
   * Starts an item of a distributed Map as an execution of its own, within the turn; its end is reported to
   * `iterationEnded`.
   */
  startIteration(execution: Execution, proxy: Thread, machine: Machine, input: Json): void;
  ended(execution: Execution): void;
}

/** The root, unless given a parent. */
export const newThread = (id: number, state: string, input: Json): Thread => ({
  id,
  parent: null,
  index: 0,
  path: '',
  state,
  phase: 'ready',
  input,
  variables: {},
  entered: 0,
  lastEvent: 0,
  enteredAt: 0,
  retries: [],
  retryCount: 0,
});

/** Not stored yet; `now` in milliseconds since the epoch. */
export const newExecution = (id: string, machine: Machine, name: string, input: Json, now: number): Execution => ({
  id,
  workflow: machine.workflow,
  name,
  input,
  startedAt: now,
  machine,
  status: 'RUNNING',
  threads: new Map([[0, newThread(0, machine.startAt, input)]]),
  progress: new Map(),
  ready: [],
  nextThread: 1,
  nextEvent: 1,
  lastEventAt: now,
  fresh: true,
  events: [],
  changed: new Set(),
  removed: new Set(),
});
