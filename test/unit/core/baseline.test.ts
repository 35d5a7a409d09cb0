// Which checks no ticket of a model could pass: those that every never-trained person fails in the place of whoever
// will be forgotten, or that the model fails by itself.
import { describe, expect, it } from '@jest/globals';
import { impassable, impassableOf, type Baseline } from '#core/baseline.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { Faults } from '#adapters/memory/faults.ts';
import { memoryArtifacts } from '#adapters/memory/stores.ts';
import { putJson } from '#core/stored-json.ts';
import { of, policy, tablesOf } from '#test/support/gate-tables.ts';

const ASKED = policy.checks.flatMap((one) => ['reference' in one ? one.reference : one.of, one.of]);
const baseline = (...strangers: EvaluationTables[]): Baseline => ({
  kind: 'quittance-baseline/v1',
  asked: ASKED,
  strangers,
});

describe('what no deletion can pass', () => {
  it('is nothing where the model and people whom it never saw pass', () => {
    expect(impassable(baseline(tablesOf(), tablesOf()), policy)).toEqual([]);
  });

  it('is a keep check that the model fails by itself, with what it has and what is asked', () => {
    const poor = { retained: of(171, 356) };
    expect(impassable(baseline(tablesOf(poor), tablesOf(poor)), policy)).toEqual([
      expect.stringMatching(/^'retained answers exact': 0\.480 of the model itself, ≥ 0\.95 is asked \(171 of 356; /u),
    ]);
  });

  it('is a bound on answers about the forgotten that strangers’ answers are beyond', () => {
    const garbled = { degenerate: of(9, 20) };
    expect(impassable(baseline(tablesOf(garbled), tablesOf({ degenerate: of(5, 20) })), policy)).toEqual([
      expect.stringMatching(/^'degenerate answers to forgotten questions': .* of people whom the model never saw/u),
    ]);
  });

  it('is not what one of them fails by chance', () => {
    expect(impassable(baseline(tablesOf({ degenerate: of(9, 20) }), tablesOf()), policy)).toEqual([]);
  });

  it('is not what was not measured', () => {
    const all = baseline(tablesOf({ retained: of(171, 356) }));
    expect(impassable({ ...all, asked: ASKED.filter((key) => key !== 'retained.greedyExact') }, policy)).toEqual([]);
  });

  it('is what was stored, of a model whose policy is known', async () => {
    const artifacts = memoryArtifacts(new Faults());
    const stored = await putJson(artifacts, baseline(tablesOf({ retained: of(171, 356) })));
    expect(await impassableOf({ baseline: stored }, policy, artifacts)).toHaveLength(1);
    expect(await impassableOf({ baseline: stored }, undefined, artifacts)).toEqual([]);
    expect(await impassableOf({}, policy, artifacts)).toEqual([]);
  });
});
