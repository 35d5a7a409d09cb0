// A step's function dies: out of memory, past its time, or without a word. Whether once or for good, before its work or
// after it, at every state of the deployed workflows that calls one: what passes is tried again, what stays ends in a
// failure with a name, is recorded, and is mended without a loss.
// Names: Step Functions Developer Guide, "Handle Lambda service exceptions" (Lambda.Unknown); the Lambda runtime's own
// error types, which reach a state machine as they are (Runtime.ExitError, Runtime.OutOfMemory, Sandbox.Timedout);
// States.Timeout when the state gives up first.
import { afterEach, describe, expect, it } from '@jest/globals';
import { endOf, MET_IN_ERASURE, walk, type Around, type Walk, type Way } from '#test/support/walked-tickets.ts';
import { definitionOf } from '#bench/house/workflow-harness.ts';

const DEATHS = ['Lambda.Unknown', 'Runtime.ExitError', 'Runtime.OutOfMemory', 'Sandbox.Timedout'] as const;
const NEVER = 'States.Timeout';

interface State {
  Type: string;
  Resource?: string;
  TimeoutSeconds?: number;
}
const stateOf = (path: string): State => {
  const [workflow = '', name = ''] = path.split('/');
  return (definitionOf(workflow) as { States: Record<string, State> }).States[name]!;
};

/** On which way a state is met. */
const MET: readonly (readonly [string, Way])[] = [
  ...MET_IN_ERASURE,
  ['erasure/Record failure', 'failing'],
  ['erasure/Log failure', 'failing'],
  ...['Await turn', 'Plan run', 'Log plan', 'Record run', 'Judge evaluation'].map(
    (name) => [`unlearn/${name}`, 'straight'] as const,
  ),
];

interface Fault {
  state: string;
  error: string;
  when: 'before' | 'after';
  times: number;
}

const walks: Walk[] = [];
afterEach(async () => {
  for (const { harness } of walks.splice(0)) await harness.close();
});

/** The fault at its state; on the way `failing` an unforeseen error at triage comes first. */
const dying = (way: Way, fault?: Fault): Around & { calls: number; over?: boolean } => {
  const around: Around & { calls: number; over?: boolean } = Object.assign(
    (async (call, run, harness) => {
      if (way === 'failing' && call.state === 'erasure/Triage ticket' && !around.over)
        throw Object.assign(new Error('at triage'), { name: 'Unforeseen' });
      if (call.state !== fault?.state || around.over) return run();
      around.calls += 1;
      if (around.calls > fault.times) return run();
      if (fault.when === 'after') await run();
      if (fault.error !== NEVER) throw Object.assign(new Error('died'), { name: fault.error });
      harness.clock.advance(stateOf(fault.state).TimeoutSeconds! + 1);
      return new Promise((_, reject) => {
        call.signal.addEventListener('abort', () => reject(new Error('nobody waits any more')));
      });
    }) satisfies Around,
    { calls: 0 },
  );
  return around;
};

const begin = async (way: Way, around: Around): Promise<Walk> => {
  const begun = await walk(way, around);
  walks.push(begun);
  await begun.toTheEnd();
  return begun;
};

const clean = new Map<Way, Awaited<ReturnType<typeof endOf>>>();
const cleanEnd = async (way: Way) => {
  if (way === 'failing') way = 'straight';
  if (!clean.has(way)) clean.set(way, await endOf(await begin(way, dying(way))));
  return clean.get(way)!;
};

/** States that the executions of a workflow entered, in order. */
const entered = async ({ harness }: Walk, workflow: string): Promise<string[]> => {
  const found = (await harness.asl.listExecutions()).filter((one) => one.workflow === workflow).reverse();
  const histories = await Promise.all(found.map(({ executionId }) => harness.asl.history(executionId)));
  return histories.flat().flatMap(({ type, details }) => {
    const { name } = details as { name?: string };
    return type.endsWith('StateEntered') && name !== undefined ? [name] : [];
  });
};

const ticketOf = async ({ harness, ticketId }: Walk) => (await harness.ports.tickets.get(ticketId)).ticket;
const eventsOf = async ({ harness, ticketId }: Walk) =>
  (await harness.ports.tickets.events(ticketId)).map(({ body }) => JSON.parse(body) as { event: object });

/**
 * One of the deaths at each state, in turn, and the state's own timeout where it waits for nothing but the function.
 */
const deathsAt = (state: string, row: number): string[] => {
  const death = DEATHS[row % DEATHS.length]!;
  return stateOf(state).Resource!.startsWith('arn:') ? [death] : [death, NEVER];
};
const rows = MET.map(([state, way], row) => ({ state, way, deaths: deathsAt(state, row) }));

describe.each(rows)('a function that dies at $state ($way)', ({ state, way, deaths }) => {
  it.each(deaths)('twice by %s, before or after its work, changes nothing in the end', async (error) => {
    const expected = await cleanEnd(way);
    for (const when of ['before', 'after'] as const) {
      const around = dying(way, { state, error, when, times: 2 });
      const done = await begin(way, around);
      if (way === 'failing') await mended(done, around);
      expect([when, await endOf(done)]).toEqual([when, expected]);
      // a token that was answered makes the death after it moot
      expect(around.calls).toBeGreaterThan(when === 'before' ? 2 : 0);
    }
  });

  it.each(deaths)('for good by %s fails by name, is recorded, and is mended without a loss', async (error) => {
    const expected = await cleanEnd(way);
    const around = dying(way, { state, error, when: 'before', times: Infinity });
    const failed = await begin(way, around);
    expect(around.calls).toBe(3 * visits(state, await entered(failed, state.split('/')[0]!)));
    await expectFailure(failed, state, error);
    await mended(failed, around);
    expect(await endOf(failed)).toEqual(expected);
  });
});

const visits = (state: string, names: readonly string[]) => names.filter((name) => state.endsWith(`/${name}`)).length;

const mended = async (walked: Walk, around: { over?: boolean }) => {
  around.over = true;
  await walked.mend();
  await walked.toTheEnd();
};

/** Where the ticket cannot take a failure, the execution says so. */
const expectFailure = async (walked: Walk, state: string, error: string) => {
  const ends = await Promise.all(
    (await walked.harness.asl.listExecutions())
      .filter(({ status, workflow }) => workflow === 'erasure' && status === 'FAILED')
      .map(async ({ executionId }) => walked.harness.asl.describe(executionId)),
  );
  const { status } = await ticketOf(walked);
  const names = await entered(walked, 'erasure');
  const unrecorded = ['erasure/Record failure', 'erasure/Await release'].includes(state) || status === 'REFUSED';
  expect(ends).toMatchObject([{ error: unrecorded ? 'FAILURE_NOT_RECORDED' : 'STEP_FAILED' }]);
  if (state !== 'erasure/Await release') expect(names).toContain('Record failure');
  if (unrecorded || status === 'PURGED') return;
  const reason = state === 'erasure/Log failure' ? 'Unforeseen' : error;
  expect(await ticketOf(walked)).toMatchObject({ status: 'REMEDIATION', reason });
  expect((await eventsOf(walked)).at(-1)).toMatchObject({ event: { type: 'failed', code: reason } });
};
