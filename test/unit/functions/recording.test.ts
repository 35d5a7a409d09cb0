// What a run reports is taken into the ticket only where it is another model.
import { expect, it } from '@jest/globals';
import { EvaluationTables } from '#core/evaluation.ts';
import { jobName, JobResult, RunManifest, UnlearnPlan } from '#core/run.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import { findStep } from '#functions/steps.ts';
import { ticketHarness, file, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';

/** A ticket whose first run is planned and not yet made. */
const planned = async () => {
  const harness = await ticketHarness({ policy: shippedPolicy(), jobs: smallJobs({}) });
  const ticketId = await file(harness);
  for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output'])
    await harness.call(findStep(name), { ticketId });
  const { planDigest } = await harness.call<{ planDigest: string }>(findStep('plan-run'), { ticketId });
  return { harness, ticketId, planDigest };
};

it('a run that left the model as it was is refused by name, and the ticket stays where it was', async () => {
  const { harness, ticketId, planDigest } = await planned();
  const { artifacts, jobs, results, tickets } = harness.ports;
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

it('an evaluation of other people than the plan names is judged by nobody', async () => {
  const { harness, ticketId, planDigest } = await planned();
  const { artifacts, jobs, results, tickets } = harness.ports;
  expect((await getJson(artifacts, planDigest, UnlearnPlan)).asked).toMatchObject({
    records: { retained: 40, controls: 20, facts: 20 },
    people: { retained: 2, controls: 3 },
  });
  const submit = async (definition: 'unlearn' | 'evaluate') => {
    const name = jobName(definition, ticketId, 1);
    await jobs.submit({ name, definition, parameters: { job: name, ticketId, planDigest } });
    return { name, report: JobResult.parse(await results.get(name)) };
  };
  await submit('unlearn');
  await harness.call(findStep('record-run'), { ticketId, planDigest });
  const { name, report } = await submit('evaluate');
  const tables = await getJson(artifacts, report.result, EvaluationTables);
  const fewer = { ...tables, people: { 'retained.greedyExact': [{ k: 40, n: 40 }] } };
  await results.put(name, { ...report, result: await putJson(artifacts, fewer) });
  const refused = harness.call(findStep('judge-evaluation'), { ticketId });
  await expect(refused).rejects.toMatchObject({
    code: 'JOB_FAILED',
    message: expect.stringMatching(/is of 1 person, and 2 were planned/),
  });
  expect((await tickets.get(ticketId)).ticket.status).toBe('EVALUATING');
  await results.put(name, report);
  expect(await harness.call(findStep('judge-evaluation'), { ticketId })).toEqual({ verdict: 'pass' });
});
