// The report's data: right for a finished, an open and a refused case; it says what can be defended, and nothing of the
// case's content.
import { describe, expect, it } from '@jest/globals';
import { NEVER_SAID } from '#core/scope.ts';
import { judge, type Judgement } from '#core/gate.ts';
import { GatePolicy } from '#core/policy.ts';
import { readPolicy } from '#entry/policies.ts';
import { auditReport, type AuditReport } from '#report/audit-report.ts';
import { documentOf } from '#report/content/document.ts';
import { gatherReport } from '#report/gather.ts';
import { jobName } from '#core/run.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { findStep } from '#functions/steps.ts';
import { RECORDS, SUBJECT } from '#bench/house/requests.ts';
import { shippedPolicy } from '#bench/house/ticket-harness.ts';
import { walkedToApproval, walkedToEnd, type WalkedTicket } from '../../support/hand-walked.ts';

const reportOf = async ({ harness, ticketId }: WalkedTicket): Promise<AuditReport> =>
  auditReport(await gatherReport(harness.ports, ticketId));

const words = (report: AuditReport) => JSON.stringify(report).toLowerCase();

describe('the audit report of a completed case', () => {
  it('says what was done, by whom, and that the deadline was met', async () => {
    const { executive, status } = await reportOf(await walkedToEnd());
    expect(status).toBe('PURGED');
    expect(executive.done).toContain('12 updates');
    expect(executive.done).toContain('3 records');
    expect(executive.done).toContain('serves in place of the earlier model');
    expect(executive.people).toMatchObject({ filer: 'filer.finn', approver: 'approver.aino' });
    expect(executive.deadline).toMatchObject({ verdict: 'met', answeredAt: '2026-03-02T10:00:00.000Z' });
    expect(executive.deadline.statutoryDue).toBe('2026-04-02');
    expect(executive.informed).toEqual([{ template: 'completion', at: '2026-03-02T10:00:00.000Z' }]);
    expect(executive.residualCopies).toHaveLength(1);
  });

  it('prints natural frequencies with their bound: 0 of 3 supports no more than 64 in 100', async () => {
    const { executive } = await reportOf(await walkedToEnd());
    expect(executive.tested[0]).toContain('3 questions of the request again: 0 got');
    expect(executive.tested[0]).toContain('at most 64 in 100'); // 1 − 0.05^(1/3) = 0.6316
    expect(executive.tested[1]).toContain('400 answers at temperature 1: for 0 of 20 questions');
  });

  it('recomputes D and p of two equal samples: 0 and 1, with the smallest gap that n = m = 20 rejects', async () => {
    const { distributions } = await reportOf(await walkedToEnd());
    expect(distributions).toMatchObject({ d: 0, p: 1, n: 20, m: 20 });
    if ('notAvailable' in distributions) throw new Error(distributions.notAvailable);
    expect(distributions.rejectsFrom).toBeCloseTo(0.45, 12); // the table of exact two-sample KS, n = m = 20
    expect(distributions.band.forget + distributions.band.controls).toBeCloseTo(0.662, 3);
    expect(distributions.forget.at(-1)?.[1]).toBe(1);
  });

  it('carries the gate as it was judged', async () => {
    const walked = await walkedToEnd();
    const { gate } = await reportOf(walked);
    const { attempts } = await gatherReport(walked.harness.ports, walked.ticketId);
    expect(gate?.gates).toMatchObject((attempts[0]?.judgement as Judgement).gates);
    for (const { threshold, detail } of gate?.gates ?? []) expect([threshold, detail]).not.toContain('');
    expect(gate?.verdict).toBe('pass');
  });

  it('says on its first page what a test of so many records can show, and which checks they were too few for', async () => {
    const walked = await walkedToEnd();
    const parts = await gatherReport(walked.harness.ports, walked.ticketId);
    const [attempt] = parts.attempts;
    const judgement = judge(attempt!.tables!, readPolicy('gate-v2'));
    const report = auditReport({ ...parts, attempts: [{ ...attempt!, judgement }] });
    expect(report.gate?.limits[0]).toMatch(/^The verdict rests on \d+ records\./);
    const [first] = documentOf(report).sections;
    expect(JSON.stringify(first)).toContain(JSON.stringify(report.gate?.limits[0]).slice(1, -1));
    // its policy has the same bounds at any number of records
    expect((await reportOf(walked)).gate?.limits).toEqual([]);
  });

  it('says on its first page what limits it: what comes back, on how many records it rests, what was not looked at', async () => {
    const walked = await walkedToEnd();
    const parts = await gatherReport(walked.harness.ports, walked.ticketId);
    const [attempt] = parts.attempts;
    const proportions = {
      ...attempt!.tables!.proportions,
      'forget.relearnt5x30': { k: 11, n: 18 },
      'controls.relearnt5x30': { k: 2, n: 20 },
      'forget.revealed': { k: 1, n: 60 },
      'controls.revealed': { k: 7, n: 480 },
      'forget.revealedWorded': { k: 3, n: 60 },
      'model.ownKept': { k: 2, n: 8 },
    };
    const attacked = { ...attempt!, tables: { ...attempt!.tables!, proportions } };
    const { executive } = auditReport({ ...parts, attempts: [attacked] });
    expect(executive.limits.join('\n')).toContain(
      'updates of MLP on 5 other records of the person: 11 of 18; of never-trained people 2 of 20.',
    );
    expect(executive.limits.join('\n')).toContain(
      'sure answers to 1 of 60 questions; of never-trained people 7 of 480. With the words of such answers begun, too: to 3 of 60 questions.',
    );
    expect(executive.limits).toContain(
      'Of 8 other rows about the same person, which the request did not take out, the model still answers 2 word for word.',
    );
    const untried = auditReport(parts);
    expect(untried.executive.limits).toEqual([
      expect.stringMatching(/^What comes back .* was not tested: /),
      expect.stringMatching(/^The tests rest on 3 records/),
      expect.stringMatching(/^Not looked at: /),
    ]);
    const [first] = documentOf(untried).sections;
    for (const limit of untried.executive.limits) expect(JSON.stringify(first)).toContain(limit);
  });

  it('names who decided what, and the letters that were kept', async () => {
    const walked = await walkedToApproval();
    await walked.harness.call(findStep('write-letter'), {
      ...{ ticketId: walked.ticketId, kind: 'acknowledgement', language: 'pl', by: 'filer.finn' },
    });
    const report = await reportOf(walked);
    expect(report.decisions[0]).toMatchObject({ who: 'filer.finn', type: 'received' });
    expect(report.letters).toEqual([
      { at: expect.any(String), by: 'filer.finn', kind: 'acknowledgement', language: 'pl' },
    ]);
    expect(JSON.stringify(documentOf(report))).toContain('Letters to the requester that were kept');
  });

  it('lists made and unmade statements by code, and never a claim that cannot be defended', async () => {
    const report = await reportOf(await walkedToEnd());
    expect(report.statements.made.map(({ code }) => code)).toContain('second-person');
    expect(report.statements.notMade.map(({ code }) => code)).toContain('retraining-equivalence');
    for (const claim of NEVER_SAID) expect(words(report)).not.toContain(claim);
  });

  it('holds no word of the request: neither name, nor answers, nor values', async () => {
    const report = words(await reportOf(await walkedToEnd()));
    for (const secret of [SUBJECT, ...RECORDS.flatMap(({ question, answer, value }) => [question, answer, value])])
      expect(report).not.toContain(secret.toLowerCase());
  });

  it('is the same for the same case', async () => {
    const walked = await walkedToEnd();
    expect(await reportOf(walked)).toEqual(await reportOf(walked));
  });

  it('leaves before empty where nothing was measured, and fills it from an evaluation of the base', async () => {
    const walked = await walkedToEnd();
    const { harness, ticketId } = walked;
    const before = (report: AuditReport) => report.metrics.find(({ key }) => key === 'retained.greedyExact')?.before;
    const parts = await gatherReport(harness.ports, ticketId);
    expect(before(auditReport({ ...parts, tablesBefore: undefined }))).toBeNull();
    expect(before(auditReport(parts))).toMatchObject({ value: 1, n: 40 });
    const { ticket } = await harness.ports.tickets.get(ticketId);
    if (ticket.status !== 'PURGED' || !ticket.sealed) throw new Error(ticket.status);
    const tables = await getJson(harness.ports.artifacts, ticket.sealed.run.tables, EvaluationTables);
    const base = { ...tables, proportions: { ...tables.proportions, 'retained.greedyExact': { k: 39, n: 40 } } };
    const result = await putJson(harness.ports.artifacts, base);
    await harness.ports.results.put(jobName('evaluate', ticketId, 0), { kind: 'quittance-job-result/v1', result });
    expect(before(await reportOf(walked))).toMatchObject({ value: 0.975, n: 40 });
  });
});

describe('the audit report of a ticket that did not go well', () => {
  it('says of an open case that nothing is served, approved or valid yet', async () => {
    const report = await reportOf(await walkedToApproval());
    expect(report.executive.done).toContain('is not served');
    expect(report.executive.people.approver).toBeNull();
    expect(report.executive.deadline.verdict).toBe('open');
    expect(report.executive.validity.validUntil).toBeNull();
    expect(report.statements.made).toEqual([]);
  });

  it('shows every failed attempt with the checks that it did not pass', async () => {
    const report = await reportOf(await walkedToApproval({ good: () => false }));
    expect(report.status).toBe('REMEDIATION');
    expect(report.attempts).toHaveLength(GatePolicy.parse(shippedPolicy()).ladder.length);
    for (const one of report.attempts) {
      expect(one.verdict).toBe('fail');
      expect(one.failed).toContain('forgotten answers exact');
      expect(one.failed).toContain('retained answers exact');
    }
  });

  it('says that values were told apart when the test rejects', async () => {
    const { executive, distributions } = await reportOf(await walkedToApproval({ good: () => false }));
    expect(distributions).toMatchObject({ d: 1 });
    expect(executive.tested.join(' ')).toContain('were told apart');
  });

  it('counts a day late as missed', async () => {
    const walked = await walkedToApproval();
    walked.harness.clock.advance(40 * 86_400);
    const input = { ticketId: walked.ticketId, outcome: 'refused', reason: 'art-17-3-e' };
    for (const by of ['legal.lou', 'approver.aino'])
      await walked.harness.call(findStep('close-ticket'), { ...input, by });
    await walked.harness.call(findStep('notify-parties'), { ticketId: walked.ticketId });
    const { executive, decisions } = await reportOf(walked);
    expect(executive.outcome).toBe('refused: Art. 17(3)(e): legal claims');
    expect(executive.deadline.verdict).toBe('missed');
    expect(executive.done).toMatch(
      /^The request was refused by approver.aino on 2026-04-11 10:00 UTC: Art. 17\(3\)\(e\): legal claims\. /,
    );
    expect(decisions.slice(-2)).toMatchObject([
      { who: 'legal.lou', type: 'act-proposed', reason: 'art-17-3-e' },
      { who: 'approver.aino', type: 'closed', reason: 'art-17-3-e' },
    ]);
    expect(executive.verify[0]).toContain('evidence bundle');
  });
});
