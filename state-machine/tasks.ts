// Task states: what is asked of a function, a job queue or another workflow, and what each answer means. Amazon States
// Language, "Task State"; AWS Step Functions, "Service integration patterns". Trap: the call after a crash must be the
// same call under the same key, so the payload is stored before the call is made.
import { canonicalize, type Json } from '#core/canonical.ts';
import { effectiveInput, envOf, evaluating, failureOf, integerAt, limited } from './data-flow.ts';
import type { Execution, Task, Thread } from './execution.ts';
import type { Failure } from './failures.ts';
import type { Flow } from './flow.ts';
import type { JsonObject } from './json.ts';
import type { TaskState } from './machine.ts';
import { EVENT_RESOURCE } from './resources.ts';

/** Throws StatesError from InputPath; any other failure goes through the state's Retry and Catch. */
export const beginTask = (flow: Flow, execution: Execution, thread: Thread, state: TaskState): void => {
  const input = effectiveInput(execution, thread, state);
  const { kind } = state.resource;
  try {
    const token = kind === 'token' ? flow.host.newToken(execution, thread) : undefined;
    const payload = payloadOf(execution, thread, state, input, token);
    setDeadlines(flow, execution, thread, state, input);
    thread.task = { key: taskKey(execution, thread), kind, payload, ...(token === undefined ? {} : { token }) };
  } catch (error) {
    const failure = failureOf(error);
    flow.emit(execution, thread, 'TaskFailed', { ...failure });
    flow.fail(execution, thread, failure);
    return;
  }
  thread.phase = 'calling';
  emitScheduled(flow, execution, thread, state);
  flow.host.schedule(execution, thread);
  flow.host.perform(execution, thread);
};

/** The idempotency key of the attempt that the thread is at. */
export const taskKey = (execution: Execution, thread: Thread): string =>
  `${execution.id}/${thread.path}${thread.state}/${thread.entered}.${thread.retryCount}`;

const payloadOf = (
  execution: Execution,
  thread: Thread,
  state: TaskState,
  input: Json,
  token: string | undefined,
): Json => {
  const { parameters } = state;
  const env = envOf(execution, thread, input, { token });
  const payload = parameters === undefined ? input : evaluating('States.ParameterPathFailure', () => parameters(env));
  return limited(payload, `the payload of ${state.name}`);
};

const setDeadlines = (flow: Flow, execution: Execution, thread: Thread, state: TaskState, input: Json): void => {
  const env = envOf(execution, thread, input);
  const now = flow.host.now();
  if (state.timeout !== undefined) thread.timeoutAt = now + integerAt(state.timeout, env, 1) * 1000;
  if (state.heartbeat === undefined) return;
  thread.heartbeatMs = integerAt(state.heartbeat, env, 1) * 1000;
  thread.heartbeatAt = now + thread.heartbeatMs;
};

/** A function called by its ARN has event names of its own. */
const eventName = (task: Pick<Task, 'kind'>, what: string) =>
  `${task.kind === 'function' ? 'LambdaFunction' : 'Task'}${what}`;

const eventResource = ({ kind }: Pick<Task, 'kind'>): JsonObject => (kind === 'function' ? {} : EVENT_RESOURCE[kind]);

const emitScheduled = (flow: Flow, execution: Execution, thread: Thread, state: TaskState): void => {
  const task = thread.task!;
  const asked =
    state.resource.kind === 'function'
      ? { resource: state.resource.functionName, input: task.payload }
      : { ...eventResource(task), parameters: withoutToken(task) };
  const timeout =
    thread.timeoutAt === undefined ? {} : { timeoutInSeconds: (thread.timeoutAt - flow.host.now()) / 1000 };
  flow.emit(execution, thread, eventName(task, 'Scheduled'), { ...asked, ...timeout });
  flow.emit(execution, thread, eventName(task, 'Started'), eventResource(task));
};

/**
 * The payload without its token: the history is exported as evidence, and whoever reads a token there could answer it.
 */
const withoutToken = ({ payload, token }: Task): Json =>
  token === undefined ? payload : (JSON.parse(JSON.stringify(payload).replaceAll(token, '[task token]')) as Json);

/** The call has returned: the result of a plain function, or the submission of what goes on elsewhere. */
export const taskAnswered = (flow: Flow, execution: Execution, thread: Thread, answer: Json): void => {
  const task = thread.task!;
  if (task.kind === 'function') return taskSucceeded(flow, execution, thread, answer);
  if (task.kind === 'invoke') {
    const output = { ExecutedVersion: '$LATEST', Payload: answer, StatusCode: 200 };
    return taskSucceeded(flow, execution, thread, output);
  }
  if (task.kind === 'job') task.jobId = answer as string;
  if (task.kind === 'execution') task.child = answer as string;
  thread.phase = task.kind;
  execution.changed.add(thread);
  emitSubmitted(flow, execution, thread);
};

const emitSubmitted = (flow: Flow, execution: Execution, thread: Thread): void => {
  const { task } = thread;
  const output =
    task?.kind === 'job' ? { JobId: task.jobId } : task?.kind === 'execution' ? { ExecutionArn: task.child } : {};
  flow.emit(execution, thread, 'TaskSubmitted', { ...eventResource(task!), output });
};

/**
 * A callback may arrive before the answer of the function that passed the token on; the history keeps the usual order.
 */
export const tokenAnswered = (
  flow: Flow,
  execution: Execution,
  thread: Thread,
  answer: Json | Failure,
  ok: boolean,
): void => {
  if (thread.phase === 'calling') emitSubmitted(flow, execution, thread);
  if (ok) taskSucceeded(flow, execution, thread, answer as Json);
  else taskFailed(flow, execution, thread, answer as Failure);
};

export const taskSucceeded = (flow: Flow, execution: Execution, thread: Thread, output: Json): void => {
  const task = thread.task!;
  try {
    limited(output, `the result of ${thread.state}`);
  } catch (error) {
    return taskFailed(flow, execution, thread, failureOf(error));
  }
  flow.emit(execution, thread, eventName(task, 'Succeeded'), { ...eventResource(task), output });
  delete thread.task; // it has ended, so fail() must not abandon it
  flow.complete(execution, thread, flow.stateOf(execution, thread) as TaskState, output);
};

export const taskFailed = (flow: Flow, execution: Execution, thread: Thread, failure: Failure): void => {
  flow.emit(execution, thread, eventName(thread.task!, 'Failed'), { ...eventResource(thread.task!), ...failure });
  delete thread.task;
  flow.fail(execution, thread, failure);
};

/** The call may still be running; Flow.fail abandons it, since the task stays on the thread. */
export const taskTimedOut = (flow: Flow, execution: Execution, thread: Thread, error: string): void => {
  const failure = { error, cause: '' };
  flow.emit(execution, thread, eventName(thread.task!, 'TimedOut'), { ...eventResource(thread.task!), ...failure });
  flow.fail(execution, thread, failure);
};

/** What `batch:submitJob.sync` yields, and as text the cause of its failure. */
export const jobDetail = (task: Task, status: string, reason: string | undefined): JsonObject => {
  const asked = task.payload as JsonObject;
  const { JobName, JobDefinition, JobQueue, Parameters } = asked;
  return {
    JobId: task.jobId,
    JobName,
    JobDefinition,
    ...(JobQueue === undefined ? {} : { JobQueue }),
    ...(Parameters === undefined ? {} : { Parameters }),
    Status: status,
    ...(reason === undefined ? {} : { StatusReason: reason }),
  };
};

/** The end of a child execution, for the task that waits for it. */
export const executionEnded = (flow: Flow, execution: Execution, thread: Thread, child: Ended): void => {
  if (child.status === 'SUCCEEDED') return taskSucceeded(flow, execution, thread, executionDetail(child));
  taskFailed(flow, execution, thread, { error: 'States.TaskFailed', cause: canonicalize(executionDetail(child)) });
};

export type Ended = Pick<
  Execution,
  'id' | 'name' | 'workflow' | 'input' | 'startedAt' | 'status' | 'output' | 'failure'
>;

const executionDetail = (child: Ended): JsonObject => ({
  ExecutionArn: child.id,
  Name: child.name,
  StateMachineArn: child.workflow,
  Input: child.input,
  StartDate: child.startedAt,
  Status: child.status,
  ...(child.output === undefined ? {} : { Output: child.output }),
  ...(child.failure === undefined ? {} : { Error: child.failure.error, Cause: child.failure.cause }),
});
