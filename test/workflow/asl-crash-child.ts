// A process for asl-crash.test.ts: runs one execution that uses every kind of waiting, and kills itself with SIGKILL at
// the n-th hook.
// Arguments: folder, n (0: never). Effects go to a journal in the folder, idempotent by key; the outcome to
// result.json.
import { appendFileSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAslEngine } from '#state-machine/engine.ts';
import { isQuittanceError } from '#core/errors.ts';

const [folder = '', killAt = '0'] = process.argv.slice(2);

/**
 * Everything that the engine reaches anything else through counts: the clock, functions, jobs, and events once they are
 * on disk.
 */
let hooks = 0;
const hook = () => {
  hooks += 1;
  if (hooks === Number(killAt)) process.kill(process.pid, 'SIGKILL');
};

interface Effect {
  key: string;
  name: string;
  payload: unknown;
  token?: string;
}

const journal = join(folder, 'effects.jsonl');
const effects = (): Effect[] =>
  existsSync(journal)
    ? readFileSync(journal, 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line) as Effect)
    : [];

const applyOnce = (effect: Effect) => {
  hook();
  const known = effects().find(({ key }) => key === effect.key);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(effect))
    throw new Error('another call under the same key');
  if (known !== undefined) return;
  const file = openSync(journal, 'a');
  appendFileSync(file, `${JSON.stringify(effect)}\n`);
  fsyncSync(file);
  hook();
};

/** Twenty times as fast as the clock on the wall, across restarts. */
const epoch = join(folder, 'epoch');
if (!existsSync(epoch)) writeFileSync(epoch, String(Date.now()));
const base = Number(readFileSync(epoch, 'utf8'));
const clock = {
  now: () => {
    hook();
    return new Date(base + (Date.now() - base) * 20);
  },
};

const call = (payload: object) => ({
  Type: 'Task',
  Resource: 'work',
  Parameters: { ...payload, 'uuid.$': 'States.UUID()' },
  Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 1, MaxAttempts: 2 }],
});

const child = {
  StartAt: 'Inner',
  States: {
    Inner: { ...call({ v: 'inner' }), ResultPath: null, Next: 'Pause' },
    Pause: { Type: 'Wait', Seconds: 1, End: true },
  },
};

const main = {
  StartAt: 'First',
  States: {
    First: { ...call({ v: 'first', 'try.$': '$$.State.RetryCount' }), ResultPath: '$.first', Next: 'Ask' },
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: 'ask', Payload: { 'token.$': '$$.Task.Token' } },
      TimeoutSeconds: 86_400,
      ResultPath: '$.asked',
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      ItemsPath: '$.items',
      MaxConcurrency: 2,
      ItemProcessor: {
        StartAt: 'Item',
        States: { Item: { ...call({ 'v.$': '$' }), Next: 'Rest' }, Rest: { Type: 'Wait', Seconds: 1, End: true } },
      },
      ResultPath: '$.each',
      Next: 'Both',
    },
    Both: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Job',
          States: {
            Job: {
              Type: 'Task',
              Resource: 'arn:aws:states:::batch:submitJob.sync',
              Parameters: { JobName: 'job', JobDefinition: 'd' },
              ResultSelector: { 's.$': '$.Status' },
              End: true,
            },
          },
        },
        {
          StartAt: 'Child',
          States: {
            Child: {
              Type: 'Task',
              Resource: 'arn:aws:states:::states:startExecution.sync:2',
              Parameters: { StateMachineArn: 'child', Input: { a: 1 } },
              ResultSelector: { 'o.$': '$.Output' },
              End: true,
            },
          },
        },
      ],
      ResultPath: '$.both',
      Next: 'Last',
    },
    Last: { ...call({ v: 'last' }), ResultPath: '$.last', End: true },
  },
};

const described = new Set<string>();
const jobs = {
  async submit({ name }: { name: string }) {
    applyOnce({ key: name, name: 'job', payload: null });
    return { jobId: name };
  },
  async describe(jobId: string) {
    hook();
    const status = described.has(jobId) ? ('SUCCEEDED' as const) : ('RUNNING' as const);
    described.add(jobId);
    return { status };
  },
};

const engine = createAslEngine({
  database: join(folder, 'workflows.sqlite'),
  workflows: { main, child },
  clock,
  clockPollMs: 10,
  jobs,
  onEvent: hook,
  functions: async (name, payload, { idempotencyKey }) => {
    const { token, ...rest } = payload as { token?: string; try?: number; v?: unknown };
    applyOnce({ key: idempotencyKey, name, payload: rest, ...(token === undefined ? {} : { token }) });
    if (rest.try === 0) throw Object.assign(new Error('first try'), { name: 'Flaky' });
    if (token !== undefined) setTimeout(() => void answer(token), 5);
    return { did: rest.v ?? null };
  },
});

/** The approver: answers every question that was put, again after a restart. */
const answer = (token: string) =>
  engine.sendTaskSuccess(token, 'yes').catch((error: unknown) => {
    if (!isQuittanceError(error, 'TASK_TOKEN_TIMED_OUT') && !isQuittanceError(error, 'TASK_TOKEN_INVALID')) throw error;
  });

await engine.resume();
for (const { token } of effects()) if (token !== undefined) await answer(token);
const executionId = 'main:run';
const { status } = await engine.describe(executionId).catch(() => ({ status: undefined }));
if (status === undefined) await engine.start({ workflow: 'main', name: 'run', input: { items: [1, 2, 3] } });
const end = await engine.settled(executionId);
const events = (await engine.history(executionId)).map(({ type }) => type);
const executions = await engine.listExecutions();
await engine.close();
writeFileSync(join(folder, 'result.tmp'), JSON.stringify({ end, events, executions: executions.length, hooks }));
renameSync(join(folder, 'result.tmp'), join(folder, 'result.json'));
