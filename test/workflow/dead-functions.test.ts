// A step's function dies: out of memory, past its time, or without a word. Whether once or for good, before its work or after it, at every state of the
// deployed workflows that calls one: what passes is tried again, what stays ends in a failure with a name, is recorded, and is mended without a loss.
// Names: Step Functions Developer Guide, "Handle Lambda service exceptions" (Lambda.Unknown); the Lambda runtime's own error types, which reach a state machine
// as they are (Runtime.ExitError, Runtime.OutOfMemory, Sandbox.Timedout); States.Timeout when the state gives up first.
import { afterEach, describe, expect, it } from '@jest/globals';
import { sequenceLog } from '#functions/sequence-log.ts';
import { endOf, walk, type Around, type Walk, type Way } from '#test/support/walked-tickets.ts';
import { definitionOf } from '#test/support/workflow-world.ts';

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
  ...(
    [
      ...['Locate ticket', 'Verify identity', 'Triage ticket', 'Admit forget set', 'Suppress output', 'Number the run'],
      ...['Request approval', 'Deploy model', 'Probe served model', 'Issue certificate', 'Notify parties'],
      ...['Purge case', 'Log purge'],
    ] as const
  ).map((name) => [`erasure/${name}`, 'straight'] as const),
  ['erasure/Request identity', 'proven late'],
  ['erasure/Close unidentified', 'never proven'],
  ['erasure/Await release', 'held'],
  ['erasure/Await base', 'second'],
  ['erasure/Notify parties', 'exempt'],
  ['erasure/Purge case', 'exempt'],
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
  for (const { world } of walks.splice(0)) await world.close();
});

/** The fault at its state; on the way `failing` an unforeseen error at triage comes first. */
const dying = (way: Way, fault?: Fault): Around & { calls: number; over?: boolean } => {
  const around: Around & { calls: number; over?: boolean } = Object.assign(
    (async (call, run, world) => {
      if (way === 'failing' && call.state === 'erasure/Triage ticket' && !around.over)
        throw Object.assign(new Error('at triage'), { name: 'Unforeseen' });
      if (call.state !== fault?.state || around.over) return run();
      around.calls += 1;
      if (around.calls > fault.times) return run();
      if (fault.when === 'after') await run();
      if (fault.error !== NEVER) throw Object.assign(new Error('died'), { name: fault.error });
      world.clock.advance(stateOf(fault.state).TimeoutSeconds! + 1);
      return new Promise(() => undefined);
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

const executionsOf = async ({ world }: Walk) => {
  const found = await world.asl.listExecutions();
  return Promise.all(
    found.map(async ({ executionId, workflow, status }) => {
      const { error } = await world.asl.describe(executionId);
      return { workflow, status, error };
    }),
  );
};

it('x', async () => {
  for (const [state, way] of MET) {
    for (const error of [DEATHS[1], NEVER]) {
      const t = performance.now();
      const fault = { state, error, when: 'after', times: 2 } as const;
      const around = dying(way, fault);
      const w = await begin(way, around);
      const e = await endOf(w);
      const c = await cleanEnd(way);
      process.stderr.write(`${state} ${way} ${error} calls ${around.calls} same ${JSON.stringify(e) === JSON.stringify(c)} ${(performance.now() - t).toFixed()}\n`);
      void sequenceLog, expect, describe, executionsOf;
    }
  }
});
