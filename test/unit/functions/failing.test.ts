// What a failed workflow task leaves on the ticket: the error's name, or what the job itself said where all that the
// workflow knows is that a job failed.
import { describe, expect, it } from '@jest/globals';
import { failureName, jobName } from '#core/run.ts';
import { findStep } from '#functions/steps.ts';
import { ticketHarness, file, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';

/** A ticket whose first run is planned and waits for its job. */
const unlearning = async () => {
  const harness = await ticketHarness({ policy: shippedPolicy(), jobs: smallJobs({}) });
  const ticketId = await file(harness);
  for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output', 'plan-run'])
    await harness.call(findStep(name), { ticketId });
  const fail = (error: string) => harness.call(findStep('record-failure'), { ticketId, error });
  const leave = (what: { kind: string; code: string }, run = 1) =>
    harness.ports.results.put(failureName(jobName('unlearn', ticketId, run)), what);
  const reason = async () => {
    const { ticket } = await harness.ports.tickets.get(ticketId);
    return [ticket.status, 'reason' in ticket ? ticket.reason : undefined];
  };
  return { harness, ticketId, fail, leave, reason };
};

describe('a failed job', () => {
  it("is recorded by its own code, and the filer's notice says it", async () => {
    const { harness, fail, leave, reason } = await unlearning();
    await leave({ kind: 'quittance-job-failure/v1', code: 'METHOD_CONFIG' });
    await fail('States.TaskFailed');
    expect(await reason()).toEqual(['REMEDIATION', 'METHOD_CONFIG']);
    expect(harness.notices.at(-1)?.references).toMatchObject({ step: 'unlearn-job', code: 'METHOD_CONFIG' });
  });

  it.each([
    ['that could not say why', undefined],
    ['that left what is no failure', { kind: 'something else', code: 'METHOD_CONFIG' }],
    ['that left a sentence for a code', { kind: 'quittance-job-failure/v1', code: 'Ottoline lives in Bergen' }],
  ])('%s is recorded as the workflow names it', async (_which, left) => {
    const { fail, leave, reason } = await unlearning();
    if (left) await leave(left);
    await fail('States.TaskFailed');
    expect(await reason()).toEqual(['REMEDIATION', 'States.TaskFailed']);
  });

  it('of another run is not taken for this one', async () => {
    const { fail, leave, reason } = await unlearning();
    await leave({ kind: 'quittance-job-failure/v1', code: 'METHOD_CONFIG' }, 2);
    await fail('States.TaskFailed');
    expect(await reason()).toEqual(['REMEDIATION', 'States.TaskFailed']);
  });

  it('does not stand for an error of another name', async () => {
    const { fail, leave, reason } = await unlearning();
    await leave({ kind: 'quittance-job-failure/v1', code: 'METHOD_CONFIG' });
    await fail('States.Timeout');
    expect(await reason()).toEqual(['REMEDIATION', 'States.Timeout']);
  });
});
