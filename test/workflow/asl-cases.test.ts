// States Language cases with agreed outcomes: those beside the repository (../shared/asl-cases, its README has the
// format), where present, and our own in test/golden/asl. Each must end as expected, with the event signature of the
// reference where one is given.
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AslEngine, HistoryEvent } from '#state-machine/engine.ts';
import { isQuittanceError } from '#core/errors.ts';
import { sharedFolder } from '#test/support/shared.ts';
import {
  batchJobs,
  closeEngines,
  matches,
  openEngine,
  oracle,
  removeScratch,
  steadyClock,
  type SteadyClock,
} from './asl-harness.ts';

interface Expectation {
  status: string;
  output?: unknown;
  error?: unknown;
  cause?: unknown;
}

interface Run {
  input: unknown;
  expect: Expectation;
  reference?: { entered: string[]; events: string[] };
}

interface Case {
  id: string;
  needs: string[];
  definition: Record<string, unknown>;
  runs: Run[];
}

const readCases = (folder: string): Case[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Case);

let clock: SteadyClock;
beforeEach(() => void (clock = steadyClock()));
afterEach(() => clock.stop());

/** `@now+N` becomes the time N seconds from now. */
const prepare = (value: unknown): unknown => {
  if (typeof value === 'string') {
    const seconds = /^@now\+(\d+)$/.exec(value)?.[1];
    return seconds === undefined ? value : new Date(clock.now().getTime() + Number(seconds) * 1000).toISOString();
  }
  if (Array.isArray(value)) return (value as unknown[]).map(prepare);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, prepare(member)]));
};

const open = (definition: unknown): AslEngine => {
  const engine: AslEngine = openEngine({
    workflows: { case: definition },
    substitutions: { FnArn: 'arn:aws:lambda:eu-central-1:000000000000:function:oracle' },
    functions: oracle(() => engine, clock),
    jobs: batchJobs(),
    clock,
    clockPollMs: 1,
  });
  return engine;
};

/** Cases where the reference engine's states differ because its error name does: the expectation accepts either. */
const DISPUTED = ['token-heartbeat-timeout'];

const runOne = async (engine: AslEngine, id: string, run: Run, name: string) => {
  const { executionId } = await engine.start({ workflow: 'case', name, input: prepare(run.input) });
  const { status, output, error, cause } = await engine.settled(executionId);
  const got = { status, output, error, cause };
  for (const [field, value] of Object.entries(run.expect) as [keyof Expectation, unknown][])
    if (!matches(got[field], value)) expect({ [field]: got[field] }).toEqual({ [field]: value });
  expect(status).toBe(run.expect.status);
  if (run.reference !== undefined && !DISPUTED.includes(id))
    compareSignature(await engine.history(executionId), run.reference);
};

const enteredStates = (events: readonly HistoryEvent[]) =>
  events.filter(({ type }) => type.endsWith('StateEntered')).map(({ details }) => (details as { name: string }).name);

/**
 * Threads that run at once may interleave in any order: there the events are compared as a multiset, elsewhere one by
 * one.
 */
const compareSignature = (events: readonly HistoryEvent[], reference: { entered: string[]; events: string[] }) => {
  const concurrent = /MapIterationStarted,MapIterationStarted/.test(reference.events.join());
  const arranged = (names: string[]) => (concurrent ? names.toSorted() : names);
  expect(arranged(events.map(({ type }) => type))).toEqual(arranged(reference.events));
  expect(arranged(enteredStates(events))).toEqual(arranged(reference.entered));
};

const suite = (title: string, cases: Case[]) =>
  describe(title, () => {
    afterEach(closeEngines);
    it.each(cases.filter(({ needs }) => !needs.includes('jsonata')).map((each) => [each.id, each] as const))(
      '%s',
      async (id, { definition, runs }) => {
        const engine = open(definition);
        await Promise.all(runs.map((run, i) => runOne(engine, id, run, `run-${i}`)));
      },
    );
    const jsonata = cases.filter(({ needs }) => needs.includes('jsonata'));
    if (jsonata.length > 0)
      it.each(jsonata.map(({ id, definition }) => [id, definition] as const))(
        '%s is refused at load',
        (_, definition) => {
          expect(refusal(definition)).toMatch(/QueryLanguage/);
        },
      );
  });

const refusal = (definition: unknown): string => {
  try {
    open(definition);
    return 'it was loaded';
  } catch (error) {
    return isQuittanceError(error, 'WORKFLOW_UNSUPPORTED') ? error.message : String(error);
  }
};

afterAll(removeScratch);

const agreed = sharedFolder('asl-cases');
if (agreed === undefined) process.stderr.write('skipped: agreed cases: ../shared/asl-cases is absent\n');
else suite('agreed cases', readCases(agreed));
suite('our own cases', readCases(join(import.meta.dirname, '../golden/asl')));
