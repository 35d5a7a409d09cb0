// The deployed definitions behind somebody else's engine: on LocalStack's Step Functions, with our own steps and jobs,
// every way that a ticket and a re-certification can go gives the same status, output, error, states and events as on
// the embedded interpreter. Each catcher is taken, or is listed with why not.
import { afterAll, beforeAll, expect } from '@jest/globals';
import { SFNClient } from '@aws-sdk/client-sfn';
import { definitionOf, WORKFLOWS } from '#bench/house/workflow-harness.ts';
import { ENDS, play, withFaults, type Scenario } from './differential/scenarios.ts';
import { TaskEndpoint } from './differential/task-endpoint.ts';
import { embedded, onStepFunctions, type Trace } from './differential/harnesses.ts';
import { whereThereIs } from './harness.ts';

const engine = process.env['QUITTANCE_SFN_ENDPOINT'];
const port = Number(process.env['QUITTANCE_TASKS_PORT']);

const end = (title: string): Scenario => ENDS.find((one) => one.title === title)!;
const CODES = ['Unforeseen', 'TICKET_ON_HOLD', 'TICKET_CLOSED'] as const;
/** More often than a task is tried. */
const ALWAYS = 9;

/**
 * What each call of this end meets: an error that nobody foresaw, a hold, a ticket that was closed, a lock that goes
 * away. A job has one way to fail.
 */
const faultsOf = (scenario: Scenario, calls: readonly string[]): Scenario[] =>
  calls.flatMap((call) =>
    call.startsWith('job ')
      ? [1, ALWAYS].map((times) => withFaults(scenario, { call, error: 'Spot', times }))
      : [...CODES, 'STORE_LOCKED'].map((error) => withFaults(scenario, { call, error })),
  );

const callsOf = async (title: string, but: readonly string[] = []): Promise<string[]> =>
  (await play(embedded, end(title))).calls.filter((call) => !but.includes(call));

/** Faults while a failure is being recorded. */
const failing = withFaults(end('the happy path'), { call: 'verify-identity#1', error: 'Unforeseen' });
const whileRecording = ['record-failure#1', 'sequence-log#1'].flatMap((call) =>
  CODES.map((error) => withFaults(failing, ...failing.fault!, { call, error })),
);
const inTheLadder = CODES.map((error) =>
  withFaults(end('the happy path'), { call: 'plan-run#1', error: 'Unforeseen' }, { call: 'record-failure#1', error }),
);

const scenarios = async (): Promise<Scenario[]> => {
  const happy = await callsOf('the happy path');
  const suite = await callsOf('a full re-certification', happy);
  return [
    ...ENDS,
    ...faultsOf(end('the happy path'), happy),
    ...faultsOf(end('proof of identity that comes'), await callsOf('proof of identity that comes', happy)),
    ...faultsOf(end('proof of identity that never comes'), ['close-ticket#1']),
    ...faultsOf(end('a ticket held while it unlearns'), ['await-release#1']),
    ...faultsOf(end('a ticket approved before the one that it is built on, which is refused'), ['await-turn#3']),
    ...faultsOf(end('a full re-certification'), suite),
    ...whileRecording,
    ...inTheLadder,
    withFaults(end('the happy path'), { call: 'triage-ticket#1', error: 'STORE_LOCKED', times: ALWAYS }),
  ];
};

/** Nothing leads there: why. */
const NOT_TAKEN: Readonly<Record<string, string>> = {
  'erasure: Unlearn → Await release': 'the child execution catches a hold and ends well',
  'erasure: Unlearn → Closed elsewhere': 'the child execution catches a closed ticket and ends well',
  'unlearn: Unlearn → Held': 'a job fails as States.TaskFailed, whatever its code',
  'unlearn: Unlearn → Closed': 'a job fails as States.TaskFailed, whatever its code',
  'unlearn: Evaluate → Held': 'a job fails as States.TaskFailed, whatever its code',
  'unlearn: Evaluate → Closed': 'a job fails as States.TaskFailed, whatever its code',
};

const catchers = (): string[] =>
  WORKFLOWS.flatMap((workflow) => {
    const { States } = definitionOf(workflow) as { States: Record<string, { Catch?: { Next: string }[] }> };
    return Object.entries(States).flatMap(([name, { Catch = [] }]) =>
      Catch.map(({ Next }) => `${workflow}: ${name} → ${Next}`),
    );
  });

const transitions = ({ execution, entered }: Trace): string[] =>
  entered.slice(1).map((next, i) => `${execution.split('/')[0]!}: ${entered[i]!} → ${next}`);

const list = engine === undefined ? [] : await scenarios();
whereThereIs('QUITTANCE_SFN_ENDPOINT', engine, () => {
  const endpoint = new TaskEndpoint();
  const client = new SFNClient({
    region: 'us-east-1',
    endpoint: engine!,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const seen = new Set<string>();
  beforeAll(() => endpoint.listen(port));
  afterAll(async () => (client.destroy(), endpoint.close()));

  describe('behind another engine, the same', () => {
    it.concurrent.each(list.map((scenario) => [scenario.title, scenario] as const))('%s', async (_, scenario) => {
      const here = await play(embedded, scenario);
      for (const trace of here.traces) transitions(trace).forEach((step) => seen.add(step));
      expect((await play(onStepFunctions(client, endpoint), scenario)).traces).toEqual(here.traces);
    });
  });

  it('takes every catcher', () => {
    expect(catchers().filter((each) => !seen.has(each))).toEqual(Object.keys(NOT_TAKEN));
  });
});
