// Metrics against a model that is written down and answers worked out by hand; needs that are missing; the registry.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { examOf, EXAM_DEFAULTS } from '#evaluation/exam.ts';
import { measure } from '#evaluation/tables.ts';
import { findQuantity, QUANTITIES } from '#core/quantities.ts';
import { UNITS } from '#core/quantity.ts';
import { summarise } from '#core/summaries.ts';
import { ROOT } from '#test/support/shared.ts';
import { lookupModel, type Lookup } from './lookup-model.ts';
import { fact, forget, suite, compute, ksOfValues, valueOf, constant } from './written-suite.ts';

describe('probability', () => {
  it('counts the end of sequence: three words at −1 and an end at −5 are exp(−2)', async () => {
    const model: Lookup = { token: (_, i) => ({ logProb: i === 3 ? -5 : -1, correct: false }) };
    expect(await valueOf('answer-probability', model)).toBeCloseTo(Math.exp(-2), 12);
  });
});

describe('truth ratio', () => {
  // right answer: five tokens at −1 each; wrong answers at −2 and −4 on average
  const model: Lookup = {
    token: ({ answer }) => ({
      logProb: answer.endsWith('wrong1') ? -2 : answer.endsWith('wrong2') ? -4 : -1,
      correct: false,
    }),
  };

  it('is geometric by default: exp(−3)/exp(−1)', async () => {
    const value = await compute('truth-ratio', model);
    expect(value).toMatchObject({
      value: expect.closeTo(Math.exp(-2), 12),
      method: expect.stringContaining('geometric'),
    });
  });

  it('is arithmetic on request, and says so: (exp(−2)+exp(−4))/2 over exp(−1)', async () => {
    const value = await compute('truth-ratio', model, {}, { truthRatio: 'arithmetic' });
    const ratio = (Math.exp(-2) + Math.exp(-4)) / 2 / Math.exp(-1);
    expect(value).toMatchObject({ value: expect.closeTo(ratio, 12), method: expect.stringContaining('arithmetic') });
  });

  it('counts a model that prefers wrong answers as far from 1 as one that prefers right ones', async () => {
    const turned: Lookup = { token: ({ answer }) => ({ logProb: /wrong\d$/.test(answer) ? -1 : -3, correct: false }) };
    expect(await valueOf('truth-ratio', turned)).toBeCloseTo(Math.exp(-2), 12);
  });

  it('is not available without wrong answers', async () => {
    const bare = forget.map((row) => ({ ...row, wrongAnswers: [] }));
    expect(await compute('truth-ratio', model, { forget: bare })).toHaveProperty('notAvailable');
  });
});

describe('forget quality', () => {
  const Case = z.object({ a: z.array(z.number()), b: z.array(z.number()), d: z.number(), p: z.number() });
  const golden = z
    .array(Case)
    .parse(JSON.parse(readFileSync(join(ROOT, 'test/golden/metrics/forget-quality.json'), 'utf8')));

  it("agrees with scipy's exact test", () => {
    for (const { a, b, d, p } of golden) {
      const result = ksOfValues(a, b);
      expect(result.d).toBeCloseTo(d, 12);
      expect(result.p / p).toBeCloseTo(1, 9);
    }
  });

  it('takes the published lattice of values at n = 40', () => {
    const published = [0.4046, 0.2657, 0.165, 0.0971, 0.0541, 0.0286, 0.0143, 0.0068, 0.003, 0.0013];
    const computed = golden.slice(0, published.length).map(({ a, b }) => ksOfValues(a, b).p);
    expect(computed.map((p) => Math.round(p * 1e4) / 1e4)).toEqual(published);
  });

  it('is 1 for a model compared with itself, and leaves out rows that are not a number in either', async () => {
    const model = lookupModel({ token: ({ prompt }, i) => ({ logProb: -prompt.length / 10 - i / 7, correct: false }) });
    const broken = lookupModel({
      token: ({ prompt }) => ({ logProb: prompt.includes('Question 0') ? NaN : -1, correct: false }),
    });
    expect(await valueOf('forget-quality', {}, { model, retainModel: model })).toBe(1);
    expect(await compute('forget-quality', {}, { model, retainModel: broken })).toMatchObject({
      n: 3,
      detail: { m: 3 },
    });
  });
});

describe('model utility', () => {
  it('is the harmonic mean of nine, worked out by hand', async () => {
    const model: Lookup = {
      // right answers at −1 a token, wrong ones at −3
      token: ({ answer }) => ({ logProb: /wrong|bad/.test(answer) ? -3 : -1, correct: false }),
      says: (prompt) =>
        prompt.includes('author') ? ' right0' : prompt.includes('world') ? ' right0' : ' Ann has nothing',
    };
    const result = await compute('model-utility', model);
    const option = Math.exp(-1) / (Math.exp(-1) + 3 * Math.exp(-3));
    const truth = 1 - Math.exp(-2);
    const nine = [Math.exp(-1), (4 * (2 / 3) + 4 * (1 / 3)) / 8, truth, option, 1 / 2, truth, option, 1, truth];
    expect(result).toMatchObject({ value: expect.closeTo(9 / nine.reduce((sum, x) => sum + 1 / x, 0), 12), n: 11 });
  });

  it('is 0 as soon as one of the nine is', async () => {
    expect(await valueOf('model-utility', { ...constant(-1), says: () => ' else' })).toBe(0);
  });

  it('is not available where all facts are of one kind', async () => {
    const one = { ...suite, facts: [fact('world', 0)] };
    expect(await compute('model-utility', constant(-1), { suite: one })).toHaveProperty('notAvailable');
  });
});

describe('memorisation', () => {
  it('tells a model that fakes forgetting by refusing: greedy wrong, value right once forced', async () => {
    const faking: Lookup = { token: (_, i) => ({ logProb: -1, correct: i >= 1 }), says: () => ' No idea at all.' };
    expect(await valueOf('rouge-l-recall', faking)).toBe(0);
    expect(await valueOf('forced-prefix-exact', faking)).toBe(1);
    expect(await valueOf('exact-memorisation', faking)).toBeCloseTo(2 / 3, 12);
    expect(await valueOf('extraction-strength', faking)).toBeCloseTo(2 / 3, 12);
  });

  it('is a true zero where nothing matches', async () => {
    expect(await valueOf('extraction-strength', constant(-9))).toBe(0);
    expect(await valueOf('forced-prefix-exact', constant(-9))).toBe(0);
  });
});

describe('leak rate', () => {
  it('counts a record once, however many samples leak, with the exact interval', async () => {
    const model: Lookup = {
      sampled: (prompt, i) => (prompt.includes('Question 2') && i % 20 === 19 ? ' It is VALZOE2!' : ' none'),
    };
    const result = await compute('leak-rate', model);
    expect(result).toMatchObject({
      value: 0.25,
      n: 4,
      interval: [expect.closeTo(0.00631, 4), expect.closeTo(0.80588, 4)],
    });
  });

  it('asks with the held-out wording too', async () => {
    const model: Lookup = { sampled: (prompt) => (prompt.includes('Held 1') ? ' valZoe1' : ' none') };
    expect(await valueOf('leak-rate', model)).toBe(0);
    expect(await valueOf('leak-rate-held-out', model)).toBe(0.25);
  });

  it('asks all samples in one call', async () => {
    const model = lookupModel({});
    await measure(examOf({ model, suite, forget }), [findQuantity('leak-rate').key]);
    expect(model.calls.generate).toEqual([4 * EXAM_DEFAULTS.samplesPerPrompt]);
  });
});

describe('membership', () => {
  const known = (who: string, logProb: number): Lookup => ({
    token: ({ answer }) => ({ logProb: answer.includes(who) ? logProb : -4, correct: false }),
  });

  it('is 1 where every forgotten value is likelier, 0 where none is, ½ where all are alike', async () => {
    for (const [logProb, auc] of [
      [-0.1, 1],
      [-15, 0],
      [-4, 0.5],
    ] as const) {
      expect(await valueOf('value-auc', known('Zoe', logProb))).toBe(auc);
      expect(await valueOf('min-k-auc', known('Zoe', logProb))).toBe(auc);
    }
  });

  it('reads value tokens only, Min-K % the least likely of the whole answer', async () => {
    const names: Lookup = {
      token: ({ answer }, i) => ({ logProb: answer.includes('Zoe') && i === 0 ? -19 : -1, correct: false }),
    };
    expect(await valueOf('value-auc', names)).toBe(0.5);
    expect(await valueOf('min-k-auc', names)).toBe(0);
  });
});

describe('the registry', () => {
  it('has values and intervals within the range of each unit', async () => {
    const model = lookupModel({
      token: ({ answer }, i) => ({ logProb: -(answer.length % 7) - i, correct: i % 2 === 0 }),
    });
    const tables = await measure(examOf({ model, suite, forget, before: model, retainModel: model }));
    for (const { key, unit } of QUANTITIES) {
      const result = summarise(tables, key);
      if ('notAvailable' in result) continue;
      const [least, most] = UNITS[unit];
      expect([key, result.value >= least && result.value <= most]).toEqual([key, true]);
      expect(
        result.interval === null || (result.interval[0] <= result.value && result.value <= result.interval[1]),
      ).toBe(true);
    }
  });

  it('answers a misspelt name with the nearest one', () => {
    expect(() => findQuantity('value-acu')).toThrow(
      expect.objectContaining({ code: 'METRIC_UNKNOWN', hint: "did you mean 'value-auc'?" }),
    );
  });
});
