import { beforeEach, describe, expect, it } from '@jest/globals';
import { TrainingManifest } from '#core/forget-set.ts';
import { getJson } from '#core/stored-json.ts';
import { forgottenBy } from '#core/forgotten.ts';
import { deployModel } from '#functions/deploy-model.ts';
import { notifyParties } from '#functions/notify-parties.ts';
import { probeServedModel } from '#functions/probe-served-model.ts';
import { purgeCase } from '#functions/purge-case.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { requestApproval } from '#functions/request-approval.ts';
import { resumeTicket } from '#functions/resume-ticket.ts';
import { outcome } from '#test/contract/contract.ts';
import { APPROVER, FILER, RECORDS } from '#bench/house/requests.ts';
import { digest } from '#bench/house/models.ts';
import { judgedTicket, moveTicket, type JudgedTicket } from '#test/support/judged-ticket.ts';

let c: JudgedTicket;
const ticket = async () => (await c.harness.ports.tickets.get(c.ticketId)).ticket;
const model = async () => (await c.harness.ports.models.get('house')).model;
const decide = (approver: string, change: object = {}) =>
  c.harness.call(recordApproval, {
    ticketId: c.ticketId,
    approver,
    decision: 'approved',
    evidence: c.evidence,
    ...change,
  });
const step = (which: Parameters<JudgedTicket['harness']['call']>[0]) => c.harness.call(which, { ticketId: c.ticketId });

beforeEach(async () => {
  c = await judgedTicket();
  await c.harness.call(requestApproval, { ticketId: c.ticketId, taskToken: 'waiting' });
});

describe('an approval', () => {
  it('by a second person moves the ticket and answers the waiting task', async () => {
    await decide(APPROVER);
    expect([(await ticket()).status, c.harness.engine.answered.get('waiting')]).toEqual([
      'DEPLOYING',
      { decision: 'approved' },
    ]);
  });

  it('by the filer is refused, and the ticket still waits', async () => {
    expect(await outcome(decide(FILER))).toBe('APPROVER_IS_FILER');
    expect([(await ticket()).status, c.harness.engine.answered.size]).toEqual(['AWAITING_APPROVAL', 0]);
  });

  it('of other evidence is refused', async () => {
    expect(await outcome(decide(APPROVER, { evidence: digest(5) }))).toBe('APPROVAL_STALE');
  });

  it('of evidence that is gone is refused', async () => {
    await c.harness.ports.artifacts.delete(c.evidence);
    expect(await outcome(decide(APPROVER))).toBe('NOT_FOUND');
    expect((await ticket()).status).toBe('AWAITING_APPROVAL');
  });

  it('is taken once: a replay by anybody is refused', async () => {
    await decide(APPROVER);
    expect([await outcome(decide(APPROVER)), await outcome(decide('third.tove'))]).toEqual([
      'APPROVAL_REPLAYED',
      'APPROVAL_REPLAYED',
    ]);
  });

  it('of two at once, one wins', async () => {
    const race = await Promise.all([outcome(decide(APPROVER)), outcome(decide('third.tove'))]);
    expect(race.sort()).toEqual(['TICKET_CONFLICT', 'fulfilled']);
  });

  it.each(['tickets.commit', 'workflows.sendTaskSuccess', 'vault.put'])(
    'whose %s failed is completed by the same call again',
    async (write) => {
      for (const mode of ['before', 'after'] as const) {
        c = await judgedTicket();
        await c.harness.call(requestApproval, { ticketId: c.ticketId, taskToken: 'waiting' });
        const calls = c.harness.faults.writes.filter((made) => made.startsWith(`${write}#`)).length;
        c.harness.faults.arm(`${write}#${calls + 1}`, mode);
        await outcome(decide(APPROVER));
        await outcome(decide(APPROVER));
        const told = c.harness.engine.answered.get('waiting');
        expect([mode, c.harness.faults.fired, (await ticket()).status, told]).toEqual([
          mode,
          true,
          'DEPLOYING',
          { decision: 'approved' },
        ]);
      }
    },
  );

  it('refused with a reason sends the ticket to remediation, from where a person resumes it', async () => {
    expect(await outcome(decide(APPROVER, { decision: 'refused' }))).toBe('INVALID_INPUT');
    await decide(APPROVER, { decision: 'refused', reason: 'retained-too-low' });
    expect(await ticket()).toMatchObject({
      status: 'REMEDIATION',
      reason: 'retained-too-low',
      from: { status: 'SCHEDULED' },
    });
    const first = await c.harness.call(resumeTicket, { ticketId: c.ticketId, by: APPROVER });
    expect(await c.harness.call(resumeTicket, { ticketId: c.ticketId, by: APPROVER })).toEqual(first);
    expect([(await ticket()).status, c.harness.engine.started.length]).toEqual(['SCHEDULED', 2]);
  });
});

describe('a deployment', () => {
  beforeEach(() => decide(APPROVER));

  it('serves the candidate, counts the deletion and keeps the base in quarantine, once', async () => {
    for (const call of [1, 2]) expect([call, await step(deployModel)]).toEqual([call, { outcome: 'deployed' }]);
    expect(c.harness.served.get('house')).toBe(c.candidate);
    expect(await model()).toMatchObject({
      digest: c.candidate,
      deletions: 1,
      quarantined: [{ digest: c.harness.base }],
    });
  });

  it('leaves a training manifest that no longer knows the rows', async () => {
    const { rows: before } = await getJson(
      c.harness.ports.artifacts,
      (await model()).trainingManifest!,
      TrainingManifest,
    );
    await step(deployModel);
    const { rows: after } = await getJson(
      c.harness.ports.artifacts,
      (await model()).trainingManifest!,
      TrainingManifest,
    );
    expect(Object.keys(before).length - Object.keys(after).length).toBe(RECORDS.length);
  });

  it('enters the person into the list of whom the model has forgotten, once', async () => {
    const { vault } = c.harness.ports;
    expect((await forgottenBy(vault, 'house')).people).toBe(0);
    for (const call of [1, 2]) expect([call, await step(deployModel)]).toEqual([call, { outcome: 'deployed' }]);
    const list = await forgottenBy(vault, 'house');
    expect(list.people).toBe(1);
    for (const { question, answer } of RECORDS) expect(list.recognise([question, answer])).toBe('row');
  });

  it('is refused under a hold that was placed after the approval', async () => {
    await moveTicket(c.harness, c.ticketId, { type: 'hold-placed', by: 'legal.lou', code: 'litigation' });
    expect(await outcome(step(deployModel))).toBe('TICKET_ON_HOLD');
    expect(c.harness.served.get('house')).toBe(c.harness.base);
  });

  it('over a base that another ticket moved goes back to unlearning', async () => {
    const { model: record, version } = await c.harness.ports.models.get('house');
    await c.harness.ports.models.put({ ...record, digest: digest(8) }, version);
    for (const call of [1, 2]) expect([call, await step(deployModel)]).toEqual([call, { outcome: 'base-moved' }]);
    expect(await ticket()).toMatchObject({ status: 'SCHEDULED', ladderFrom: 1 });
  });

  it.each(['serving.promote', 'models.put', 'tickets.commit', 'artifacts.put'])(
    'whose %s failed is completed by the repeat',
    async (write) => {
      for (const mode of ['before', 'after'] as const) {
        c = await judgedTicket();
        await decide(APPROVER);
        const calls = c.harness.faults.writes.filter((made) => made.startsWith(`${write}#`)).length;
        c.harness.faults.arm(`${write}#${calls + 1}`, mode);
        await outcome(step(deployModel));
        await step(deployModel);
        expect([mode, c.harness.faults.fired]).toEqual([mode, true]);
        expect(await model()).toMatchObject({
          digest: c.candidate,
          deletions: 1,
          quarantined: [{ digest: c.harness.base }],
        });
      }
    },
  );
});

describe('the probe of what is served', () => {
  const deployed = async (forgets = true) => {
    c = await judgedTicket({ forgets });
    await decide(APPROVER);
    await step(deployModel);
  };

  it('passes a candidate that has forgotten, and lifts the suppression', async () => {
    await deployed();
    for (const call of [1, 2]) expect([call, await step(probeServedModel)]).toEqual([call, { outcome: 'verified' }]);
    expect(await ticket()).toMatchObject({
      status: 'COMPLETED',
      served: { digest: c.candidate, prompts: 3, exact: 0 },
    });
    expect(c.harness.rules.get('house')).toEqual([]);
  });

  it('rolls back a candidate that still knows, and keeps the suppression', async () => {
    await deployed(false);
    for (const call of [1, 2]) expect([call, await step(probeServedModel)]).toEqual([call, { outcome: 'rolled-back' }]);
    expect(await ticket()).toMatchObject({ status: 'REMEDIATION', reason: 'SERVED_MISMATCH' });
    expect([c.harness.served.get('house'), c.harness.rules.get('house')?.length]).toEqual([c.harness.base, 1]);
    expect(await model()).toMatchObject({ digest: c.harness.base, deletions: 0, quarantined: [] });
  });

  it('rolls back when the serving side loaded something else', async () => {
    await deployed();
    c.harness.served.set('house', digest(9));
    await step(probeServedModel);
    expect([(await ticket()).status, c.harness.served.get('house')]).toEqual(['REMEDIATION', c.harness.base]);
  });
});

describe('the purge', () => {
  const sealed = async () => {
    await decide(APPROVER);
    await step(deployModel);
    await step(probeServedModel);
    await moveTicket(c.harness, c.ticketId, {
      type: 'certified',
      certificate: digest(4),
      validUntil: '2026-06-01T00:00:00.000Z',
    });
    await step(notifyParties);
  };

  it('is not reached before the evidence is sealed', async () => {
    expect(await outcome(step(purgeCase))).toBe('TICKET_ILLEGAL_TRANSITION');
  });

  it('destroys the key and what stood beside the base, and keeps the evidence', async () => {
    const side = await model();
    await sealed();
    await step(purgeCase);
    expect(await ticket()).toMatchObject({
      status: 'PURGED',
      outcome: 'completed',
      purge: { objects: 3, readsRefused: 3 },
    });
    const { artifacts, vault } = c.harness.ports;
    expect(await outcome(vault.get(c.ticketId, 'forget-set'))).toBe('VAULT_KEY_DESTROYED');
    const gone = await Promise.all([side.suite!, side.trainingManifest!].map((artifact) => artifacts.has(artifact)));
    expect([...gone, await artifacts.has(c.evidence), await artifacts.has(c.candidate)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(c.harness.faults.complaints).toEqual([]);
  });

  it.each(['vault.destroy', 'artifacts.delete', 'models.put', 'tickets.commit', 'serving.lift'])(
    'whose %s failed is completed by the repeat',
    async (write) => {
      for (const mode of ['before', 'after'] as const) {
        c = await judgedTicket();
        await sealed();
        const calls = c.harness.faults.writes.filter((made) => made.startsWith(`${write}#`)).length;
        c.harness.faults.arm(`${write}#${calls + 1}`, mode);
        await outcome(step(purgeCase));
        await step(purgeCase);
        expect([mode, c.harness.faults.fired, (await ticket()).status, c.harness.faults.complaints]).toEqual([
          mode,
          true,
          'PURGED',
          [],
        ]);
      }
    },
  );
});
