// The happy path once for every write of it that can fail, before or after it happened (a response lost): all runs end
// in the same state, with no effect twice.
import { describe, expect, it } from '@jest/globals';
import { isQuittanceError, must } from '#core/errors.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { shippedPolicy } from '#bench/house/ticket-harness.ts';
import { file } from '#bench/house/ticket-harness.ts';
import { APPROVER } from '#bench/house/requests.ts';
import type { FaultMode } from '#adapters/memory/faults.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { workflowHarness, type WorkflowHarness } from '#bench/house/workflow-harness.ts';

const POLICY = shippedPolicy();

/** People call again when a call of theirs failed; that it had been taken is an answer too. */
const insist = async <T>(act: () => Promise<T>): Promise<T | undefined> =>
  act().catch(() =>
    act().catch((error: unknown) =>
      isQuittanceError(error, 'APPROVAL_REPLAYED') ? undefined : Promise.reject(error as Error),
    ),
  );

interface Outcome {
  state: Readonly<Record<string, unknown>>;
  fired: boolean;
  writes: readonly string[];
}

/** From filing to purge; what is left, without times and file contents. */
const run = async (fault?: { write: string; mode: FaultMode }): Promise<Outcome> => {
  const answer = (_model: string, prompts: readonly string[]) => prompts.map(() => 'I cannot say.');
  const harness = await workflowHarness({ jobs: smallJobs(), answer, policy: POLICY });
  if (fault) harness.faults.arm(fault.write, fault.mode);
  try {
    const ticketId = must(await insist(() => file(harness)), 'ticket id');
    await harness.until(ticketId, 'AWAITING_APPROVAL');
    await harness.told('approval-request');
    const { ticket } = await harness.ports.tickets.get(ticketId);
    const evidence = 'evidence' in ticket ? ticket.evidence : '';
    await insist(() => harness.call(recordApproval, { ticketId, approver: APPROVER, decision: 'approved', evidence }));
    const { status } = await harness.ended(ticketId);
    return {
      state: { status, ...(await stateOf(harness, ticketId)) },
      fired: harness.faults.fired,
      writes: harness.faults.writes,
    };
  } finally {
    await harness.close();
  }
};

const stateOf = async ({ ports, notices, served, rules, faults }: WorkflowHarness, ticketId: string) => ({
  ticket: (await ports.tickets.get(ticketId)).ticket,
  events: (await ports.tickets.events(ticketId)).map(({ type, leafIndex }) => [type, leafIndex]),
  model: (await ports.models.get('house')).model,
  head: await ports.logHead.read(),
  notices: notices.map(({ id }) => id).sort(),
  served: [...served],
  rules: [...rules],
  complaints: faults.complaints,
});

describe('the way of a ticket', () => {
  it('ends in the same state whichever write fails, before or after it happened', async () => {
    const clean = await run();
    expect(clean.state).toMatchObject({ status: 'SUCCEEDED', ticket: { status: 'PURGED' }, complaints: [] });
    const differing: unknown[] = [];
    for (const write of clean.writes)
      for (const mode of ['before', 'after'] as const) {
        const { state, fired } = await run({ write, mode }).catch((error: unknown) => ({
          state: { error: String(error) },
          fired: true,
        }));
        const parts = Object.entries(state).filter(
          ([part, value]) => JSON.stringify(value) !== JSON.stringify(clean.state[part]),
        );
        if (!fired || parts.length > 0) differing.push({ write, mode, fired, parts });
      }
    expect(differing).toEqual([]);
    expect(clean.writes.length).toBeGreaterThan(40);
  }); // a hundred tickets
});
