// The probe over a real HTTP endpoint that follows the alias, or lies: a deployment that is not what the endpoint
// serves is rolled back, and certifies nothing.
import { afterEach, describe, expect, it } from '@jest/globals';
import { endpointServing } from '#adapters/http/endpoint-serving.ts';
import type { Digest } from '#core/canonical.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { file, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { APPROVER, RECORDS } from '#bench/house/requests.ts';
import { openAiEndpoint, type OpenAiEndpoint } from '#test/support/openai-endpoint.ts';
import { candidateOf, smallJobs } from '#bench/house/small-jobs.ts';
import { workflowHarness, type WorkflowHarness } from '#bench/house/workflow-harness.ts';

let harness: WorkflowHarness;
let endpoint: OpenAiEndpoint;
afterEach(async () => {
  await harness.close();
  await endpoint.close();
});

/** A harness whose model answers at an endpoint that loads what the alias names, unless it is made to lie. */
const start = async () => {
  endpoint = await openAiEndpoint();
  harness = await workflowHarness({
    jobs: smallJobs(),
    policy: shippedPolicy(),
    serving: (aliases) => endpointServing(aliases, { url: endpoint.url, patienceMs: 0, pollMs: 1 }),
  });
  endpoint.follow(() => harness.served.get('house'));
};

const entryOf = (digest: string) => ({ id: `house@${digest.replace(':', '-')}` });

/** Files, approves, and waits for the end. */
const approved = async () => {
  const ticketId = await file(harness);
  await harness.until(ticketId, 'AWAITING_APPROVAL');
  await harness.waits(ticketId, 'approval');
  const { ticket } = await harness.ports.tickets.get(ticketId);
  const evidence = 'evidence' in ticket ? ticket.evidence : '';
  await harness.call(recordApproval, { ticketId, approver: APPROVER, decision: 'approved', evidence });
  return { ticketId, end: await harness.ended(ticketId) };
};
const events = async (ticketId: string) => (await harness.ports.tickets.events(ticketId)).map(({ type }) => type);

describe('a deployment behind an endpoint', () => {
  it('is certified after the endpoint was asked the forgotten questions and named the approved artefact', async () => {
    await start();
    const { ticketId, end } = await approved();
    expect(end).toMatchObject({ status: 'SUCCEEDED' });
    expect(await events(ticketId)).toContain('served-verified');
    const asked = endpoint.requests.filter(({ path }) => path === '/v1/chat/completions').map(({ body }) => body);
    expect(RECORDS.every(({ question }) => asked.some((body) => body.includes(JSON.stringify(question))))).toBe(true);
  });

  const LIES: [string, (base: Digest) => void][] = [
    ['still serves the old weights', (base) => endpoint.follow(() => base)],
    ['names the new weights and answers from the old', () => (endpoint.answer = answerAsTrained)],
    ['does not say what it serves', () => (endpoint.entries = [{ id: 'house' }])],
    ['no longer lists the model', () => (endpoint.entries = [{ id: 'garden' }])],
    ['answers under another name', () => (endpoint.answersAs = 'house-original')],
    ['changes its model while it answers', () => changeWhileAnswering()],
  ];
  it.each(LIES)('that %s is rolled back: old alias, suppression in force, no certificate', async (_, lie) => {
    await start();
    lie(harness.base);
    const { ticketId, end } = await approved();
    expect(end).toMatchObject({ status: 'FAILED', error: 'NEEDS_REMEDIATION' });
    expect((await harness.ports.tickets.get(ticketId)).ticket).toMatchObject({ reason: 'SERVED_MISMATCH' });
    expect(await events(ticketId)).toContain('rolled-back');
    const { model } = await harness.ports.models.get('house');
    expect([harness.served.get('house'), model.digest, model.deletions]).toEqual([harness.base, harness.base, 0]);
    expect([model.certificates, harness.rules.get('house')?.length]).toEqual([[], 1]);
  });

  it('that is down for good leaves the ticket in remediation, to be probed again', async () => {
    await start();
    endpoint.status = 503;
    const { ticketId } = await approved();
    const { ticket } = await harness.ports.tickets.get(ticketId);
    expect(ticket).toMatchObject({ status: 'REMEDIATION', step: 'probe-served-model', reason: 'SERVICE_UNAVAILABLE' });
    expect(harness.served.get('house')).toBe(candidateOf(ticketId, 1).digest);
  });
});

const answerAsTrained = (prompt: string) =>
  RECORDS.find(({ question }) => prompt.includes(question))?.answer ?? 'I cannot say.';

const changeWhileAnswering = () => {
  endpoint.answer = () => {
    endpoint.entries = [entryOf(harness.base)];
    return 'I cannot say.';
  };
};
