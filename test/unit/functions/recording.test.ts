// What a run reports is taken into the ticket only where it is another model.
import { expect, it } from '@jest/globals';
import { jobName, JobResult, RunManifest } from '#core/run.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import { findStep } from '#functions/steps.ts';
import { ticketHarness, file, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';

it('a run that left the model as it was is refused by name, and the ticket stays where it was', async () => {
  const harness = await ticketHarness({ policy: shippedPolicy(), jobs: smallJobs({}) });
  const { artifacts, jobs, results, tickets } = harness.ports;
  const ticketId = await file(harness);
  for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output'])
    await harness.call(findStep(name), { ticketId });
  const { planDigest } = await harness.call<{ planDigest: string }>(findStep('plan-run'), { ticketId });
  const name = jobName('unlearn', ticketId, 1);
  await jobs.submit({ name, definition: 'unlearn', parameters: { job: name, ticketId, planDigest } });
  const report = JobResult.parse(await results.get(name));
  const run = await getJson(artifacts, report.result, RunManifest);
  await results.put(name, { ...report, result: await putJson(artifacts, { ...run, candidate: run.base }) });
  await expect(harness.call(findStep('record-run'), { ticketId, planDigest })).rejects.toMatchObject({
    code: 'MODEL_UNCHANGED',
    got: run.base,
  });
  expect((await tickets.get(ticketId)).ticket.status).toBe('UNLEARNING');
});
