// An execution that was stopped while a step was at work, before the step did anything or after it did all, is taken up
// again at that state with the same input, and comes to the same end with no effect twice. Source: Step Functions
// Developer Guide, "Restarting state machine executions with redrive": same execution and definition, an event
// ExecutionRedriven, retries and timeouts from the start; a Fail state is entered again and fails again.
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { outcome } from '#test/contract/contract.ts';
import { endOf, MET_IN_ERASURE, walk, type Around, type Walk, type Way } from '#test/support/walked-tickets.ts';
import { definitionOf, type WorkflowHarness } from '#bench/house/workflow-harness.ts';

/**
 * Here the parent is stopped, and the child with it; the child is taken up first, so that the parent finds it running.
 */
const CHILD: readonly (readonly [string, Way])[] = [
  'Await turn',
  'Plan run',
  'Log plan',
  'Record run',
  'Judge evaluation',
].map((name) => [`unlearn/${name}`, 'straight'] as const);

const walks: Walk[] = [];
afterEach(async () => {
  for (const { harness } of walks.splice(0)) await harness.close();
});
const begin = async (way: Way, around: Around): Promise<Walk> => {
  const begun = await walk(way, around);
  walks.push(begun);
  await begun.toTheEnd();
  return begun;
};

const run: Around = (_call, step) => step();
const clean = new Map<Way, Awaited<ReturnType<typeof endOf>>>();
beforeAll(async () => {
  for (const way of ['straight', 'proven late', 'never proven', 'held', 'second', 'exempt'] as const) {
    const done = await begin(way, run);
    clean.set(way, await endOf(done));
    await walks.pop()!.harness.close();
  }
});

/** The executions that were stopped, the child before its parent. */
const stopAndRedrive = async ({ asl }: WorkflowHarness, execution: string): Promise<string[]> => {
  const id = execution.replace(/^unlearn:(.+)-unlearn-\d+$/, 'erasure:$1');
  await asl.stop(id, { error: 'STOPPED', cause: 'by a person' });
  const stopped = id === execution ? [id] : [execution, id];
  for (const one of stopped) expect((await asl.describe(one)).status).toBe('ABORTED');
  for (const one of stopped) await asl.redriveExecution(one);
  return stopped;
};

const stopped = (state: string, when: 'before' | 'after'): Around & { ids?: string[] } => {
  const around: Around & { ids?: string[] } = async (call, step, harness) => {
    if (call.state !== state || around.ids) return step();
    around.ids = [];
    if (when === 'after') await step();
    if ((await harness.asl.describe(call.execution)).status === 'RUNNING')
      around.ids = await stopAndRedrive(harness, call.execution);
    throw new Error('nobody waits for this answer');
  };
  return around;
};

const historyOf = async ({ harness }: Walk, id: string) =>
  (await harness.asl.history(id)).map(({ id: number, type, details }) => ({
    number,
    type,
    ...(details as { name?: string; redriveCount?: number; input?: unknown }),
  }));

const expectRedriven = async (done: Walk, id: string) => {
  const events = await historyOf(done, id);
  expect(events.map(({ number }) => number)).toEqual(events.map((_, i) => i + 1));
  const at = events.findIndex(({ type }) => type === 'ExecutionRedriven');
  expect(events[at]).toMatchObject({ redriveCount: 1 });
  const again = events.slice(at).find(({ type }) => type.endsWith('StateEntered'));
  const was = events.slice(0, at).findLast(({ type }) => type.endsWith('StateEntered'));
  expect([again?.name, again?.input]).toEqual([was?.name, was?.input]);
};

describe.each(MET_IN_ERASURE)('an execution stopped at %s (%s)', (state, way) => {
  it.each(['before', 'after'] as const)('%s the step did its work comes to the same end', async (when) => {
    const around = stopped(state, when);
    const done = await begin(way, around);
    expect(await endOf(done)).toEqual(clean.get(way));
    for (const id of around.ids ?? []) {
      expect(await done.harness.asl.describe(id)).toMatchObject({ status: 'SUCCEEDED' });
      await expectRedriven(done, id);
    }
    expect(around.ids?.length ?? 0).toBeGreaterThan(0);
  });
});

describe.each(CHILD)('an execution stopped while its child was at %s', (state, way) => {
  it.each(['before', 'after'] as const)('%s the step did its work comes to the same end', async (when) => {
    const around = stopped(state, when);
    const done = await begin(way, around);
    for (const id of around.ids ?? []) await expectRedriven(done, id);
    const { ticket } = await done.harness.ports.tickets.get(done.ticketId);
    if (ticket.status === 'REMEDIATION') {
      // the child had ended before the parent asked for it again, and a name is used once: a person resumes the ticket
      expect(ticket.reason).toBe('StepFunctions.ExecutionAlreadyExistsException');
      await done.mend();
      await done.toTheEnd();
    }
    expect(await endOf(done)).toEqual(clean.get(way));
  });
});

describe('a redrive', () => {
  const failing: Around = async (call, step) => {
    if (call.state === 'erasure/Triage ticket') throw Object.assign(new Error('at triage'), { name: 'Unforeseen' });
    return step();
  };

  it('of a failure that was recorded enters its Fail state again and changes nothing', async () => {
    const failed = await begin('straight', failing);
    const id = `erasure:${failed.ticketId}`;
    const before = [await endOf(failed), await failed.harness.ports.tickets.events(failed.ticketId)];
    await failed.harness.asl.redriveExecution(id);
    await failed.toTheEnd();
    expect(await failed.harness.asl.describe(id)).toMatchObject({ status: 'FAILED', error: 'STEP_FAILED' });
    expect([await endOf(failed), await failed.harness.ports.tickets.events(failed.ticketId)]).toEqual(before);
    const events = (await historyOf(failed, id)).map(({ type }) => type);
    expect(events.slice(-4)).toEqual(['ExecutionFailed', 'ExecutionRedriven', 'FailStateEntered', 'ExecutionFailed']);
  });

  it('of what runs, ended well, or is not there is refused by code', async () => {
    const asked: unknown[] = [];
    const done = await begin('straight', async (call, step, { asl }) => {
      if (call.state === 'erasure/Triage ticket') asked.push(await outcome(asl.redriveExecution(call.execution)));
      return step();
    });
    asked.push(await outcome(done.harness.asl.redriveExecution(`erasure:${done.ticketId}`)));
    asked.push(await outcome(done.harness.asl.redriveExecution('erasure:nobody')));
    expect(asked).toEqual(['EXECUTION_NOT_REDRIVABLE', 'EXECUTION_NOT_REDRIVABLE', 'EXECUTION_NOT_FOUND']);
  });

  it('covers every state of erasure that calls a function, but those that only record a failure', () => {
    const { States } = definitionOf('erasure') as { States: Record<string, { Type: string; Resource?: string }> };
    const functions = Object.entries(States).filter(
      ([, { Type, Resource }]) => Type === 'Task' && !Resource?.includes(':states:::states:'),
    );
    const covered = MET_IN_ERASURE.map(([state]) => state.slice('erasure/'.length));
    const left = functions.map(([name]) => name).filter((name) => !covered.includes(name));
    expect(left).toEqual(['Record failure', 'Log failure']);
  });
});
