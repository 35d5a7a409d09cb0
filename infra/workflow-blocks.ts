// The Retry and Catch blocks of the state machines, each defined once: what a task retries follows from what it calls,
// and where it continues after an error follows from its workflow. `npm run workflows` writes them into
// workflows/*.asl.json, which are the files that are deployed and read; a test checks that the files are as they would
// be written. Sources: Step Functions Developer Guide, "Handle Lambda service exceptions", "Error names".
// Traps: order matters: the first matching catcher is used, so States.ALL is last; and a task that waits for a person
// must not be repeated when its own time limit is over, so States.Timeout is retried only by calls that wait for
// nothing but a function.
import { must } from '#core/errors.ts';
import type { Workflow } from './state-machine.ts';

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly MaxDelaySeconds: number;
}
type State = Readonly<Record<string, unknown>>;
export interface Definition {
  readonly States: Readonly<Record<string, State>>;
}

const patiently = (ErrorEquals: readonly string[]): Retrier => ({
  ErrorEquals,
  IntervalSeconds: 2,
  MaxAttempts: 6,
  MaxDelaySeconds: 60,
});
const twice = (ErrorEquals: readonly string[], IntervalSeconds: number, MaxDelaySeconds: number): Retrier => ({
  ErrorEquals,
  IntervalSeconds,
  MaxAttempts: 2,
  MaxDelaySeconds,
});

/** Another process was faster, or a service was busy; the call itself is correct. */
const PASSING = patiently([
  'TICKET_CONFLICT',
  'LEDGER_CONFLICT',
  'STORE_LOCKED',
  'SERVICE_UNAVAILABLE',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.TooManyRequestsException',
]);
/** The function's process ended; if it happens twice it is no accident. */
const DIED = ['Lambda.Unknown', 'Runtime.ExitError', 'Runtime.OutOfMemory', 'Sandbox.Timedout'];

/** By what a task calls. Batch itself repeats a job that lost its machine; this covers what Batch gave up. */
const RETRY: readonly (readonly [calls: RegExp, retry: readonly Retrier[]])[] = [
  [/^\$\{[^}]+\}$/, [PASSING, twice([...DIED, 'States.Timeout'], 5, 60)]],
  [/:::lambda:invoke\.waitForTaskToken$/, [PASSING, twice(DIED, 5, 60)]],
  [
    /:::batch:submitJob\.sync$/,
    [twice(['States.TaskFailed', 'Batch.AWSBatchException', 'Batch.SdkClientException'], 10, 300)],
  ],
  [
    /:::states:startExecution\.sync:2$/,
    [
      patiently([
        'StepFunctions.AWSStepFunctionsException',
        'StepFunctions.ExecutionLimitExceeded',
        'StepFunctions.SdkClientException',
      ]),
    ],
  ],
];

/**
 * The states at which a task continues when the ticket is on hold, was closed, is kept for an appeal, its own time
 * limit is over, or anything else failed.
 */
interface Ways {
  readonly onHold?: string;
  readonly closed?: string;
  readonly kept?: string;
  readonly late?: string;
  readonly failed: string;
}

const ERASURE: Ways = { onHold: 'Await release', closed: 'Closed elsewhere', failed: 'Record failure' };
const UNLEARN: Ways = { onHold: 'Held', closed: 'Closed', failed: 'Record failure' };

/** The ways of every task of a workflow, and of the tasks that differ. */
export const WAYS: Readonly<Record<Workflow, { every: Ways; but?: Readonly<Record<string, Ways>> }>> = {
  erasure: {
    every: ERASURE,
    but: {
      Unlearn: { ...ERASURE, failed: 'Stopped?' },
      'Request identity': { ...ERASURE, late: 'Close unidentified' },
      // told anew until when: the refusal of a part may be appealed
      'Purge case': { ...ERASURE, kept: 'Notify parties' },
      'Await base': { ...ERASURE, late: 'Deploy model' },
      'Await release': { closed: 'Closed elsewhere', late: 'Locate ticket', failed: 'Failure not recorded' },
      'Record failure': { onHold: 'Await release', failed: 'Failure not recorded' },
      'Log failure': { failed: 'Step failed' },
    },
  },
  unlearn: {
    every: UNLEARN,
    but: { 'Await turn': { ...UNLEARN, late: 'Plan run' }, 'Record failure': { ...UNLEARN, failed: 'Step failed' } },
  },
  recertify: { every: { failed: 'Recertification failed' } },
};

const CAUGHT: readonly (readonly [way: keyof Ways, error: string])[] = [
  ['onHold', 'TICKET_ON_HOLD'],
  ['closed', 'TICKET_CLOSED'],
  ['kept', 'CASE_KEPT'],
  ['late', 'States.Timeout'],
  ['failed', 'States.ALL'],
];

const catchersOf = (ways: Ways) =>
  CAUGHT.flatMap(([way, error]) => {
    const Next = ways[way];
    return Next === undefined ? [] : [{ ErrorEquals: [error], ResultPath: '$.error', Next }];
  });

const retriersOf = (state: string, resource: string) => {
  const [, retriers] = must(
    RETRY.find(([calls]) => calls.test(resource)),
    `Retry block for '${resource}' of state '${state}'`,
  );
  return retriers.map(({ ErrorEquals, IntervalSeconds, MaxAttempts, MaxDelaySeconds }) => ({
    ...{ ErrorEquals, IntervalSeconds, MaxAttempts, BackoffRate: 2, MaxDelaySeconds },
    JitterStrategy: 'FULL',
  }));
};

/** Fields that are replaced; the one that names the next state comes last. */
const REPLACED = ['Retry', 'Catch', 'Next', 'End'];

/** The definition with its tasks' blocks as they should be. */
export const withBlocks = <D extends Definition>(workflow: Workflow, definition: D): D => {
  const { every, but = {} } = WAYS[workflow];
  const states = Object.entries(definition.States).map(([name, state]) => {
    if (state['Type'] !== 'Task') return [name, state];
    const { Next, End } = state;
    const rest = Object.fromEntries(Object.entries(state).filter(([key]) => !REPLACED.includes(key)));
    const blocks = { Retry: retriersOf(name, String(state['Resource'])), Catch: catchersOf(but[name] ?? every) };
    const onwards = End === undefined ? { Next } : { End };
    return [name, { ...rest, ...blocks, ...onwards }];
  });
  return { ...definition, States: Object.fromEntries(states) as D['States'] };
};
