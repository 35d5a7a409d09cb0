// What is refused when a definition is loaded: every field that is not implemented, by the name of state and field, and
// every definition that could not run.
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isQuittanceError, type ErrorCode } from '#core/errors.ts';
import { closeEngines, openEngine, removeScratch } from './asl-harness.ts';

afterEach(closeEngines);
afterAll(removeScratch);

const pass = { Type: 'Pass', End: true };
const inner = { StartAt: 'P', States: { P: pass } };
const task = { Type: 'Task', Resource: 'work', End: true };
const map = { Type: 'Map', ItemProcessor: inner, End: true };
const parallel = { Type: 'Parallel', Branches: [inner], End: true };
const wait = { Type: 'Wait', Seconds: 1, End: true };
const choice = (rule: object) => ({ Type: 'Choice', Choices: [{ Next: 'S', ...rule }] });
const invoke = { ...task, Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: 'f' } };
const job = {
  ...task,
  Resource: 'arn:aws:states:::batch:submitJob.sync',
  Parameters: { JobName: 'j', JobDefinition: 'd' },
};

/** The machine of one state X; a Choice gets the state S that it leads to. */
const machine = (state: { Type: string } & Record<string, unknown>, extra: object = {}) => ({
  StartAt: 'X',
  States: { X: state, ...(state.Type === 'Choice' ? { S: { Type: 'Succeed' } } : {}) },
  ...extra,
});

const refusal = (definition: unknown): { code: ErrorCode | 'loaded'; message: string } => {
  try {
    openEngine({ workflows: { w: definition }, substitutions: { known: 'work' } });
    return { code: 'loaded', message: '' };
  } catch (error) {
    if (isQuittanceError(error)) return { code: error.code, message: error.message };
    throw error;
  }
};

describe('a field that is not implemented is refused by name', () => {
  it.each<[string, object, string[]]>([
    ['a misspelt field', machine({ ...pass, Reslt: 1 }), ['X', 'Reslt']],
    ['a field of the machine', machine(pass, { Foo: 1 }), ['Foo']],
    ['a field of another state type', machine({ ...pass, Resource: 'work' }), ['X', 'Resource']],
    ['JSONata for the machine', machine(pass, { QueryLanguage: 'JSONata' }), ['QueryLanguage', 'JSONata']],
    ['JSONata for one state', machine({ ...pass, QueryLanguage: 'JSONata' }), ['X', 'QueryLanguage', 'JSONata']],
    ['Arguments, a JSONata field', machine({ ...task, Arguments: {} }), ['X', 'Arguments']],
    ['Output, a JSONata field', machine({ ...pass, Output: {} }), ['X', 'Output']],
    ['Items, a JSONata field', machine({ ...map, Items: [] }), ['X', 'Items']],
    ['Condition, a JSONata field', machine(choice({ Condition: '{% true %}' })), ['X', 'Condition']],
    ['Credentials', machine({ ...task, Credentials: {} }), ['X', 'Credentials']],
    ['ItemReader', machine({ ...map, ItemReader: {} }), ['X', 'ItemReader']],
    ['ItemBatcher', machine({ ...map, ItemBatcher: {} }), ['X', 'ItemBatcher']],
    ['ResultWriter', machine({ ...map, ResultWriter: {} }), ['X', 'ResultWriter']],
    ['Label', machine({ ...map, Label: 'l' }), ['X', 'Label']],
    ['a tolerated failure', machine({ ...map, ToleratedFailureCount: 1 }), ['X', 'ToleratedFailureCount']],
    [
      'tolerated failures by path',
      machine({ ...map, ToleratedFailureCountPath: '$.n' }),
      ['X', 'ToleratedFailureCountPath'],
    ],
    [
      'express children',
      machine({
        ...map,
        ItemProcessor: { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } },
      }),
      ['X', 'ProcessorConfig', 'EXPRESS'],
    ],
    ['TimeoutSeconds of a Map', machine({ ...map, TimeoutSeconds: 5 }), ['X', 'TimeoutSeconds']],
    ['a field of a retrier', machine({ ...task, Retry: [{ ErrorEquals: ['E'], Foo: 1 }] }), ['X', 'Retry.0', 'Foo']],
    [
      'an unknown jitter',
      machine({ ...task, Retry: [{ ErrorEquals: ['E'], JitterStrategy: 'HALF' }] }),
      ['X', 'JitterStrategy', 'HALF'],
    ],
    [
      'a field of a catcher',
      machine({ ...task, Catch: [{ ErrorEquals: ['E'], Next: 'X', Output: 1 }] }),
      ['X', 'Catch.0', 'Output'],
    ],
    ['an unknown state type', machine({ Type: 'Activity' }), ['X', 'Type', 'Activity']],
    ['an unknown operator', machine(choice({ Variable: '$.a', StringContains: 'b' })), ['X', 'StringContains']],
    [
      'an operator that the type has not',
      machine(choice({ Variable: '$.a', BooleanLessThan: true })),
      ['X', 'BooleanLessThan'],
    ],
    [
      'an unknown intrinsic',
      machine({ ...pass, Parameters: { 'a.$': 'States.Sum($.a)' } }),
      ['X', 'Parameters', 'States.Sum'],
    ],
    ['a path function', machine({ ...pass, Parameters: { 'a.$': '$.a.length()' } }), ['X', 'Parameters', 'length()']],
    [
      'a filter operator',
      machine({ ...pass, Parameters: { 'a.$': '$.a[?(@.b =~ 1)]' } }),
      ['X', 'Parameters', 'operator'],
    ],
    [
      'another service',
      machine({ ...task, Resource: 'arn:aws:states:::sqs:sendMessage' }),
      ['X', 'Resource', 'sqs:sendMessage'],
    ],
    [
      'an SDK integration',
      machine({ ...task, Resource: 'arn:aws:states:::aws-sdk:kms:sign' }),
      ['X', 'aws-sdk:kms:sign'],
    ],
    [
      'a job without .sync',
      machine({ ...job, Resource: 'arn:aws:states:::batch:submitJob' }),
      ['X', 'batch:submitJob'],
    ],
    ['an activity', machine({ ...task, Resource: 'arn:aws:states:eu-central-1:1:activity:a' }), ['X', 'activity:a']],
    [
      'a parameter of an invocation',
      machine({ ...invoke, Parameters: { FunctionName: 'f', InvocationType: 'Event' } }),
      ['X', 'InvocationType'],
    ],
    [
      'a parameter of a job',
      machine({ ...job, Parameters: { ...job.Parameters, ArrayProperties: {} } }),
      ['X', 'ArrayProperties'],
    ],
    [
      'an override of a job',
      machine({ ...job, Parameters: { ...job.Parameters, ContainerOverrides: { Command: [] } } }),
      ['X', 'ContainerOverrides.Command'],
    ],
    ['a heartbeat without a token', machine({ ...task, HeartbeatSeconds: 5 }), ['X', 'HeartbeatSeconds']],
    [
      'a field deep in a branch',
      machine({ ...parallel, Branches: [{ StartAt: 'P', States: { P: { ...pass, Foo: 1 } } }] }),
      ['P', 'Foo'],
    ],
  ])('%s', (_, definition, named) => {
    const { code, message } = refusal(definition);
    expect(code).toBe('WORKFLOW_UNSUPPORTED');
    for (const name of named) expect(message).toContain(name);
  });
});

describe('a definition that could not run is refused', () => {
  const two = (a: object, b: object = pass) => ({ StartAt: 'A', States: { A: a, B: b } });
  it.each<[string, unknown, string]>([
    ['that is no object', 'text', ''],
    ['without states', { StartAt: 'A', States: {} }, 'A'],
    ['that starts nowhere', { StartAt: 'B', States: { A: pass } }, 'B'],
    ['with a transition to nowhere', machine({ Type: 'Pass', Next: 'Y' }), 'Y'],
    ['with a transition into a branch', two({ ...parallel, End: undefined, Next: 'P' }), 'P'],
    ['with a state that nothing leads to', two(pass), 'B'],
    ['with neither Next nor End', machine({ Type: 'Pass' }), 'X'],
    ['with Next and End', two({ Type: 'Pass', Next: 'B', End: true }), 'A'],
    [
      'with one name twice',
      two({ ...parallel, Branches: [{ StartAt: 'B', States: { B: pass } }], End: undefined, Next: 'B' }),
      'B',
    ],
    ['with a catcher to nowhere', machine({ ...task, Catch: [{ ErrorEquals: ['E'], Next: 'Y' }] }), 'Y'],
    ['with States.ALL among others', machine({ ...task, Retry: [{ ErrorEquals: ['E', 'States.ALL'] }] }), 'Retry'],
    [
      'with States.ALL before others',
      machine({ ...task, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }] }),
      'Retry',
    ],
    ['with a reserved error name', machine({ ...task, Retry: [{ ErrorEquals: ['States.Mine'] }] }), 'States.Mine'],
    ['with a malformed path', machine({ ...pass, InputPath: '$.a[' }), 'InputPath'],
    ['with a ResultPath that is no reference', machine({ ...pass, ResultPath: '$.a[*]' }), 'ResultPath'],
    ['with a ResultPath into the context', machine({ ...pass, ResultPath: '$$.a' }), 'ResultPath'],
    ['with a malformed intrinsic', machine({ ...pass, Parameters: { 'a.$': "States.Format('a" } }), 'Parameters'],
    ['with too few arguments', machine({ ...pass, Parameters: { 'a.$': 'States.ArrayLength()' } }), 'ArrayLength'],
    ['with a template field that is no expression', machine({ ...pass, Parameters: { 'a.$': 'plain' } }), 'Parameters'],
    ['with a template field that is a number', machine({ ...pass, Parameters: { 'a.$': 5 } }), 'a.$'],
    ['with two waits', machine({ ...wait, Timestamp: '2026-01-01T00:00:00Z' }), 'X'],
    ['with no wait', machine({ Type: 'Wait', End: true }), 'X'],
    ['with a wait until no time', machine({ Type: 'Wait', Timestamp: 'tomorrow', End: true }), 'tomorrow'],
    ['with a timeout of 0', machine({ ...task, TimeoutSeconds: 0 }), 'TimeoutSeconds'],
    ['with two timeouts', machine({ ...task, TimeoutSeconds: 1, TimeoutSecondsPath: '$.t' }), 'TimeoutSeconds'],
    [
      'with a heartbeat no shorter than the timeout',
      machine({ ...invoke, Resource: `${invoke.Resource}.waitForTaskToken`, TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
      'HeartbeatSeconds',
    ],
    ['with a rule of two operators', machine(choice({ Variable: '$.a', IsNull: true, IsString: true })), 'Choices[0]'],
    ['with a rule without an operator', machine(choice({ Variable: '$.a' })), 'Choices[0]'],
    ['with an operand of another type', machine(choice({ Variable: '$.a', NumericEquals: '1' })), 'NumericEquals'],
    ['with Next in a nested rule', machine(choice({ Not: { Variable: '$.a', IsNull: true, Next: 'S' } })), 'Next'],
    ['with Error and ErrorPath', machine({ Type: 'Fail', Error: 'E', ErrorPath: '$.e' }), 'Error'],
    ['with two processors', machine({ ...map, Iterator: { StartAt: 'Q', States: { Q: pass } } }), 'X'],
    ['with no processor', machine({ Type: 'Map', End: true }), 'X'],
    ['with two selectors', machine({ ...map, ItemSelector: {}, Parameters: {} }), 'ItemSelector'],
    ['with tolerated failures inline', machine({ ...map, ToleratedFailureCount: 0 }), 'X'],
    ['with a reserved variable', machine({ ...pass, Assign: { states: 1 } }), 'Assign'],
    [
      'with an outer variable assigned in a branch',
      two(
        { ...pass, End: undefined, Next: 'B', Assign: { v: 1 } },
        { ...parallel, Branches: [{ StartAt: 'P', States: { P: { ...pass, Assign: { v: 2 } } } }] },
      ),
      'v',
    ],
    ['with an unknown substitution', machine({ ...task, Resource: '${nobody}' }), '${nobody}'],
    [
      'with a child workflow that is not there',
      machine({
        ...task,
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: { StateMachineArn: 'v' },
      }),
      'v',
    ],
    ['without a parameter that is needed', machine({ ...invoke, Parameters: {} }), 'FunctionName'],
  ])('%s', (_, definition, named) => {
    const { code, message } = refusal(definition);
    expect(code).toBe('WORKFLOW_INVALID');
    expect(message).toContain(named);
  });

  it('but one that is well formed loads', () => {
    expect(refusal(machine({ ...task, Resource: '${known}' })).code).toBe('loaded');
  });
});

/** The JSON schema of the language as npm's asl-validator has it; its package does not export its types. */
const validate = createRequire(import.meta.url)('asl-validator') as (definition: object) => { errors: unknown[] };

const WORKFLOWS = join(import.meta.dirname, '../../workflows');
const files = existsSync(WORKFLOWS) ? readdirSync(WORKFLOWS).filter((name) => name.endsWith('.asl.json')) : [];

describe('the deployed definitions', () => {
  const read = (file: string) => JSON.parse(readFileSync(join(WORKFLOWS, file), 'utf8')) as object;
  const text = () => files.map((file) => JSON.stringify(read(file))).join('');
  /** Each name stands for itself; that of a workflow for the workflow. */
  const substitutions = () =>
    Object.fromEntries(
      [...text().matchAll(/\$\{([^}]*)\}/g)].map(([, name]) => [name!, name!.replace(/^workflow-/, '')]),
    );

  const withArns = (definition: object) =>
    JSON.parse(
      JSON.stringify(definition).replace(/\$\{([^}]*)\}/g, 'arn:aws:lambda:eu-central-1:000000000000:function:$1'),
    ) as object;

  it.each(files)('%s loads, and the schema of the language accepts it', (file) => {
    const workflows = Object.fromEntries(files.map((name) => [name.replace('.asl.json', ''), read(name)]));
    expect(() => openEngine({ workflows, substitutions: substitutions() })).not.toThrow();
    expect(validate(withArns(read(file))).errors).toEqual([]);
  });
});
