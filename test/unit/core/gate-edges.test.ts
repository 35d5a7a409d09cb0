// What a gate says at its edges: a value on the very bound, a reference of one record or of none, the side on which a
// value is unlike the reference; and that a judgement is read back from the store as it was written.
import { describe, expect, it } from '@jest/globals';
import { digestOf } from '#core/canonical.ts';
import type { EvaluationTables, Histogram } from '#core/evaluation.ts';
import { Gate, judge, Judgement, StoredJudgement } from '#core/gate.ts';
import { GatePolicy } from '#core/policy.ts';

/** Nothing but what a test adds. */
const tables = (more: Partial<EvaluationTables>): EvaluationTables => ({
  kind: 'quittance-evaluation/v1',
  model: digestOf('candidate'),
  quantisation: 'none',
  suite: { name: 'edges', version: '1', digest: digestOf('edges') },
  reference: 'controls',
  ...{ proportions: {}, histograms: {}, sums: {}, people: {}, peopleMeans: {}, curves: {}, notAvailable: {} },
  sampling: { temperature: 1, samplesPerPrompt: 20, seed: 1 },
  ...more,
});

const policyOf = (...checks: object[]): GatePolicy =>
  GatePolicy.parse({
    ...{ kind: 'quittance-gate-policy/v1', version: 'edges', certificateDays: 1 },
    checks: checks.map((check, i) => ({ name: `check ${i}`, direction: 'two-sided', reason: 'an edge', ...check })),
    ladder: [{ method: 'flat', config: {}, reason: 'the only one' }],
  });
const gateOf = (check: object, more: Partial<EvaluationTables>): Gate => judge(tables(more), policyOf(check)).gates[0]!;

const [FORGET, CONTROLS] = ['forget.valueLogProb', 'controls.valueLogProb'];
const pair = { of: FORGET, reference: CONTROLS };
const bins = (...counts: number[]): Histogram => ({ lo: -4, width: 1, counts, unit: 'nats' });
const histograms = (forget: Histogram, controls: Histogram) => ({
  histograms: { [FORGET]: forget, [CONTROLS]: controls },
});
const LOW = bins(60, 0, 0, 0);
const HIGH = bins(0, 0, 0, 60);
/** Of `n` values, each the same. */
const sums = (value: number, n = 4) => ({ n, sum: value * n, sumOfSquares: value * value * n });

describe('a bound', () => {
  it('on one side alone leaves the other open, also for values below zero', () => {
    const more = { sums: { [FORGET]: sums(-3) } };
    expect(gateOf({ statistic: 'value', of: FORGET, most: -1 }, more)).toMatchObject({ verdict: 'pass', value: -3 });
    expect(gateOf({ statistic: 'value', of: FORGET, least: -4 }, more)).toMatchObject({ verdict: 'pass', most: null });
  });

  it('of a reference that did everything is 1, and reached by a group that did everything', () => {
    const check = { statistic: 'shareAtMostReference', of: 'forget.leakQuestion', reference: 'controls.leakQuestion' };
    const proportions = { 'forget.leakQuestion': { k: 3, n: 3 }, 'controls.leakQuestion': { k: 5, n: 5 } };
    const gate = gateOf({ ...check, alpha: 0.05 }, { proportions });
    expect(gate).toMatchObject({ verdict: 'pass', value: 1, most: 1, of: [check.of, check.reference] });
    expect(gate.basis).toEqual({ k: 3, referenceK: 5, referenceN: 5, alpha: 0.05 });
  });

  it('on a p-value is reached by samples that are the same', () => {
    expect(gateOf({ statistic: 'ks', ...pair, least: 1 }, histograms(LOW, LOW))).toMatchObject({
      ...{ verdict: 'pass', value: 1, n: 60 },
      basis: { d: 0, m: 60 },
    });
  });
});

describe('a reference of never-trained records', () => {
  const check = {
    ...{ statistic: 'shareAtMostReference', of: 'forget.leakQuestion', reference: 'controls.leakQuestion' },
    alpha: 0.05,
  };
  const of = { 'forget.leakQuestion': { k: 0, n: 3 } };
  const missing = {
    ...{ verdict: 'not_available', value: null, n: 0, interval: null, basis: {} },
    notAvailable: expect.stringMatching(/^not measured: .*never-trained/),
  };

  it('that is not there, or counts nothing, gives no bound', () => {
    const none = { ...of, 'controls.leakQuestion': { k: 0, n: 0 } };
    for (const proportions of [of, none]) expect(gateOf(check, { proportions })).toMatchObject(missing);
  });

  it('may be a single one where the policy does not ask for more', () => {
    const gate = gateOf(check, { proportions: { ...of, 'controls.leakQuestion': { k: 0, n: 1 } } });
    expect(gate).toMatchObject({ verdict: 'pass', most: expect.closeTo(0.95, 12) });
  });

  it('that is smaller than the policy asks says by how much', () => {
    const proportions = { ...of, 'controls.leakQuestion': { k: 0, n: 19 } };
    expect(gateOf({ ...check, referenceAtLeast: 20 }, { proportions })).toMatchObject({
      verdict: 'not_available',
      notAvailable: '19 never-trained records, 20 are needed',
    });
  });
});

describe('a reference of never-trained people', () => {
  const check = { statistic: 'meanWithinPeople', ...pair, margin: 0.5 };
  const found = (peopleMeans: EvaluationTables['peopleMeans'], value = -3) =>
    gateOf(check, { sums: { [FORGET]: sums(value) }, peopleMeans });

  it('that is not there, or has nobody in it, gives no range', () => {
    for (const none of [{}, { [CONTROLS]: [] }])
      expect(found(none)).toMatchObject({
        verdict: 'not_available',
        notAvailable: expect.stringMatching(/^not measured: .*never-trained/),
      });
    expect(found({ [CONTROLS]: [-3] })).toMatchObject({
      verdict: 'not_available',
      notAvailable: 'one never-trained person has no range',
    });
  });

  it('is a range from two people on', () => {
    expect(found({ [CONTROLS]: [-4, -2] })).toMatchObject({ verdict: 'pass', least: -4.5, most: -1.5 });
  });
});

describe('a value that is unlike the reference', () => {
  const still = { verdict: 'fail', direction: 'under-forgetting' };
  const beyond = { verdict: 'fail', direction: 'over-unlearning' };

  it('fails as still known where it is higher, as unlearned too far where it is lower', () => {
    const auc = { statistic: 'auc', ...pair, least: 0.35, most: 0.65 };
    const ks = { statistic: 'ks', ...pair, least: 0.05 };
    for (const check of [auc, ks]) {
      expect(gateOf(check, histograms(HIGH, LOW))).toMatchObject(still);
      expect(gateOf(check, histograms(LOW, HIGH))).toMatchObject(beyond);
    }
    const mean = { statistic: 'meanWithinPeople', ...pair, margin: 0 };
    const at = (value: number) =>
      gateOf(mean, { sums: { [FORGET]: sums(value) }, peopleMeans: { [CONTROLS]: [-4, -2] } });
    expect(at(-1)).toMatchObject(still);
    expect(at(-5)).toMatchObject(beyond);
  });

  it('and neither higher nor lower is not called still known', () => {
    const apart = histograms(bins(0, 30, 30, 0), bins(30, 0, 0, 30));
    expect(gateOf({ statistic: 'ks', ...pair, least: 0.05 }, apart)).toMatchObject(beyond);
    expect(gateOf({ statistic: 'auc', ...pair, least: 0.6 }, apart)).toMatchObject({ ...beyond, value: 0.5 });
  });
});

describe('a judgement that is stored', () => {
  const policy = policyOf(
    { statistic: 'share', of: 'facts.greedyExact', least: 0.9, remediation: { least: 0.5 } },
    { statistic: 'share', of: 'forget.greedyExact', most: 0.1 },
    { statistic: 'auc', ...pair, least: 0.35, most: 0.65 },
    { statistic: 'share', of: 'forget.degenerate', most: 0.1 },
  );
  const proportions = {
    'facts.greedyExact': { k: 3, n: 5 },
    'forget.greedyExact': { k: 1, n: 1 },
    'forget.degenerate': { k: 0, n: 1 },
  };
  const judgement = judge(tables({ proportions }), policy);

  it('is read back as it was written, whatever its verdicts', () => {
    expect(judgement.gates.map(({ verdict }) => verdict)).toEqual(['remediation', 'fail', 'not_available', 'pass']);
    const remediation: Judgement = { ...judgement, verdict: 'remediation' };
    for (const one of [judgement, remediation, { ...judgement, verdict: 'pass' }])
      expect(StoredJudgement.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
  });

  it('is read in its first form too', () => {
    const { name, value, n, verdict, direction } = judgement.gates[1]!;
    const gate = { name, value, n, verdict, direction, threshold: '≤ 0.1', detail: '1 of 1' };
    const first = { ...judgement, kind: 'quittance-judgement/v1', gates: [gate] };
    expect(StoredJudgement.parse(first)).toEqual(first);
    const mixed = [
      { ...first, gates: judgement.gates },
      { ...judgement, gates: [gate] },
      { ...first, gates: [{ ...gate, least: 0 }] },
      { ...first, sampling: { error: 0.1, tooFew: 'approver', alpha: 0.1 } },
    ];
    expect(mixed.map((one) => StoredJudgement.safeParse(one).success)).toEqual([false, false, false, false]);
  });

  it.each<[string, object]>([
    ['another verdict', { verdict: 'waived' }],
    ['no quantity', { of: [] }],
    ['more quantities than a comparison has', { of: [FORGET, CONTROLS, FORGET] }],
    ['a part of a record', { n: 1.5 }],
    ['fewer records than none', { n: -1 }],
    ['a field that a gate does not have', { waived: true }],
  ])('with %s in a gate is none', (_, change) => {
    const [first, ...rest] = judgement.gates;
    const changed = { ...judgement, gates: [{ ...first, ...change }, ...rest] };
    expect([StoredJudgement, Judgement].map((one) => one.safeParse(changed).success)).toEqual([false, false]);
  });
});
