// The one table of statuses (core/statuses.ts) and the state machines: where an execution enters for each status, what
// it does there, and for whom it waits. And that what a Choice compares is what the step before it can answer.
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { STATUSES, type StatusMeaning } from '#core/statuses.ts';
import { Ticket, WorkingTicket, type Status } from '#core/ticket.ts';
import { findStep } from '#functions/steps.ts';
import { definitionOf, WORKFLOWS } from '#bench/house/workflow-harness.ts';

interface Comparison {
  readonly Variable?: string;
  readonly StringEquals?: string;
  readonly Or?: readonly Comparison[];
  readonly And?: readonly Comparison[];
  readonly Next?: string;
}
interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly ResultPath?: string | null;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Choices?: readonly Comparison[];
  readonly Default?: string;
}
const statesOf = (workflow: string) => (definitionOf(workflow) as { States: Record<string, State> }).States;

/**
 * What a task calls: `${deploy-model}` → deploy-model, `${job-unlearn}` → unlearn-job, `${workflow-unlearn}` → workflow
 * unlearn.
 */
const called = ({ Resource = '', Parameters = {} }: State): string => {
  const named = [Resource, Parameters['FunctionName'], Parameters['JobDefinition'], Parameters['StateMachineArn']];
  const [, name = ''] = named.flatMap((text) => /^\$\{(.+)\}$/.exec(String(text)) ?? []);
  const [, job] = /^job-(.+)$/.exec(name) ?? [];
  return job === undefined ? name.replace(/^workflow-/, 'workflow ') : `${job}-job`;
};

const rows = Object.entries(STATUSES) as [Status, StatusMeaning][];
const erasure = statesOf('erasure');
const unlearn = Object.values(statesOf('unlearn')).map(called);

/** Where `Resume` leads for a status. */
const entered = (status: Status): State => {
  const { Choices = [], Default = '' } = erasure['Resume']!;
  const found = Choices.find(({ StringEquals, Or = [] }) =>
    [StringEquals, ...Or.map((one) => one.StringEquals)].includes(status),
  );
  return erasure[found?.Next ?? Default]!;
};

describe('a status', () => {
  it('has one row, and the table has no row of another', () => {
    const shapes = Ticket.options.map(({ shape }) => shape.status.value);
    expect(Object.keys(STATUSES).sort()).toEqual([...shapes].sort());
  });

  it.each(rows)('%s: an execution that begins now enters at the step that is due', (_status, meaning) => {
    const state = entered(_status);
    if (meaning.due === undefined) {
      expect(['Succeed', 'Fail']).toContain(state.Type);
      expect(meaning.ends).toBe(true);
    } else if (called(state) === 'workflow unlearn') expect(unlearn).toContain(meaning.due);
    else expect(called(state)).toBe(meaning.entersAt ?? meaning.due);
  });

  it('of a run is what the workflow unlearn works on, until its candidate is judged', () => {
    const inUnlearn = rows.filter(([status]) => called(entered(status)) === 'workflow unlearn');
    const running = rows.filter(([, { run }]) => run === 'due' || run === 'computing');
    expect(inUnlearn.map(([status]) => status)).toEqual(running.map(([status]) => status));
  });

  it('waits for somebody exactly where a task waits for a token', () => {
    const waiting = WORKFLOWS.flatMap((workflow) =>
      Object.values(statesOf(workflow)).filter(({ Resource }) => Resource?.endsWith('.waitForTaskToken')),
    ).map(called);
    const due = rows.filter(([, { waitsFor, ends }]) => waitsFor !== undefined && waitsFor !== 'turn' && !ends);
    const asked = due.flatMap(([, meaning]) => meaning.due ?? []);
    expect([...new Set(waiting)].sort()).toEqual([...new Set([...asked, 'await-turn'])].sort());
  });

  it('rests where a person must act or nothing is left to do, and those for whom a person must act say who', () => {
    const people = rows.filter(([, { waitsFor }]) => waitsFor !== undefined && waitsFor !== 'turn');
    const over = rows.filter(([, { open, entersAt }]) => !open && entersAt === undefined);
    const resting = rows.filter(([, { rests }]) => rests).map(([status]) => status);
    expect(resting.sort()).toEqual([...people, ...over].map(([status]) => status).sort());
  });

  it('on the main path names a step or a job that can fail', () => {
    for (const { shape } of WorkingTicket.options) {
      const { due } = STATUSES[shape.status.value];
      expect(due.endsWith('-job') || findStep(due).name === due).toBe(true);
    }
  });
});

/** Values that a field of a step's output can have, where it is one of a few. */
const valuesOf = (step: string, field: string): string[] => {
  const found: string[] = [];
  const look = (schema: unknown, at: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    for (const [key, inner] of Object.entries(schema)) {
      if (at === field && (key === 'enum' || key === 'const')) found.push(...[inner].flat().map(String));
      look(inner, key === 'properties' || key === 'anyOf' || /^\d+$/.test(key) ? at : key);
    }
  };
  look(z.toJSONSchema(findStep(step).output), '');
  return found;
};

/** Comparisons of text in a Choice, however deep. */
const compared = ({ Or = [], And = [], ...one }: Comparison): [string, string][] => [
  ...(one.Variable !== undefined && one.StringEquals !== undefined
    ? [[one.Variable, one.StringEquals] as [string, string]]
    : []),
  ...[...Or, ...And].flatMap(compared),
];

const comparisons = WORKFLOWS.flatMap((workflow) =>
  Object.entries(statesOf(workflow)).flatMap(([name, { Choices = [] }]) =>
    Choices.flatMap(compared).map(([variable, value]) => ({ workflow, name, variable, value })),
  ),
);

describe('a Choice', () => {
  it.each(comparisons)(
    '$workflow/$name compares $variable with $value, which can be',
    ({ workflow, variable, value }) => {
      const [, result = '', field = ''] = /^\$\.(\w+)\.(\w+)$/.exec(variable)!;
      const makers = Object.values(statesOf(workflow)).filter(({ ResultPath }) => ResultPath === `$.${result}`);
      const steps = [...new Set(makers.map(called))];
      expect(steps.length).toBeGreaterThan(0);
      for (const step of steps) {
        if (step === 'locate-ticket') expect(Object.keys(STATUSES)).toContain(value);
        else if (step === 'workflow unlearn') expect(outcomesOf('unlearn')).toContain(value);
        else if (step === 'request-approval') expect(valuesOf('record-approval', field)).toContain(value);
        else expect(valuesOf(step, field)).toContain(value);
      }
    },
  );
});

/** Results of the Pass states that a workflow ends in. */
const outcomesOf = (workflow: string): string[] =>
  Object.values(statesOf(workflow)).flatMap((state) => {
    const { Result } = state as State & { Result?: { outcome: string } };
    return Result?.outcome ?? [];
  });
