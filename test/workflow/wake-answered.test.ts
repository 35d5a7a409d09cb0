// An answer that was recorded when the program ended before its workflow heard of it: the case goes on with the next
// call of wake-answered, and what was not answered stays as it is.
import { afterEach, expect, it } from '@jest/globals';
import type { Ports } from '#core/ports.ts';
import type { Step } from '#core/step.ts';
import { placeHold, releaseHold } from '#functions/holds.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { recordIdentity } from '#functions/record-identity.ts';
import { keepToken, openToken } from '#functions/task-tokens.ts';
import { wakeAnswered } from '#functions/wake-answered.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { file, shippedPolicy, ticketHarness } from '#bench/house/ticket-harness.ts';
import { walkedToApproval } from '#test/support/hand-walked.ts';
import { workflowHarness, type WorkflowHarness } from '#bench/house/workflow-harness.ts';

const open: WorkflowHarness[] = [];
afterEach(async () => {
  for (const harness of open.splice(0)) await harness.close();
});

const start = async (): Promise<WorkflowHarness> => {
  const answer = (_model: string, prompts: readonly string[]) => prompts.map(() => 'I cannot say.');
  const harness = await workflowHarness({ jobs: smallJobs({}), answer, policy: shippedPolicy() });
  open.push(harness);
  return harness;
};

/** Ends between the event and the workflow, as a kill does. */
const killed = async ({ ports }: WorkflowHarness, step: Step, input: object): Promise<void> => {
  const sendTaskSuccess = async () => {
    throw new Error('killed');
  };
  const workflows: Ports['workflows'] = { ...ports.workflows, sendTaskSuccess };
  await expect(step.handle(input, { ...ports, workflows })).rejects.toThrow('killed');
};

const LOW = { method: 'e-mail-link', level: 'low', verifiedAt: '2026-03-01T09:00:00.000Z' } as const;

it('a check of identity and an approval are told at once, and only once', async () => {
  const harness = await start();
  const ticketId = await file(harness, { identity: LOW });
  await harness.waits(ticketId, 'identity');
  expect(await harness.call(wakeAnswered, {})).toEqual({ told: 0 });
  await killed(harness, recordIdentity, { ticketId, identity: { ...LOW, level: 'high' }, by: FILER });
  expect(await harness.call(wakeAnswered, {})).toEqual({ told: 1 });
  await harness.until(ticketId, 'AWAITING_APPROVAL');
  await harness.waits(ticketId, 'approval');
  expect(await harness.call(wakeAnswered, {})).toEqual({ told: 0 });
  const { ticket } = await harness.ports.tickets.get(ticketId);
  const evidence = 'evidence' in ticket ? ticket.evidence : '';
  await killed(harness, recordApproval, { ticketId, approver: APPROVER, decision: 'approved', evidence });
  expect(await harness.call(wakeAnswered, {})).toEqual({ told: 1 });
  expect(await harness.ended(ticketId)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await harness.call(wakeAnswered, {})).toEqual({ told: 0 });
});

it('so is evidence that was sent back', async () => {
  const harness = await start();
  const ticketId = await file(harness);
  await harness.until(ticketId, 'AWAITING_APPROVAL');
  await harness.waits(ticketId, 'approval');
  const { ticket } = await harness.ports.tickets.get(ticketId);
  const evidence = 'evidence' in ticket ? ticket.evidence : '';
  const decision = { ticketId, approver: APPROVER, decision: 'refused', evidence, reason: 'not-convinced' };
  await killed(harness, recordApproval, decision);
  expect(await harness.call(wakeAnswered, {})).toEqual({ told: 1 });
  await harness.ended(ticketId);
});

it('a hold that stands is told nothing; once two people have lifted it, that is told', async () => {
  const told: string[] = [];
  let isKilled = true;
  const sendTaskSuccess = async (token: string) => {
    if (isKilled) throw new Error('killed');
    told.push(token);
  };
  const { ports } = await ticketHarness();
  const harness = await ticketHarness({ workflows: { ...ports.workflows, sendTaskSuccess } });
  const ticketId = await file(harness);
  await keepToken(harness.ports.vault, ticketId, 'release', 'the token');
  await harness.call(placeHold, { ticketId, by: FILER, code: 'litigation' });
  expect(await harness.call(wakeAnswered, {})).toEqual({ told: 0 });
  await harness.call(releaseHold, { ticketId, by: FILER });
  await expect(harness.call(releaseHold, { ticketId, by: APPROVER })).rejects.toThrow('killed');
  isKilled = false;
  expect([await harness.call(wakeAnswered, {}), told]).toEqual([{ told: 1 }, ['the token']]);
  expect(await openToken(harness.ports.vault, ticketId, 'release')).toBeUndefined();
});

it('so is one that stopped a case whose approval was asked', async () => {
  const { harness, ticketId } = await walkedToApproval();
  const told: string[] = [];
  const sendTaskSuccess = async (token: string) => void told.push(token);
  const killing = { ...harness.ports.workflows, sendTaskSuccess: () => Promise.reject(new Error('killed')) };
  await keepToken(harness.ports.vault, ticketId, 'release', 'the token');
  await harness.call(placeHold, { ticketId, by: FILER, code: 'litigation' });
  await harness.call(releaseHold, { ticketId, by: FILER });
  const lifted = releaseHold.handle({ ticketId, by: APPROVER }, { ...harness.ports, workflows: killing });
  await expect(lifted).rejects.toThrow('killed');
  expect((await harness.ports.tickets.get(ticketId)).ticket.status).toBe('AWAITING_APPROVAL');
  const workflows = { ...harness.ports.workflows, sendTaskSuccess };
  expect(await wakeAnswered.handle({}, { ...harness.ports, workflows })).toEqual({ told: 1 });
  expect(told).toEqual(['the token']);
});

it('a model that cannot be read keeps no other from being looked at', async () => {
  const { ports } = await ticketHarness();
  const looked: string[] = [];
  const waiting = (id: string, model: string) => ({ id, model, status: 'SCHEDULED' });
  const page: Ports['tickets']['page'] = async ({ scope }) => {
    const found = await ports.tickets.page({ scope: 'open', limit: 1 });
    const rows = scope === 'open' ? [waiting('T-1', 'nowhere'), waiting('T-2', 'house')] : [];
    return { ...found, rows: rows as unknown as typeof found.rows, next: null };
  };
  const openOf = (model: string) => {
    looked.push(model);
    return ports.tickets.openOf(model);
  };
  const woken = wakeAnswered.handle({}, { ...ports, tickets: { ...ports.tickets, page, openOf } });
  await expect(woken).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  expect(looked).toEqual(['house']);
});
