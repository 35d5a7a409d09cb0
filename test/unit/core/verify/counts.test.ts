// Whoever holds every key, the approver's too, writes tables and certificates that cannot be: a count, a mean or a
// claim that agrees with nothing else is found by name.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CertificatePredicate } from '#core/certificate.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { RunManifest, UnlearnPlan } from '#core/run.ts';
import {
  failedChecks,
  forged,
  jsonBytes,
  readJson,
  trueBundle,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

type Change = (tables: EvaluationTables) => Partial<EvaluationTables>;

const withTables = async (change: Change, name: 'tables.json' | 'tables-before.json' = 'tables.json') => {
  const tables = readJson<EvaluationTables>(truth.files, name);
  const changed = { ...tables, ...change(tables) };
  const policy = readJson<GatePolicy>(truth.files, 'policy.json');
  const judged = name === 'tables.json' ? { 'judgement.json': judge(changed, policy) } : {};
  return failedChecks(truth, await forged(truth, { artefacts: { [name]: changed, ...judged } }));
};
const withCertificate = async (certificate: (said: CertificatePredicate) => CertificatePredicate) =>
  failedChecks(truth, await forged(truth, { certificate }));

const counted =
  (key: string, count: { k: number; n: number }): Change =>
  ({ proportions }) => ({
    proportions: { ...proportions, [key]: count },
  });

describe('counts that cannot be', () => {
  it('of more forgotten records than were filed, or of more than anybody asks', async () => {
    for (const change of [
      counted('forget.refusal', { k: 0, n: 61 }),
      counted('retained.refusal', { k: 0, n: 9e15 }),
      ({ sums }) => ({ sums: { ...sums, 'forget.rougeL': { n: 61, sum: 1, sumOfSquares: 1 } } }),
    ] satisfies Change[])
      expect(await withTables(change)).toContain('counts');
  });

  it('are none of the suite’s wordings about the person, of which there are more than a short ticket has samples', async () => {
    expect(await withTables(counted('forget.revealed', { k: 0, n: 61 }))).not.toContain('counts');
  });

  it('that differ between two forms of one quantity, or before and after', async () => {
    const [key, people] = Object.entries(readJson<EvaluationTables>(truth.files, 'tables.json').people)[0]!;
    expect(await withTables(({ people: all }) => ({ people: { ...all, [key]: people.slice(1) } }))).toContain('counts');
    const before: Change = counted('retained.greedyExact', { k: 1, n: 1 });
    expect(
      await withTables(
        ({ people: all, ...rest }) => ({ ...before({ people: all, ...rest }), people: {} }),
        'tables-before.json',
      ),
    ).toContain('counts');
  });

  it('means beyond their unit, squares that no values have, a temperature of nothing', async () => {
    for (const change of [
      ({ sums }) => ({ sums: { ...sums, 'forget.rougeL': { n: 1, sum: 7, sumOfSquares: 49 } } }),
      ({ sums }) => ({ sums: { ...sums, 'forget.rougeL': { n: 2, sum: 1, sumOfSquares: 0.1 } } }),
      ({ sampling }) => ({ sampling: { ...sampling, temperature: 0 } }),
    ] satisfies Change[])
      expect(await withTables(change)).toContain('counts');
  });

  it('of other people or records than the plan fixed before the run', async () => {
    const { people } = readJson<EvaluationTables>(truth.files, 'tables.json');
    const retained = people['retained.greedyExact']!;
    for (const change of [
      counted('facts.greedyExact', { k: 5, n: 5 }),
      ({ histograms: { 'controls.valueLogProb': one, ...rest } }) => ({
        histograms: {
          ...rest,
          'controls.valueLogProb': { ...one!, counts: one!.counts.map((n, i) => n + Number(i === 0)) },
        },
      }),
      counted('controls.greedyExact', { k: 0, n: 21 }),
      () => ({ people: { 'retained.greedyExact': [{ k: 40, n: 40 }] } }),
      () => ({ people: { 'retained.greedyExact': [...retained, { k: 0, n: 0 }] } }),
      () => ({ peopleMeans: { 'controls.valueLogProb': [-4] } }),
    ] satisfies Change[])
      expect(await withTables(change)).toContain('asked-as-planned');
    expect(await withTables(counted('retained.rougeL', { k: 0, n: 7 }))).toEqual([]);
  });

  it('of an attempt before that was to be measured beside other never-trained people', async () => {
    const { asked, ...plan } = readJson<UnlearnPlan>(truth.files, 'plan.json');
    const other = { ...asked!, controls: { ...asked!.controls, gate: asked!.controls.stop } };
    const files = new Map(truth.files).set('attempts/1/plan.json', jsonBytes({ ...plan, asked: other }));
    expect(failedChecks(truth, await forged({ ...truth, files }))).toContain('asked-as-planned');
  });

  it('a run that followed more updates than it made', async () => {
    const run = readJson<RunManifest>(truth.files, 'run.json');
    const point = { update: 9_999, loss: 0, valueAuc: 0.5, greedyExact: 0, meanValueLogProb: -1 };
    const artefacts = { 'run.json': { ...run, trajectory: [point] } };
    expect(failedChecks(truth, await forged(truth, { artefacts }))).toContain('run-of-ticket');
  });
});

describe('certificates that repeat what is nowhere', () => {
  it('another time of approval, recorded value, reference or list of copies', async () => {
    const changes: ((said: CertificatePredicate) => CertificatePredicate)[] = [
      (said) => ({ ...said, residualCopies: [] }),
      (said) => ({ ...said, method: { ...said.method, recorded: { trust: 'me' } } }),
      (said) => ({ ...said, evaluation: { ...said.evaluation, reference: 'retain-model' } }),
    ];
    for (const change of changes) expect(await withCertificate(change)).toEqual(['certificate-agrees']);
    // the days count from the approval
    const earlier = (said: CertificatePredicate) => ({
      ...said,
      approval: { ...said.approval, at: '2026-01-01T00:00:00.000Z' },
    });
    expect(await withCertificate(earlier)).toEqual(['certificate-agrees', 'validity-follows']);
  });

  it('a claim that is never made, or one limit fewer', async () => {
    for (const change of [
      (said) => ({ ...said, statementsMade: [...said.statementsMade, 'perfection'] }),
      (said) => ({ ...said, statementsNotMade: said.statementsNotMade.slice(1) }),
    ] satisfies ((said: CertificatePredicate) => CertificatePredicate)[])
      expect(await withCertificate(change)).toEqual(['words']);
  });
});
