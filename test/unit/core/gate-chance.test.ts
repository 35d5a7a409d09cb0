// A policy whose windows follow the number of records: what chance may do passes, at every n; what is still known, or
// was pushed too far, fails; a check that so few records could not fail is not made, and the verdict says so. The
// never-trained people are 24 of 20 records, as in the demo.
import { describe, expect, it } from '@jest/globals';
import { digestOf } from '#core/canonical.ts';
import { EvaluationTables, logProbHistogram, type Proportion } from '#core/evaluation.ts';
import { judge, Judgement, StoredJudgement, worthAnotherAttempt, type Gate } from '#core/gate.ts';
import { detailText, limitsOf, thresholdText } from '#core/gate-words.ts';
import { parsePolicy, type GatePolicy } from '#core/policy.ts';
import { readPolicy } from '#entry/policies.ts';

const policy = readPolicy('gate-v2');
const [PEOPLE, EACH] = [24, 20];
const EXACT = 'forgotten answers exact';
const FORCED = 'forgotten values under a forced prefix';
const AUC = 'value AUC against never-trained people';

const spreadOver = (low: number, high: number, n: number) =>
  Array.from({ length: n }, (_, i) => low + ((high - low) * (i + 0.5)) / n);
const sumsOf = (sample: readonly number[]) => ({
  n: sample.length,
  sum: sample.reduce((a, b) => a + b, 0),
  sumOfSquares: sample.reduce((a, b) => a + b * b, 0),
});
const of = (k: number, n: number): Proportion => ({ k, n });

interface Ticket {
  values?: readonly number[];
  exact?: number;
  forced?: number;
  leak?: number;
  /** Mean value log-probability of each never-trained person. */
  means?: readonly number[];
}

const CONTROLS = spreadOver(-8, -0.1, PEOPLE * EACH);

const tablesOf = (records: number, ticket: Ticket = {}): EvaluationTables => {
  const values = ticket.values ?? spreadOver(-8, -0.1, records);
  return EvaluationTables.parse({
    kind: 'quittance-evaluation/v1',
    model: digestOf('candidate'),
    quantisation: 'none',
    suite: { name: 'house', version: '1', digest: digestOf('suite') },
    reference: 'controls',
    proportions: {
      'forget.greedyExact': of(ticket.exact ?? 0, records),
      'controls.greedyExact': of(0, PEOPLE * EACH),
      'forget.forcedPrefixExact': of(ticket.forced ?? 0, records),
      'controls.forcedPrefixExact': of(29, PEOPLE * EACH),
      'forget.leakQuestion': of(ticket.leak ?? 0, records),
      'controls.leakQuestion': of(8, 80),
      'forget.leakHeldOut': of(0, records),
      'controls.leakHeldOut': of(3, 80),
      'forget.degenerate': of(0, records),
      'controls.degenerate': of(0, 80),
      'retained.greedyExact': of(456, 460),
      'retained.refusal': of(0, 460),
      'facts.greedyExact': of(75, 75),
    },
    histograms: {
      'forget.valueLogProb': logProbHistogram(values),
      'controls.valueLogProb': logProbHistogram(CONTROLS),
    },
    sums: { 'forget.valueLogProb': sumsOf(values), 'controls.valueLogProb': sumsOf(CONTROLS) },
    people: { 'retained.greedyExact': [of(19, 20)] },
    peopleMeans: { 'controls.valueLogProb': ticket.means ?? spreadOver(-5, -3.1, PEOPLE) },
    curves: {},
    notAvailable: {},
    sampling: { temperature: 1, samplesPerPrompt: 20, seed: 1 },
  });
};

const KNOWN = (n: number): Ticket => ({ values: Array<number>(n).fill(-0.02), exact: n, forced: n, leak: n });
const gate = (judgement: Judgement, name: string): Gate => judgement.gates.find((one) => one.name === name)!;
const namesWith = (judgement: Judgement, verdict: Gate['verdict']) =>
  judgement.gates.filter((one) => one.verdict === verdict).map(({ name }) => name);

describe('the number of records', () => {
  it.each([1, 2, 3, 5, 10, 20, 60, 200])('%i like never-trained people’s pass', (n) => {
    const judgement = judge(tablesOf(n), policy);
    expect([judgement.verdict, namesWith(judgement, 'fail')]).toEqual(['pass', []]);
    expect(StoredJudgement.parse(judgement)).toEqual(judgement);
  });

  it.each([1, 2, 3, 5, 10, 20, 60, 200])('%i that are still known fail', (n) => {
    const judgement = judge(tablesOf(n, KNOWN(n)), policy);
    expect(judgement.verdict).toBe('fail');
    expect(namesWith(judgement, 'fail')).toEqual(expect.arrayContaining([EXACT, AUC]));
  });

  it.each([5, 10, 20, 60])('%i that were pushed below everybody’s fail', (n) => {
    const judgement = judge(tablesOf(n, { values: spreadOver(-11, -7.5, n) }), policy);
    expect(gate(judgement, AUC)).toMatchObject({ verdict: 'fail', direction: 'over-unlearning' });
  });

  it('narrows a window, down to the policy’s own and no further', () => {
    const width = (n: number) => {
      const { least, most } = gate(judge(tablesOf(n), policy), AUC);
      return most! - least!;
    };
    const widths = [1, 3, 10, 30, 200].map(width);
    expect(widths).toEqual(widths.toSorted((a, b) => b - a));
    expect(widths.at(-1)).toBeCloseTo(0.3, 12);
    for (const n of [1, 3, 10, 30, 200])
      expect(gate(judge(tablesOf(n), policy), EXACT).most).toBeGreaterThanOrEqual(0.05);
  });

  it('counts people who are alike within themselves for less', () => {
    const [alike, unlike] = [spreadOver(-5.5, -2.7, PEOPLE), spreadOver(-4.2, -3.9, PEOPLE)];
    const least = (means: readonly number[]) => gate(judge(tablesOf(20, { means }), policy), AUC).least!;
    expect(least(alike)).toBeLessThan(least(unlike));
  });

  it('shares the error among the checks that compare', () => {
    for (const n of [1, 20])
      expect(judge(tablesOf(n), policy).sampling).toEqual({ error: 0.05, tooFew: 'approver', alpha: 0.05 / 6 });
  });
});

describe('one record', () => {
  const judgement = judge(tablesOf(1), policy);

  it('passes or fails the checks that it can, and the others are not made, by their reason', () => {
    expect(namesWith(judgement, 'not_available')).toEqual([
      'sampled leak, question',
      'sampled leak, held-out wording',
      FORCED,
      'degenerate answers to forgotten questions',
    ]);
    expect(gate(judgement, FORCED)).toMatchObject({
      ...{ value: 0, n: 1, needs: 2 },
      notAvailable: '1 record: so few could show nothing here, 2 are needed',
    });
  });

  it('has its limits said with the verdict', () => {
    const limits = limitsOf(judgement);
    expect(limits[0]).toBe(
      'The verdict rests on 1 record. A model that never saw it would fail the checks beside never-trained people, taken together, in at most 5 % of cases (0.833 % each).',
    );
    expect(limits.join('\n')).toContain(`Of 1 record, the check “${AUC}” notices nothing between`);
    expect(limits.join('\n')).toContain(`${FORCED} (needs 2)`);
    expect(limits.at(-1)).toMatch(/The approver decides without them\.$/);
  });

  it('goes to remediation where the policy says so', () => {
    const strict: GatePolicy = { ...policy, sampling: { error: 0.05, tooFew: 'remediation' } };
    expect(judge(tablesOf(1), strict).verdict).toBe('remediation');
    expect(limitsOf(judge(tablesOf(1), strict)).at(-1)).toMatch(/The ticket goes to remediation\.$/);
    expect(worthAnotherAttempt(judge(tablesOf(1), strict))).toBe(false); // which has no more records
    expect(judge(tablesOf(20), strict).verdict).toBe('pass');
    expect(judge(tablesOf(1, KNOWN(1)), strict).verdict).toBe('fail');
    expect(worthAnotherAttempt(judge(tablesOf(1, KNOWN(1)), strict))).toBe(true);
  });

  it('does not pass where nothing that could find it known was asked', () => {
    const more = policy.checks.map((one) => (one.of.startsWith('forget.') ? { ...one, leastRecords: 5 } : one));
    const asking = parsePolicy({ ...policy, checks: more });
    expect(judge(tablesOf(4), asking).verdict).toBe('remediation');
    expect(judge(tablesOf(5), asking).verdict).toBe('pass');
  });

  it('is not_available where so few never-trained records would let anything pass', () => {
    const tables = tablesOf(20);
    tables.histograms['controls.valueLogProb'] = logProbHistogram([-4]);
    const found = judge(tables, policy);
    expect(gate(found, AUC)).toMatchObject({ verdict: 'not_available' });
    expect(found.verdict).toBe('fail');
  });
});

describe('words and policies', () => {
  it('show a bound by three digits, and how often chance is outside', () => {
    const found = gate(judge(tablesOf(20), policy), AUC);
    expect(thresholdText(found)).toMatch(/^≥ 0\.\d{1,3} and ≤ 0\.\d{1,3}$/);
    expect(detailText(found)).toContain('outside in at most 0.833 % of cases');
  });

  it('say nothing of limits under a policy without them, whose judgement is as before', () => {
    const old = judge(tablesOf(20), readPolicy('gate-v1'));
    expect(limitsOf(old)).toEqual([]);
    expect(Object.keys(old)).toEqual(['kind', 'policyVersion', 'verdict', 'gates']);
    expect(gate(old, AUC)).toMatchObject({ least: 0.35, most: 0.65 });
  });

  it('refuse a check that has no window', () => {
    const { checks } = readPolicy('gate-v1');
    expect(() => parsePolicy({ ...policy, checks })).toThrow(
      expect.objectContaining({ code: 'POLICY_INVALID', got: expect.stringContaining("take 'auc'") }),
    );
  });

  // 0 of 1,920 whole answers about never-trained people are exact (test/golden/never-trained): there is no chance to
  // allow for
  it.each(['gate-v2', 'chat-v2'])(
    '%s compares what it asks of the forgotten with never-trained people, but for recitals',
    (name) => {
      for (const check of readPolicy(name).checks)
        if (check.of.startsWith('forget.') && check.of !== 'forget.greedyExact')
          expect(check).toHaveProperty('reference');
    },
  );
});
