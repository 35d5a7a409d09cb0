// The definitions as files: each Task is a step or a job that exists, says what it is for, retries and catches; no Task
// carries anything but ids and digests.
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { STEP_SCHEDULES } from '#core/schedules.ts';
import { loadWorkflow } from '#state-machine/load.ts';
import { workflowSteps } from '#functions/steps.ts';
import { definitionOf, substitutions, WORKFLOWS } from '#bench/house/workflow-harness.ts';

/** Its types are not published. */
const aslValidator = createRequire(import.meta.url)('asl-validator') as (definition: unknown) => { errors: unknown[] };

interface StateDefinition {
  Type: string;
  Comment?: string;
  Resource?: string;
  Parameters?: Record<string, unknown>;
  Retry?: { ErrorEquals: string[] }[];
  Catch?: { ErrorEquals: string[]; Next: string }[];
  TimeoutSeconds?: number;
}
const statesOf = (name: string) =>
  Object.entries((definitionOf(name) as { States: Record<string, StateDefinition> }).States);
const all = WORKFLOWS.flatMap((workflow) =>
  statesOf(workflow).map(([name, state]) => [`${workflow}: ${name}`, state] as const),
);
const tasks = all.filter(([, { Type }]) => Type === 'Task');
/** Names in `${…}` anywhere in a definition. */
const named = (workflow: string) =>
  [...JSON.stringify(definitionOf(workflow)).matchAll(/\$\{([^}]+)\}/g)].map(([, name]) => name!);

/**
 * By service. Step Functions Developer Guide, "Handle Lambda service exceptions": out of memory and timeouts are
 * Lambda.Unknown there, and in histories the runtime's own types: github.com/awslabs/amazon-s3-find-and-forget/pull/283
 * shows Runtime.ExitError, Lambda's runtime emulator answers Sandbox.Timedout.
 */
const RETRIED = {
  lambda: [
    ...['Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException', 'Lambda.Unknown'],
    ...['Lambda.ClientExecutionTimeoutException', 'Lambda.TooManyRequestsException'],
    ...['Runtime.ExitError', 'Runtime.OutOfMemory', 'Sandbox.Timedout'],
  ],
  batch: ['States.TaskFailed', 'Batch.AWSBatchException', 'Batch.SdkClientException'],
  states: [
    ...['StepFunctions.AWSStepFunctionsException', 'StepFunctions.ExecutionLimitExceeded'],
    'StepFunctions.SdkClientException',
  ],
};
const serviceOf = (resource: string) => /^arn:aws:states:::(\w+):/.exec(resource)?.[1] ?? 'lambda';

describe.each(WORKFLOWS)('workflow %s', (workflow) => {
  it('loads in the interpreter', () => {
    const machine = loadWorkflow(workflow, definitionOf(workflow), { substitutions: substitutions() });
    expect(machine.states.size).toBe(statesOf(workflow).length);
  });

  it('is valid for an independent validator', () => {
    const plain: unknown = JSON.parse(
      JSON.stringify(definitionOf(workflow)).replaceAll(
        /\$\{([^}]+)\}/g,
        'arn:aws:lambda:eu-central-1:123456789012:function:$1',
      ),
    );
    expect(aslValidator(plain).errors).toEqual([]);
  });
});

describe('every task', () => {
  it('says what it is for', () => expect(all.filter(([, { Comment }]) => !Comment).map(([name]) => name)).toEqual([]));

  it('retries, has a timeout, and catches everything', () => {
    const bare = tasks.filter(
      ([, { Retry, Catch, TimeoutSeconds }]) =>
        !Retry?.length || !TimeoutSeconds || Catch?.at(-1)?.ErrorEquals.join() !== 'States.ALL',
    );
    expect(bare.map(([name]) => name)).toEqual([]);
  });

  it('tries again what AWS calls a service that failed and a function that died, by the names of its own service', () => {
    const names = (prefix: string) =>
      new Map(
        tasks.filter(([, { Resource }]) => serviceOf(Resource!) === prefix).map(([name, { Retry }]) => [name, Retry!]),
      );
    for (const [service, retried] of Object.entries(RETRIED))
      for (const [name, retry] of names(service)) {
        const listed = retry.flatMap(({ ErrorEquals }) => ErrorEquals);
        expect([name, retried.filter((one) => !listed.includes(one))]).toEqual([name, []]);
        const others = listed.filter((one) => one.includes('.') && !retried.includes(one) && one !== 'States.Timeout');
        expect([name, others]).toEqual([name, []]);
      }
  });

  it('tries again when it gave up on a function, but not when it gave up on a person', () => {
    for (const [name, { Resource, Retry }] of tasks)
      expect([name, Retry!.some(({ ErrorEquals }) => ErrorEquals.includes('States.Timeout'))]).toEqual([
        name,
        Resource!.startsWith('${'),
      ]);
  });

  it('that waits for a release looks for itself each day, so that a wake-up which was lost costs no more', () => {
    const { TimeoutSeconds, Catch } = new Map(tasks).get('erasure: Await release')!;
    expect(TimeoutSeconds).toBe(86_400);
    expect(Catch).toContainEqual(expect.objectContaining({ ErrorEquals: ['States.Timeout'], Next: 'Locate ticket' }));
  });

  it('is a step of the registry, and every workflow step is used by a workflow', () => {
    const names = new Set(WORKFLOWS.flatMap(named));
    const resources = [...names].filter((name) => !/^(workflow|job)-/.test(name));
    expect(resources.sort()).toEqual(
      workflowSteps
        .map(({ name }) => name)
        .filter((name) => !(name in STEP_SCHEDULES)) // the clock calls it
        .concat('close-ticket')
        .sort(),
    );
  });

  it('passes on ids, digests and codes, by name', () => {
    const leaves = (value: unknown): string[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => (typeof inner === 'object' ? leaves(inner) : [key]))
        : [];
    const allowed = [
      ...['ticketId', 'taskToken', 'planDigest', 'runDigest', 'job', 'model', 'trigger', 'execution', 'check', 'error'],
      ...['outcome', 'reason', 'by', 'FunctionName', 'StateMachineArn', 'Name', 'JobName', 'JobDefinition', 'JobQueue'],
    ];
    const passed = new Set(
      tasks.flatMap(([, { Parameters }]) => leaves(Parameters)).map((key) => key.replace(/\.\$$/, '')),
    );
    expect([...passed].filter((key) => !allowed.includes(key))).toEqual([]);
  });
});
