// A gate of few records at its edges: what a policy that leaves something to chance widens and what it leaves alone,
// how many records a check asks for, and what the verdict is where some of them were not made.
import { describe, expect, it } from '@jest/globals';
import { digestOf } from '#core/canonical.ts';
import type { EvaluationTables, Histogram } from '#core/evaluation.ts';
import { judge, type Gate } from '#core/gate.ts';
import { detailText } from '#core/gate-words.ts';
import { GatePolicy } from '#core/policy.ts';
import { clopperPearsonUpper, kolmogorovSmirnov } from '#core/stats.ts';
import { aucWindow, chanceLimit, gapWindow } from '#core/windows.ts';

const tables = (more: Partial<EvaluationTables>): EvaluationTables => ({
  kind: 'quittance-evaluation/v1',
  model: digestOf('candidate'),
  quantisation: 'none',
  suite: { name: 'few', version: '1', digest: digestOf('few') },
  reference: 'controls',
  ...{ proportions: {}, histograms: {}, sums: {}, people: {}, peopleMeans: {}, curves: {}, notAvailable: {} },
  sampling: { temperature: 1, samplesPerPrompt: 20, seed: 1 },
  ...more,
});

type Sampling = NonNullable<GatePolicy['sampling']>;
const ERROR = 0.1;
const policyOf = (tooFew: Sampling['tooFew'] | undefined, ...checks: object[]): GatePolicy =>
  GatePolicy.parse({
    ...{ kind: 'quittance-gate-policy/v1', version: 'few', certificateDays: 1 },
    checks: checks.map((check, i) => ({ name: `check ${i}`, direction: 'two-sided', reason: 'an edge', ...check })),
    ladder: [{ method: 'flat', config: {}, reason: 'the only one' }],
    ...(tooFew && { sampling: { error: ERROR, tooFew } }),
  });
/** Judged alone, so that the whole error is its own. */
const gateOf = (check: object, more: Partial<EvaluationTables>): Gate =>
  judge(tables(more), policyOf('approver', check)).gates[0]!;

const [FORGET, CONTROLS] = ['forget.valueLogProb', 'controls.valueLogProb'];
const pair = { of: FORGET, reference: CONTROLS, leastRecords: 1 };
const bins = (...counts: number[]): Histogram => ({ lo: -4, width: 1, counts, unit: 'nats' });
const histograms = (forget: Histogram, controls: Histogram) => ({
  histograms: { [FORGET]: forget, [CONTROLS]: controls },
});
const leak = { statistic: 'shareAtMostReference', of: 'forget.leakQuestion', reference: 'controls.leakQuestion' };
const leaks = (forget: [number, number], controls: [number, number]) => ({
  proportions: {
    'forget.leakQuestion': { k: forget[0], n: forget[1] },
    'controls.leakQuestion': { k: controls[0], n: controls[1] },
  },
});
const NEVER = 'never-trained people are too few, or too unlike each other: nothing could fail it';

describe('a share beside a reference', () => {
  const check = { ...leak, alpha: 0.4, leastRecords: 1 };

  it('may be as great as chance makes it, by the error of the policy and not its own', () => {
    const gate = gateOf(check, leaks([1, 10], [1, 20]));
    const most = chanceLimit(10, { k: 1, n: 20 }, ERROR);
    expect(gate).toMatchObject({ verdict: 'pass', most, basis: { alpha: ERROR } });
    expect(most).toBeGreaterThan(0.1);
  });

  it('may be as great as the policy says, where that is more than chance', () => {
    expect(gateOf({ ...check, most: 0.9 }, leaks([8, 10], [1, 20]))).toMatchObject({ verdict: 'pass', most: 0.9 });
  });

  it('may be worse than the reference’s bound by a margin, where the policy states one', () => {
    const found = leaks([11, 20], [1, 20]);
    const own = clopperPearsonUpper({ k: 1, n: 20 }, 0.4);
    expect(gateOf(check, found)).toMatchObject({ verdict: 'fail' });
    const gate = gateOf({ ...check, margin: 0.5 }, found);
    expect(gate).toMatchObject({ verdict: 'pass', most: expect.closeTo(own + 0.5, 12), basis: { margin: 0.5 } });
    expect(detailText(gate)).toContain('plus 0.5');
  });

  it('is not judged where so few records cannot be asked at all, and the approver decides on the others', () => {
    const attack = { ...check, of: 'forget.relearnt2x10', reference: 'controls.relearnt2x10' };
    const asked = {
      proportions: { ...leaks([0, 1], [0, 200]).proportions, 'forget.relearnt2x10': { k: 0, n: 0 } },
      notAvailable: { 'forget.relearnt2x10': 'attack not possible: it needs 2 records of a person' },
    };
    const needs = { verdict: 'not_available', needs: 2, notAvailable: expect.stringContaining('not possible') };
    expect(gateOf(attack, asked)).toMatchObject(needs);
    const both = judge(tables(asked), policyOf('approver', attack, { ...check, alpha: 0.04 }));
    expect(both.gates.map(({ verdict }) => verdict)).toEqual(['not_available', 'pass']);
    expect(both.verdict).toBe('pass');
  });

  it('is not judged where nothing could fail it, and says what it needs where more records could', () => {
    const never = gateOf(check, leaks([0, 4], [20, 20]));
    expect(never).toMatchObject({ verdict: 'not_available', value: 0, n: 4, notAvailable: NEVER });
    expect([never.needs, never.most]).toEqual([undefined, null]);
    const more = gateOf(check, leaks([0, 2], [4, 10]));
    const needs = [3, 4, 5, 6, 7, 8].find((n) => (chanceLimit(n, { k: 4, n: 10 }, ERROR) ?? 1) < 1);
    expect(more).toMatchObject({ verdict: 'not_available', needs });
    expect(more.notAvailable).toBe(`2 records: so few could show nothing here, ${needs} are needed`);
  });

  it('needs what the policy asks where that is more', () => {
    expect(gateOf({ ...check, leastRecords: 30 }, leaks([0, 2], [4, 10]))).toMatchObject({ needs: 30 });
    expect(gateOf({ ...check, leastRecords: 30 }, leaks([0, 1], [1, 20])).notAvailable).toBe(
      '1 record: so few could show nothing here, 30 are needed',
    );
  });

  it('needs what chance asks where that is more', () => {
    const needs = gateOf(check, leaks([0, 2], [4, 10])).needs!;
    expect(needs).toBeGreaterThan(3);
    expect(gateOf({ ...check, leastRecords: 3 }, leaks([0, 2], [4, 10]))).toMatchObject({ needs });
  });
});

describe('an AUC', () => {
  const inside = histograms(bins(3, 4, 3, 0), bins(30, 30, 30, 0));

  it('has the window of chance, on the sides that the policy bounds', () => {
    const [low, high] = aucWindow(10, 90, ERROR)!;
    const both = gateOf({ statistic: 'auc', ...pair, least: 0.49, most: 0.51 }, inside);
    expect(both).toMatchObject({ verdict: 'pass', least: low, most: high, basis: { alpha: ERROR } });
    expect(gateOf({ statistic: 'auc', ...pair, most: 0.51 }, inside)).toMatchObject({ least: null, most: high });
    expect(gateOf({ statistic: 'auc', ...pair, least: 0.49 }, inside)).toMatchObject({ least: low, most: null });
    expect(gateOf({ statistic: 'auc', ...pair, least: 0.01, most: 0.99 }, inside)).toMatchObject({
      ...{ least: 0.01, most: 0.99 },
    });
  });

  it('is not judged where so few could not fail it', () => {
    const check = { statistic: 'auc', ...pair, least: 0.35, most: 0.65 };
    const few = histograms(bins(1, 0, 0, 0), bins(2, 2, 1, 0));
    expect(gateOf(check, few)).toMatchObject({ verdict: 'not_available', needs: 2, least: 0.35, most: 0.65 });
    const one = histograms(bins(1, 0, 0, 0), bins(1, 0, 0, 0));
    expect(gateOf(check, one)).toMatchObject({ verdict: 'not_available', needs: 19 });
    const apart = { sums: { [CONTROLS]: { n: 4, sum: -10, sumOfSquares: 34 } }, peopleMeans: { [CONTROLS]: [-4, -1] } };
    expect(gateOf(check, { ...few, ...apart }).notAvailable).toBe(NEVER);
  });
});

describe('two distributions', () => {
  const check = { statistic: 'ks', ...pair, least: 0.5 };

  it('differ by as much as chance makes them', () => {
    const { least, from } = gapWindow(10, 90, ERROR)!;
    const gate = gateOf(check, histograms(bins(4, 4, 2, 0), bins(30, 30, 30, 0)));
    expect(gate).toMatchObject({ verdict: 'pass', least, most: null, basis: { alpha: ERROR, rejectsFrom: from } });
    expect(gateOf({ ...check, least: 0.001 }, histograms(bins(10, 0, 0, 0), bins(30, 30, 30, 0)))).toMatchObject({
      least: 0.001,
    });
  });

  it('that are as unlike as the policy allows pass', () => {
    const apart = histograms(bins(10, 0, 0, 0), bins(60, 30, 0, 0));
    const { p } = kolmogorovSmirnov([10, 0], [60, 30]);
    expect(gateOf({ ...check, least: p }, apart)).toMatchObject({ verdict: 'pass', value: p, least: p });
    expect(p).toBeLessThan(ERROR);
  });

  it('are not judged where so few could not differ', () => {
    const few = gateOf(check, histograms(bins(1, 0, 0, 0), bins(2, 2, 1, 0)));
    expect(few).toMatchObject({ verdict: 'not_available', needs: 2, least: 0.5, most: null });
  });
});

describe('a verdict of which a part was not made', () => {
  const facts = { statistic: 'share', of: 'facts.greedyExact', least: 0.5, direction: 'locality' };
  const small = { statistic: 'share', of: 'forget.greedyExact', most: 0.5, leastRecords: 9 };
  const told = { statistic: 'share', of: 'forget.degenerate', most: 0.5, leastRecords: 1 };
  const proportions = Object.fromEntries(
    [facts, small, told].map((one) => [one.of, { k: one === facts ? 4 : 0, n: 4 }] as const),
  );
  const verdict = (tooFew: Sampling['tooFew'] | undefined, ...checks: object[]) =>
    judge(tables({ proportions }), policyOf(tooFew, ...checks)).verdict;

  it('passes where something that could find it known was asked, on either side', () => {
    for (const direction of ['under-forgetting', 'two-sided'])
      expect(verdict('approver', small, facts, { ...told, direction })).toBe('pass');
    expect(verdict('approver', small, facts, { ...told, direction: 'quality' })).toBe('remediation');
    expect(verdict('approver', small, facts)).toBe('remediation');
  });

  it('goes to remediation where the policy says so, already for one check', () => {
    expect(verdict('remediation', small, facts, told)).toBe('remediation');
    expect(verdict('remediation', facts, told)).toBe('pass');
  });

  it('passes without any such check where all were made', () => expect(verdict('approver', facts)).toBe('pass'));

  it('fails where the policy does not say what then', () => {
    expect(verdict(undefined, small, facts, told)).toBe('fail');
    expect(judge(tables({ proportions }), policyOf(undefined, facts)).sampling).toBeUndefined();
  });
});
