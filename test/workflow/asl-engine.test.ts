// The engine's API and its promises: same-name rules, task tokens, stopping, child executions, idempotency keys.
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { AslEngine, Functions } from '#state-machine/engine.ts';
import { batchJobs, closeEngines, manualClock, openEngine, removeScratch, scratch, until } from './asl-harness.ts';

afterEach(closeEngines);
afterAll(removeScratch);

const wait = (seconds: number) => ({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: seconds, End: true } } });

const asking = {
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: 'ask', Payload: { 'token.$': '$$.Task.Token' } },
      TimeoutSeconds: 1000,
      HeartbeatSeconds: 100,
      Catch: [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.late', Next: 'Late' }],
      End: true,
    },
    Late: { Type: 'Pass', OutputPath: '$.late.Error', End: true },
  },
};

/** Keeps the tokens that it is given. */
const asked = () => {
  const tokens: string[] = [];
  const functions: Functions = async (_, payload) => void tokens.push((payload as { token: string }).token);
  return { tokens, functions };
};

const task = (extra: object = {}) => ({
  StartAt: 'T',
  States: { T: { Type: 'Task', Resource: 'work', End: true, ...extra } },
});

const code = (expected: string) => expect.objectContaining({ code: expected }) as unknown as Error;
const STOPPED = { error: 'STOPPED', cause: 'by a person' };

const submitted = async (engine: AslEngine, executionId: string) =>
  (await engine.history(executionId)).some(({ type }) => type === 'TaskSubmitted');

describe('StartExecution', () => {
  it('under the name of a running execution: the same input is the same execution, in any key order; another is refused', async () => {
    const engine = openEngine({ workflows: { w: wait(1000) } });
    const first = await engine.start({ workflow: 'w', name: 'a', input: { x: 1, y: [2] } });
    expect(await engine.start({ workflow: 'w', name: 'a', input: { y: [2], x: 1 } })).toEqual(first);
    await expect(engine.start({ workflow: 'w', name: 'a', input: { x: 2 } })).rejects.toThrow(code('EXECUTION_EXISTS'));
    expect(await engine.listExecutions()).toHaveLength(1);
  });

  it('under the name of an ended execution is refused, also with the same input', async () => {
    const engine = openEngine({ workflows: { w: wait(0) } });
    const { executionId } = await engine.start({ workflow: 'w', name: 'a', input: {} });
    await engine.settled(executionId);
    await expect(engine.start({ workflow: 'w', name: 'a', input: {} })).rejects.toThrow(code('EXECUTION_EXISTS'));
  });

  it('twice in one turn starts one execution', async () => {
    const engine = openEngine({ workflows: { w: wait(1000) } });
    const request = { workflow: 'w', name: 'a', input: {} };
    const [one, two] = await Promise.all([engine.start(request), engine.start(request)]);
    expect(one).toEqual(two);
    expect(await engine.listExecutions()).toHaveLength(1);
  });

  it.each(['', 'a b', 'a/b', 'a*', 'x'.repeat(81), 'a\u0000'])('refuses the name %j', async (name) => {
    const engine = openEngine({ workflows: { w: wait(0) } });
    await expect(engine.start({ workflow: 'w', name, input: {} })).rejects.toThrow(code('INVALID_INPUT'));
  });

  it('refuses an unknown workflow, and an input over 256 KiB in bytes though not in characters', async () => {
    const engine = openEngine({ workflows: { w: wait(0) } });
    await expect(engine.start({ workflow: 'v', name: 'a', input: {} })).rejects.toThrow(code('NOT_FOUND'));
    await expect(engine.start({ workflow: 'w', name: 'a', input: '€'.repeat(100_000) })).rejects.toThrow(
      code('INPUT_TOO_LARGE'),
    );
    await expect(engine.describe('w:a')).rejects.toThrow(code('EXECUTION_NOT_FOUND'));
  });
});

describe('task tokens', () => {
  it('answer once; the replay and a made-up token are told apart', async () => {
    const { tokens, functions } = asked();
    const engine = openEngine({ workflows: { asking }, functions });
    const { executionId } = await engine.start({ workflow: 'asking', name: 'a', input: {} });
    await until(() => tokens.length === 1);
    await engine.sendTaskSuccess(tokens[0]!, { approved: true });
    expect(await engine.settled(executionId)).toEqual({ status: 'SUCCEEDED', output: { approved: true } });
    await expect(engine.sendTaskSuccess(tokens[0]!, {})).rejects.toThrow(code('TASK_TOKEN_TIMED_OUT'));
    await expect(engine.sendTaskFailure('made-up', 'E', '')).rejects.toThrow(code('TASK_TOKEN_INVALID'));
  });

  it('of two answers at once, one wins', async () => {
    const { tokens, functions } = asked();
    const engine = openEngine({ workflows: { asking }, functions });
    const { executionId } = await engine.start({ workflow: 'asking', name: 'a', input: {} });
    await until(() => tokens.length === 1);
    const answers = await Promise.allSettled(['yes', 'no'].map((answer) => engine.sendTaskSuccess(tokens[0]!, answer)));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await engine.settled(executionId)).toEqual({ status: 'SUCCEEDED', output: 'yes' });
  });

  it('are not in the history, which goes into evidence', async () => {
    const { tokens, functions } = asked();
    const engine = openEngine({ workflows: { asking }, functions });
    const { executionId } = await engine.start({ workflow: 'asking', name: 'a', input: {} });
    await until(() => tokens.length === 1);
    expect(JSON.stringify(await engine.history(executionId))).not.toContain(tokens[0]);
  });

  it('wait across a restart: token, timeout and heartbeat are the same', async () => {
    const database = join(scratch(), 'w.sqlite');
    const clock = manualClock();
    const { tokens, functions } = asked();
    const first = openEngine({ workflows: { asking }, functions, clock, database });
    const { executionId } = await first.start({ workflow: 'asking', name: 'a', input: {} });
    await until(() => submitted(first, executionId));
    clock.advance(90_000);
    await first.sendTaskHeartbeat(tokens[0]!); // until 190 s
    await first.close();
    const second = openEngine({ workflows: { asking }, functions, clock, database, clockPollMs: 5 });
    await second.resume();
    clock.advance(90_000);
    await clock.looked();
    expect((await second.describe(executionId)).status).toBe('RUNNING');
    clock.advance(11_000);
    expect(await second.settled(executionId)).toEqual({ status: 'SUCCEEDED', output: 'States.HeartbeatTimeout' });
    expect(tokens).toHaveLength(1);
  });
});

describe('StopExecution and children', () => {
  it('aborts the call under way and ends the execution; what the call still answers is dropped', async () => {
    let signalled = false;
    const functions: Functions = (_name, _payload, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          signalled = true;
          resolve('late');
        });
      });
    const engine = openEngine({ workflows: { t: task() }, functions });
    const { executionId } = await engine.start({ workflow: 't', name: 'a', input: {} });
    await engine.stop(executionId, { error: 'Withdrawn', cause: 'by the requester' });
    expect(await engine.settled(executionId)).toEqual({
      status: 'ABORTED',
      error: 'Withdrawn',
      cause: 'by the requester',
    });
    expect(signalled).toBe(true);
    await engine.stop(executionId, STOPPED);
    expect((await engine.history(executionId)).at(-1)!.type).toBe('ExecutionAborted');
    await expect(engine.stop('t:none', STOPPED)).rejects.toThrow(code('EXECUTION_NOT_FOUND'));
  });

  const parent = (extra: object = {}) => ({
    StartAt: 'C',
    States: {
      C: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: {
          StateMachineArn: 'arn:aws:states:eu-central-1:000000000000:stateMachine:child',
          Input: { 'v.$': '$.v' },
        },
        End: true,
        ...extra,
      },
    },
  });

  it('a child gives its output as JSON, with the events of a task that is waited for', async () => {
    const child = { StartAt: 'P', States: { P: { Type: 'Pass', Parameters: { 'w.$': '$.v' }, End: true } } };
    const engine = openEngine({ workflows: { parent: parent({ OutputPath: '$.Output' }), child } });
    const { executionId } = await engine.start({ workflow: 'parent', name: 'a', input: { v: 1 } });
    expect(await engine.settled(executionId)).toEqual({ status: 'SUCCEEDED', output: { w: 1 } });
    expect((await engine.history(executionId)).map(({ type }) => type)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded'],
      ...['TaskStateExited', 'ExecutionSucceeded'],
    ]);
  });

  it('a failed child is States.TaskFailed with its own error in the cause', async () => {
    const child = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Inner', Cause: 'c' } } };
    const engine = openEngine({ workflows: { parent: parent(), child } });
    const { executionId } = await engine.start({ workflow: 'parent', name: 'a', input: { v: 1 } });
    const { error, cause } = await engine.settled(executionId);
    expect(error).toBe('States.TaskFailed');
    expect(JSON.parse(cause!)).toMatchObject({ Status: 'FAILED', Error: 'Inner', Cause: 'c' });
  });

  it('a name that was used for another child is an error that the parent may catch', async () => {
    const child = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
    const named = parent({ Parameters: { StateMachineArn: 'child', Name: 'same' } });
    const engine = openEngine({ workflows: { parent: named, child } });
    const ends = [];
    for (const name of ['a', 'b']) {
      const { executionId } = await engine.start({ workflow: 'parent', name, input: {} });
      ends.push(await engine.settled(executionId));
    }
    expect(ends.map(({ status, error }) => error ?? status)).toEqual([
      'SUCCEEDED',
      'StepFunctions.ExecutionAlreadyExistsException',
    ]);
  });

  it('stopping the parent stops the child, and a job that can be cancelled', async () => {
    const cancelled: string[] = [];
    const jobs = {
      ...batchJobs(),
      describe: async () => ({ status: 'RUNNING' as const }),
      cancel: async (id: string) => void cancelled.push(id),
    };
    const job = { Resource: 'arn:aws:states:::batch:submitJob.sync', Parameters: { JobName: 'j', JobDefinition: 'd' } };
    const engine = openEngine({ workflows: { parent: parent(), child: task(job) }, jobs });
    const { executionId } = await engine.start({ workflow: 'parent', name: 'a', input: { v: 1 } });
    const child = async () => (await engine.listExecutions()).find(({ workflow }) => workflow === 'child');
    await until(async () => (await child()) !== undefined && (await submitted(engine, (await child())!.executionId)));
    await engine.stop(executionId, STOPPED);
    expect((await child())!.status).toBe('ABORTED');
    await until(() => cancelled.length === 1);
    expect(jobs.submitted).toEqual(cancelled);
  });
});

describe('idempotency keys', () => {
  it('differ by execution, visit, attempt and item; a retried job is another job', async () => {
    const keys: string[] = [];
    const functions: Functions = async (_name, _payload, { idempotencyKey }) => {
      keys.push(idempotencyKey);
      return null;
    };
    const each = {
      StartAt: 'M',
      States: {
        M: { Type: 'Map', ItemProcessor: task(), ResultPath: null, Next: 'N' },
        N: { ...task().States.T, Type: 'Task' },
      },
    };
    const retried = task({
      Resource: 'arn:aws:states:::batch:submitJob.sync',
      Parameters: { JobName: 'fail', JobDefinition: 'd' },
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }],
    });
    const jobs = batchJobs();
    const engine = openEngine({ workflows: { each, retried }, functions, jobs });
    for (const name of ['a', 'b'])
      await engine.settled((await engine.start({ workflow: 'each', name, input: [1, 2] })).executionId);
    expect(new Set(keys).size).toBe(6);
    await engine.settled((await engine.start({ workflow: 'retried', name: 'a', input: {} })).executionId);
    expect(new Set(jobs.submitted).size).toBe(2);
  });
});
