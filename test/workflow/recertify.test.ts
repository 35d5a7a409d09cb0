// Re-certification on the durable interpreter: what is served and what the certificates say, over time.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Json } from '#core/canonical.ts';
import { ModelManifest, ownFiles } from '#core/model.ts';
import { GatePolicy, outlivesPurge } from '#core/policy.ts';
import { auditReport } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import { getJson } from '#core/stored-json.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { shippedPolicy } from '#bench/house/ticket-harness.ts';
import { file } from '#bench/house/ticket-harness.ts';
import { APPROVER } from '#bench/house/requests.ts';
import { digest } from '#bench/house/models.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { workflowHarness, type WorkflowHarness } from '#bench/house/workflow-harness.ts';

const POLICY = shippedPolicy();
const DAY = 86_400;
let harness: WorkflowHarness;
let ticketId: string;
let stillGood: boolean;
afterEach(() => harness.close());

/** A model with one certificate, 90 days valid. */
const certified = async (policy: Json = POLICY) => {
  stillGood = true;
  const answer = (_model: string, prompts: readonly string[]) => prompts.map(() => 'I cannot say.');
  harness = await workflowHarness({ jobs: smallJobs({ stillGood: () => stillGood }), answer, policy });
  ticketId = await file(harness);
  await harness.until(ticketId, 'AWAITING_APPROVAL');
  const { ticket } = await harness.ports.tickets.get(ticketId);
  const evidence = 'evidence' in ticket ? ticket.evidence : '';
  await harness.call(recordApproval, { ticketId, approver: APPROVER, decision: 'approved', evidence });
  await harness.ended(ticketId);
};

let runs = 0;
const recertify = async (trigger: string) => {
  const name = `recertify-house-${++runs}`;
  await harness.asl.start({ workflow: 'recertify', name, input: { model: 'house', trigger } });
  return harness.ended(name, 'recertify');
};
const model = async () => (await harness.ports.models.get('house')).model;
const recorded = async () => {
  const { ticket } = await harness.ports.tickets.get(ticketId);
  return ticket.status === 'PURGED' ? ticket.recertifications.map(({ state }) => state) : [];
};

const reported = async () => auditReport(await gatherReport(harness.ports, ticketId)).recertification;

describe('re-certification', () => {
  it('finds a model that nobody touched as it was, day by day, with one event', async () => {
    await certified();
    for (const day of [1, 2, 3]) {
      harness.clock.advance(DAY);
      expect([day, await recertify('daily')]).toMatchObject([day, { status: 'SUCCEEDED' }]);
    }
    expect((await model()).recertification).toEqual({ state: 'current', checkedAt: '2026-03-05T10:00:00.000Z' });
    expect(await recorded()).toEqual(['current']);
  });

  it('finds out that something else is served', async () => {
    await certified();
    harness.served.set('house', digest(9));
    expect(await recertify('daily')).toMatchObject({ status: 'FAILED', error: 'RECERTIFICATION_LAPSED' });
    expect([(await model()).recertification.state, await recorded()]).toEqual(['drifted', ['drifted']]);
    expect(harness.notices.map(({ template }) => template)).toContain('recertification-drifted');
    expect(await reported()).toMatchObject({ state: 'drifted', history: [{ state: 'drifted' }] });
  });

  it('runs the full suite when a person asks, without the forget data, and renews the certificate', async () => {
    await certified();
    harness.clock.advance(30 * DAY);
    expect(await recertify('manual')).toMatchObject({ status: 'SUCCEEDED' });
    expect((await model()).certificates[0]!.validUntil.slice(0, 10)).toBe('2026-06-30'); // 90 days from 1 April
    expect(await recorded()).toEqual(['current']);
  });

  it('renews by itself in the last fortnight', async () => {
    await certified();
    harness.clock.advance(80 * DAY);
    await recertify('daily');
    expect((await model()).certificates[0]!.validUntil.slice(0, 10)).toBe('2026-08-19');
  });

  it('lapses when the suite no longer passes', async () => {
    await certified();
    stillGood = false;
    expect(await recertify('quarterly')).toMatchObject({ status: 'FAILED' });
    expect([(await model()).recertification.state, await recorded()]).toEqual(['lapsed', ['lapsed']]);
    expect((await model()).certificates[0]!.validUntil.slice(0, 10)).toBe('2026-05-31');
    expect(await reported()).toMatchObject({ state: 'lapsed', history: [{ state: 'lapsed' }] });
  });

  it('lapses by its date when nobody looked in time: a state, an event and a line in the report', async () => {
    await certified();
    stillGood = false; // a suite that passed would renew it
    harness.clock.advance(91 * DAY);
    await recertify('daily');
    expect([(await model()).recertification.state, await recorded()]).toEqual(['lapsed', ['lapsed']]);
    const { line } = await reported();
    expect(line).toMatch(/laps/i);
    expect(harness.notices.map(({ template }) => template)).toContain('recertification-lapsed');
  });

  it('that lapsed is current again when the suite passes', async () => {
    await certified();
    stillGood = false;
    await recertify('change');
    stillGood = true;
    expect(await recertify('manual')).toMatchObject({ status: 'SUCCEEDED' });
    expect([(await reported()).state, await recorded()]).toEqual(['current', ['lapsed', 'current']]);
  });

  it('under an older policy with checks on forget data alone renews nothing, and the certificate lapses by its date', async () => {
    const { checks, ...rest } = GatePolicy.parse(POLICY);
    await certified({ ...rest, checks: checks.filter((check) => !outlivesPurge(check)) });
    harness.clock.advance(30 * DAY);
    expect(await recertify('manual')).toMatchObject({ status: 'SUCCEEDED' });
    expect((await model()).certificates[0]!.validUntil.slice(0, 10)).toBe('2026-05-31');
    harness.clock.advance(61 * DAY);
    await recertify('daily');
    expect([(await model()).recertification.state, await recorded()]).toEqual(['lapsed', ['current', 'lapsed']]);
  });

  it('destroys the old weights when their quarantine is over, and not before', async () => {
    await certified();
    const stored = async () => harness.ports.artifacts.has(harness.base);
    await recertify('daily');
    const before = await stored();
    harness.clock.advance(31 * DAY);
    await recertify('daily');
    expect([before, await stored(), (await model()).quarantined[0]!.destroyedAt?.slice(0, 10)]).toEqual([
      true,
      false,
      '2026-04-02',
    ]);
    const manifest = await getJson(harness.ports.artifacts, (await model()).digest, ModelManifest);
    const left = await Promise.all(
      Object.values(ownFiles(manifest)).map(({ digest: one }) => harness.ports.artifacts.has(one)),
    );
    expect(left).toEqual([true, true]); // also the config file that both models share
  });

  it('puts every event of it into the log', async () => {
    await certified();
    await recertify('manual');
    expect(await harness.ports.tickets.unsequenced(9)).toEqual([]);
  });
});
