// The registry of quantities, and their values from tables against numbers worked out by hand.
import { describe, expect, it } from '@jest/globals';
import { EvaluationTables, histogram, logProbHistogram, MetricValue } from '#core/evaluation.ts';
import { QUANTITIES, type QuantityKey } from '#core/quantities.ts';
import { UNITS } from '#core/quantity.ts';
import { summarise } from '#core/summaries.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const tables = (more: Partial<EvaluationTables> = {}): EvaluationTables =>
  EvaluationTables.parse({
    ...{ kind: 'quittance-evaluation/v1', model: digest, quantisation: 'none', reference: 'controls' },
    suite: { name: 'written', version: '1', digest },
    ...{ proportions: {}, histograms: {}, sums: {}, people: {}, peopleMeans: {}, scalars: {}, curves: {} },
    notAvailable: {},
    sampling: { temperature: 1, samplesPerPrompt: 20, seed: 1 },
    ...more,
  });
const sumsOf = (values: readonly number[]) => ({
  n: values.length,
  sum: values.reduce((a, b) => a + b, 0),
  sumOfSquares: values.reduce((a, b) => a + b * b, 0),
});
const value = (key: QuantityKey, more: Partial<EvaluationTables>) => MetricValue.parse(summarise(tables(more), key));

describe('the registry', () => {
  it('has one entry a key, one name on the command line, and words for both', () => {
    const words = QUANTITIES.flatMap(({ key, name }) => [key, ...(name === undefined ? [] : [name])]);
    expect(new Set(words).size).toBe(words.length);
    for (const { title, label } of QUANTITIES)
      expect([title, label]).not.toContainEqual(expect.stringMatching(/^\W|^$/));
    expect(new Set(QUANTITIES.map(({ label }) => label)).size).toBe(QUANTITIES.length);
  });

  it('reads from quantities that it has, and from a retain model where a benchmark has one', () => {
    const known = new Set<string>([...QUANTITIES.map(({ key }) => key), 'retainModel.quality']);
    for (const { key, from } of QUANTITIES) expect([key, from.filter((one) => !known.has(one))]).toEqual([key, []]);
  });

  it('has every key that a shipped policy or a logged bundle names', () => {
    const logged = ['forget.greedyExact', 'forget.forcedPrefixExact', 'forget.leakQuestion', 'controls.leakQuestion'];
    const also = ['forget.leakHeldOut', 'controls.leakHeldOut', 'forget.valueLogProb', 'controls.valueLogProb'];
    const rest = ['retained.greedyExact', 'facts.greedyExact', 'retained.refusal', 'forget.degenerate', 'general.kept'];
    expect(QUANTITIES.map(({ key }) => key)).toEqual(expect.arrayContaining([...logged, ...also, ...rest]));
  });
});

describe('a value', () => {
  it('of a share has the exact interval: 1 of 4', () => {
    expect(value('forget.greedyExact', { proportions: { 'forget.greedyExact': { k: 1, n: 4 } } })).toMatchObject({
      ...{ value: 0.25, n: 4, detail: { k: 1 } },
      interval: [expect.closeTo(0.00631, 4), expect.closeTo(0.80588, 4)],
    });
  });

  it('of a mean has the normal interval: −1, −2, −3 give −2 ± 1.96/√3', () => {
    const found = value('forget.valueLogProb', { sums: { 'forget.valueLogProb': sumsOf([-1, -2, -3]) } });
    const half = 1.959963984540054 / Math.sqrt(3);
    expect(found).toMatchObject({
      value: -2,
      n: 3,
      interval: [expect.closeTo(-2 - half, 9), expect.closeTo(-2 + half, 9)],
    });
  });

  it('of a perplexity is exp of minus the mean, with the interval of the logarithm', () => {
    const found = value('forget.perplexityBefore', { sums: { 'forget.perplexityBefore': sumsOf([-2, -4]) } });
    const half = (1.959963984540054 * Math.SQRT2) / Math.SQRT2;
    expect(found).toMatchObject({
      ...{ value: expect.closeTo(Math.exp(3), 9), n: 2 },
      interval: [expect.closeTo(Math.exp(3 - half), 9), expect.closeTo(Math.exp(3 + half), 9)],
    });
  });

  it('of an AUC counts pairs: (−1, −3) over (−2, −4) wins 3 of 4', () => {
    const histograms = {
      'forget.valueLogProb': logProbHistogram([-1, -3]),
      'controls.valueLogProb': logProbHistogram([-2, -4]),
    };
    expect(value('forget.valueLogProbAuc', { histograms })).toMatchObject({ value: 0.75, n: 2, detail: { m: 2 } });
  });

  it('of a KS test has D, m and the smallest D that it rejects', () => {
    const ranks = (...counts: number[]) => ({ ...histogram([], 0, 1, counts.length, 'rank'), counts });
    const histograms = { 'forget.quality': ranks(4, 0), 'retainModel.quality': ranks(0, 4) };
    expect(value('forget.quality', { histograms })).toMatchObject({
      ...{ value: expect.closeTo(2 / 70, 12), n: 4, interval: null },
      detail: { d: 1, m: 4, rejectsFrom: 1 },
    });
  });

  it('of the person who fares worst is theirs, and n counts people', () => {
    const people = {
      'retained.greedyExact': [
        { k: 4, n: 4 },
        { k: 1, n: 4 },
        { k: 0, n: 0 },
      ],
    };
    expect(value('retained.worstPerson', { people })).toMatchObject({
      value: 0.25,
      n: 2,
      detail: { k: 1, records: 4 },
    });
  });

  it('of the harmonic mean has the interval of the delta method', () => {
    const nine = QUANTITIES.find(({ key }) => key === 'model.utility')!.from;
    const sums = Object.fromEntries(nine.map((key) => [key, sumsOf([0.4, 0.6])]));
    const half = (1.959963984540054 * 0.1) / Math.sqrt(9); // nine equal means: each weighs 1/9
    expect(value('model.utility', { sums })).toMatchObject({
      ...{ value: expect.closeTo(0.5, 12), n: 6 },
      interval: [expect.closeTo(0.5 - half, 9), expect.closeTo(0.5 + half, 9)],
    });
  });

  it('lies, with its interval, within its unit', () => {
    const sums = { 'forget.rougeL': sumsOf([0, 1]), 'forget.valueLogProb': sumsOf([-0.1, -9]) };
    for (const key of ['forget.rougeL', 'forget.valueLogProb'] as const) {
      const found = value(key, { sums });
      if ('notAvailable' in found) throw new Error(found.notAvailable);
      const [least, most] = UNITS[QUANTITIES.find((one) => one.key === key)!.unit];
      expect(found.interval![0]).toBeGreaterThanOrEqual(least);
      expect(found.interval![1]).toBeLessThanOrEqual(most);
    }
  });
});

describe('a value that is not there', () => {
  it('has the reason of its key, else of its group, else of what it is read from', () => {
    const notAvailable = { forget: 'the case was purged', 'controls.valueLogProb': 'no controls' };
    expect(value('forget.greedyExact', { notAvailable })).toEqual({ notAvailable: 'the case was purged' });
    expect(value('forget.valueLogProbAuc', { notAvailable })).toEqual({
      notAvailable: 'the case was purged; no controls',
    });
    expect(value('retained.worstPerson', {})).toEqual({
      notAvailable: 'not measured: people who stay: answered word for word as trained',
    });
  });

  it('is no share of nothing, no mean of nothing, and nothing of Object', () => {
    expect(value('facts.greedyExact', { proportions: { 'facts.greedyExact': { k: 0, n: 0 } } })).toHaveProperty(
      'notAvailable',
    );
    expect(value('forget.rougeL', { sums: { 'forget.rougeL': sumsOf([]) } })).toHaveProperty('notAvailable');
  });

  it('is none beyond all numbers', () => {
    const sums = { 'forget.perplexityBefore': sumsOf([-900, -900]) };
    expect(value('forget.perplexityBefore', { sums })).toHaveProperty('notAvailable');
  });
});
