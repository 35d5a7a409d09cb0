// The definitions as files: each Task is a step or a job that exists, says what it is for, retries and catches; no Task carries anything but ids and digests.
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { loadWorkflow } from '#adapters/local/asl/load.ts';
import { workflowSteps } from '#functions/steps.ts';
import { definitionOf, substitutions, WORKFLOWS } from '#test/support/workflow-world.ts';

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

  it('is a step of the registry, and every workflow step is used by a workflow', () => {
    const names = new Set(WORKFLOWS.flatMap(named));
    const resources = [...names].filter((name) => !/^(workflow|job)-/.test(name));
    expect(resources.sort()).toEqual(
      workflowSteps
        .map(({ name }) => name)
        .filter((name) => name !== 'send-reminders') // a schedule calls it
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
