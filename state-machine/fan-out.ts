// Parallel and Map: a thread for each branch or item, results in their order; the first failure stops the others.
// Trap: a long Map must not rewrite its whole input for each item that ends, so how many children have started and
// finished is not stored but counted from their rows after a crash.
import type { Json } from '#core/canonical.ts';
import { effectiveInput, envOf, evaluating, failureOf, integerAt, limited } from './data-flow.ts';
import { clearDeadlines, newThread, type Execution, type Thread } from './execution.ts';
import { runtimeError, type Failure } from './failures.ts';
import type { Flow } from './flow.ts';
import { isArray } from './json.ts';
import type { MapState, ParallelState } from './machine.ts';
import { select } from './path.ts';

type FanState = MapState | ParallelState;

const isInline = (state: FanState): boolean => state.type === 'Map' && state.iteration === undefined;
const isDistributed = (state: FanState): state is MapState => state.type === 'Map' && state.iteration !== undefined;

/** Throws StatesError before any child has started. */
export const beginFan = (flow: Flow, execution: Execution, thread: Thread, state: FanState): void => {
  const input = effectiveInput(execution, thread, state);
  const total = state.type === 'Map' ? itemsOf(execution, thread, state).length : state.branches.length;
  const limit = state.type === 'Map' ? integerAt(state.maxConcurrency, envOf(execution, thread, input), 0) : 0;
  flow.emit(execution, thread, `${state.type}StateStarted`, state.type === 'Map' ? { length: total } : {});
  thread.phase = 'children';
  if (isDistributed(state)) flow.emit(execution, thread, 'MapRunStarted');
  thread.fan = { total, atOnce: limit || total };
  execution.progress.set(thread.id, { started: 0, done: 0 });
  if (total === 0) collect(flow, execution, thread, state);
  else startChildren(flow, execution, thread, state);
};

const itemsOf = (execution: Execution, thread: Thread, state: MapState): readonly Json[] => {
  const env = envOf(execution, thread, effectiveInput(execution, thread, state));
  const items = state.itemsPath === null ? {} : evaluating('States.Runtime', () => select(state.itemsPath!, env));
  if (!isArray(items)) throw runtimeError(`the items of ${state.name} are not an array`);
  return items;
};

const startChildren = (flow: Flow, execution: Execution, thread: Thread, state: FanState): void => {
  const progress = execution.progress.get(thread.id)!;
  const { total, atOnce } = thread.fan!;
  try {
    while (progress.started < total && progress.started - progress.done < atOnce) {
      spawn(flow, execution, thread, state, progress.started);
      progress.started += 1;
    }
  } catch (error) {
    failFan(flow, execution, thread, state, failureOf(error));
  }
};

const spawn = (flow: Flow, execution: Execution, parent: Thread, state: FanState, index: number): void => {
  const { input, item } =
    state.type === 'Map' ? iterationInput(execution, parent, state, index) : branchInput(execution, parent, state);
  const child: Thread = {
    ...newThread(execution.nextThread++, state.type === 'Map' ? state.startAt : state.branches[index]!, input),
    parent: parent.id,
    index,
    path: `${parent.path}${state.name}[${index}]/`,
    ...(item === undefined ? {} : { item }),
    lastEvent: parent.lastEvent,
  };
  execution.threads.set(child.id, child);
  execution.changed.add(child);
  if (isDistributed(state)) return startIteration(flow, execution, child, state);
  execution.ready.push(child);
  if (isInline(state)) flow.emit(execution, child, 'MapIterationStarted', { name: state.name, index });
};

/** The thread of an item of a distributed Map only waits for the item's own execution. */
const startIteration = (flow: Flow, execution: Execution, proxy: Thread, state: MapState): void => {
  const { input } = proxy;
  const { entered, retryCount } = execution.threads.get(proxy.parent!)!; // a new visit or attempt is a new execution
  Object.assign(proxy, { state: state.name, phase: 'execution', input: null, entered, retryCount });
  flow.host.startIteration(execution, proxy, state.iteration!, input);
};

/** The execution of an item of a distributed Map has ended. */
export const iterationEnded = (
  flow: Flow,
  execution: Execution,
  proxy: Thread,
  child: Pick<Execution, 'output' | 'failure'>,
): void => {
  delete proxy.task;
  if (child.output !== undefined) {
    Object.assign(proxy, { phase: 'done', output: child.output });
    execution.changed.add(proxy);
    return childDone(flow, execution, proxy);
  }
  const parent = execution.threads.get(proxy.parent!)!;
  const cause = `an item failed with ${child.failure?.error ?? 'no error'}: ${child.failure?.cause ?? ''}`;
  const failure = { error: 'States.ExceedToleratedFailureThreshold', cause };
  flow.emit(execution, parent, 'MapRunFailed', failure);
  failFan(flow, execution, parent, flow.stateOf(execution, parent) as FanState, failure);
};

const branchInput = (execution: Execution, parent: Thread, state: ParallelState): { input: Json; item?: undefined } => {
  const effective = effectiveInput(execution, parent, state);
  const { parameters } = state;
  if (parameters === undefined) return { input: effective };
  const input = evaluating('States.ParameterPathFailure', () => parameters(envOf(execution, parent, effective)));
  return { input: limited(input, `the input of ${state.name}`) };
};

const iterationInput = (execution: Execution, parent: Thread, state: MapState, index: number) => {
  const item = { Index: index, Value: itemsOf(execution, parent, state)[index]! };
  const { itemSelector } = state;
  if (itemSelector === undefined) return { input: item.Value, item };
  const env = envOf(execution, parent, effectiveInput(execution, parent, state), { item });
  return {
    input: limited(
      evaluating('States.ParameterPathFailure', () => itemSelector(env)),
      `an item of ${state.name}`,
    ),
    item,
  };
};

/** A child has reached its end; `output` is on its thread. */
export const childDone = (flow: Flow, execution: Execution, child: Thread): void => {
  const parent = execution.threads.get(child.parent!)!;
  const state = flow.stateOf(execution, parent) as FanState;
  const progress = execution.progress.get(parent.id)!;
  progress.done += 1;
  if (isInline(state)) flow.emit(execution, child, 'MapIterationSucceeded', { name: state.name, index: child.index });
  parent.lastEvent = child.lastEvent;
  if (progress.done === parent.fan!.total) collect(flow, execution, parent, state);
  else startChildren(flow, execution, parent, state);
};

const collect = (flow: Flow, execution: Execution, thread: Thread, state: FanState): void => {
  const outputs = Array<Json>(thread.fan!.total).fill(null);
  for (const child of childrenOf(execution, thread)) outputs[child.index] = child.output ?? null;
  dropChildren(flow, execution, thread);
  if (isDistributed(state)) flow.emit(execution, thread, 'MapRunSucceeded');
  flow.emit(execution, thread, `${state.type}StateSucceeded`);
  flow.complete(execution, thread, state, outputs);
};

/** A child has failed for good: its siblings are stopped at once. */
export const childFailed = (flow: Flow, execution: Execution, child: Thread, failure: Failure): void => {
  const parent = execution.threads.get(child.parent!)!;
  const state = flow.stateOf(execution, parent) as FanState;
  if (isInline(state)) flow.emit(execution, child, 'MapIterationFailed', { name: state.name, index: child.index });
  parent.lastEvent = child.lastEvent;
  failFan(flow, execution, parent, state, failure);
};

const failFan = (flow: Flow, execution: Execution, thread: Thread, state: FanState, failure: Failure): void => {
  dropChildren(flow, execution, thread);
  flow.emit(execution, thread, `${state.type}StateFailed`, { ...failure });
  flow.fail(execution, thread, failure);
};

const childrenOf = (execution: Execution, { id }: Thread): Thread[] =>
  [...execution.threads.values()].filter(({ parent }) => parent === id);

const dropChildren = (flow: Flow, execution: Execution, thread: Thread): void => {
  for (const child of childrenOf(execution, thread)) {
    if (child.fan !== undefined) dropChildren(flow, execution, child);
    if (child.task !== undefined) flow.host.abandon(execution, child);
    clearDeadlines(child);
    flow.host.schedule(execution, child);
    execution.threads.delete(child.id);
    execution.changed.delete(child);
    execution.removed.add(child.id);
  }
  delete thread.fan;
  execution.progress.delete(thread.id);
};
