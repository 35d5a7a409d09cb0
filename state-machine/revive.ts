// Loads a stored execution so that it can run. The progress of a Map or Parallel is not stored; it is counted from the
// rows of its children.
import type { Execution, Redrive, Thread } from './execution.ts';
import type { Machine } from './machine.ts';
import type { ExecutionRecord } from './store.ts';

export interface Revived {
  readonly execution: Execution;
  /** Each with the event that it was at when it was loaded, to tell whether it has moved on since. */
  readonly threads: readonly { readonly thread: Thread; readonly lastEvent: number }[];
}

export const revive = (
  record: ExecutionRecord,
  machine: Machine,
  threads: readonly Thread[],
  last: { id: number; at: number },
  redrive: Redrive | undefined,
): Revived => {
  const { id, workflow, name, input, startedAt } = record;
  const execution: Execution = {
    ...{ id, workflow, name, input, startedAt, machine, status: 'RUNNING' },
    ...(redrive === undefined ? {} : { redrive }),
    threads: new Map(threads.map((thread) => [thread.id, thread])),
    progress: new Map(
      threads.filter(({ fan }) => fan !== undefined).map((thread) => [thread.id, progressOf(thread, threads)]),
    ),
    ready: [],
    nextThread: Math.max(...threads.map((thread) => thread.id)) + 1,
    nextEvent: last.id + 1,
    lastEventAt: last.at,
    fresh: false,
    events: [],
    changed: new Set(),
    removed: new Set(),
  };
  return { execution, threads: threads.map((thread) => ({ thread, lastEvent: thread.lastEvent })) };
};

const progressOf = (parent: Thread, threads: readonly Thread[]): { started: number; done: number } => {
  const children = threads.filter((thread) => thread.parent === parent.id);
  return { started: children.length, done: children.filter(({ phase }) => phase === 'done').length };
};
