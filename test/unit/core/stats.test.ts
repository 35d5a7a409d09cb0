// The gate's statistics against SciPy, against enumeration of every arrangement in exact fractions, and against the
// published tables of the exact test. The values are in test/golden/statistics with the script that made them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import {
  areaUnderCurve,
  clopperPearson,
  clopperPearsonUpper,
  deviationOf,
  dkwHalfWidth,
  harmonicMean,
  kolmogorovSmirnov,
  meanOf,
  smallestRejected,
} from '#core/stats.ts';

const Counts = z.array(z.int());
const Pair = z.object({ a: Counts, b: Counts });
const Interval = z.tuple([z.number(), z.number()]);
const golden = z
  .object({
    ksWithoutTies: z.array(Pair.extend({ d: z.number(), p: z.number() })),
    ksWithTies: z.array(Pair.extend({ d: z.number(), p: z.number() })),
    rejecting: z.array(z.object({ n: z.int(), k: z.int(), p: z.number(), dkw: z.number() })),
    unequalRejecting: z.array(z.object({ n: z.int(), m: z.int(), d: z.number().nullable() })),
    lattice40: z.array(z.object({ k: z.int(), p: z.number() })),
    proportions: z.array(z.object({ k: z.int(), n: z.int(), interval: Interval, upper: z.number() })),
    areas: z.array(Pair.extend({ auc: z.number(), interval: Interval })),
  })
  .parse(JSON.parse(readFileSync(new URL('../../golden/statistics/values.json', import.meta.url), 'utf8')));

/** Two samples of n without ties whose largest gap is k/n. */
const shifted = (n: number, k: number): [number[], number[]] => {
  const order = [...Array<0>(k).fill(0), ...Array.from({ length: 2 * (n - k) }, (_, i) => (i % 2 === 0 ? 1 : 0))];
  const cells = [...order, ...Array<1>(k).fill(1)];
  return [cells.map((cell) => 1 - cell), cells];
};

const relative = (actual: number, expected: number) => Math.abs(actual - expected) / Math.max(1e-300, expected);

describe('exact two-sample Kolmogorov–Smirnov', () => {
  it.each(golden.ksWithoutTies)('without ties is SciPy to ten digits: D $d, p $p', ({ a, b, d, p }) => {
    const result = kolmogorovSmirnov(a, b);
    expect(result.d).toBeCloseTo(d, 12);
    expect(relative(result.p, p)).toBeLessThan(1e-10);
  });

  it.each(golden.ksWithTies)(
    'with ties is the share of all arrangements that differ as much: p $p',
    ({ a, b, d, p }) => {
      const result = kolmogorovSmirnov(a, b);
      expect(result.d).toBeCloseTo(d, 12);
      expect(result.p).toBeCloseTo(p, 12);
    },
  );

  it('stands on the lattice of n = m = 40', () => {
    for (const { k, p } of golden.lattice40)
      expect(kolmogorovSmirnov(...shifted(40, k))).toMatchObject({ d: k / 40, p: expect.closeTo(p, 12) });
  });

  it.each(golden.rejecting)('n = m = $n rejects from D = $k/$n, with the band of both samples', ({ n, k, dkw }) => {
    expect(smallestRejected(n, n, 0.05)).toBeCloseTo(k / n, 12);
    expect(2 * dkwHalfWidth(n, 0.05)).toBeCloseTo(dkw, 12);
  });

  it.each(golden.unequalRejecting)('n = $n, m = $m rejects from D = $d', ({ n, m, d }) => {
    if (d === null) expect(smallestRejected(n, m, 0.05)).toBeUndefined();
    else expect(smallestRejected(n, m, 0.05)).toBeCloseTo(d, 12);
  });

  it('says that samples of three and four can never be told apart', () => {
    const result = kolmogorovSmirnov([1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1]);
    expect(result).toMatchObject({ d: 1, canReject: false, p: expect.closeTo(2 / 35, 12) });
  });

  it('refuses a lattice that would take minutes, by its code, before it allocates', () => {
    const huge = Number.MAX_SAFE_INTEGER;
    const code = (a: number[], b: number[]) => {
      try {
        return kolmogorovSmirnov(a, b).p;
      } catch (error) {
        return isQuittanceError(error) ? error.code : error;
      }
    };
    expect([code([huge], [1]), code([6000], [6000])]).toEqual(['INPUT_TOO_LARGE', 'INPUT_TOO_LARGE']);
  });

  it('is the same whichever sample is first, and for mirrored values', () => {
    const counts = fc.array(fc.nat(4), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const cells = Math.min(a.length, b.length);
        const [x, y] = [a.slice(0, cells), b.slice(0, cells)];
        const { p, d } = kolmogorovSmirnov(x, y);
        const others = [kolmogorovSmirnov(y, x), kolmogorovSmirnov(x.toReversed(), y.toReversed())];
        for (const other of others) {
          expect(other.d).toBeCloseTo(d, 12);
          expect(other.p).toBeCloseTo(p, 12);
        }
      }),
    );
  });
});

describe('Clopper–Pearson', () => {
  it.each(golden.proportions)('$k of $n as SciPy', ({ k, n, interval, upper }) => {
    const [low, high] = clopperPearson({ k, n });
    expect(low).toBeCloseTo(interval[0], 9);
    expect(high).toBeCloseTo(interval[1], 9);
    expect(clopperPearsonUpper({ k, n })).toBeCloseTo(upper, 9);
  });

  it('bounds no leak in N by 1 − 0.05^(1/N)', () => {
    for (const n of [50, 100, 300, 1000, 3000, 10_000])
      expect(clopperPearsonUpper({ k: 0, n })).toBeCloseTo(1 - 0.05 ** (1 / n), 12);
  });

  it('knows nothing where nothing was counted', () => {
    expect(clopperPearson({ k: 0, n: 0 })).toEqual([0, 1]);
    expect(clopperPearsonUpper({ k: 0, n: 0 })).toBe(1);
  });
});

describe('area under the curve', () => {
  it.each(golden.areas)('with half a win for a tie is Mann–Whitney: $auc', ({ a, b, auc, interval }) => {
    const result = areaUnderCurve(a, b);
    expect(result.value).toBeCloseTo(auc, 12);
    expect(result.interval[0]).toBeCloseTo(interval[0], 9);
    expect(result.interval[1]).toBeCloseTo(interval[1], 9);
  });

  it('does not claim certainty from a perfect separation of few', () => {
    expect(areaUnderCurve([0, 3], [3, 0])).toMatchObject({ value: 1 });
    expect(areaUnderCurve([0, 3], [3, 0]).interval[0]).toBeLessThan(0.6);
  });

  it('turns over when the samples change places', () => {
    const counts = fc.array(fc.nat(9), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const [one, other] = [areaUnderCurve(a, b), areaUnderCurve(b, a)];
        expect(one.value + other.value).toBeCloseTo(1, 12);
        expect(one.interval[0] + other.interval[1]).toBeCloseTo(1, 9);
        expect(one.interval[0]).toBeLessThanOrEqual(one.value);
        expect(one.interval[1]).toBeGreaterThanOrEqual(one.value);
      }),
    );
  });
});

describe('moments', () => {
  it('come from sums alone', () => {
    const sample = [-4.5, -3.25, -4, -7.5];
    const sums = { n: 4, sum: -19.25, sumOfSquares: sample.reduce((s, x) => s + x * x, 0) };
    expect(meanOf(sums)).toBe(-4.8125);
    expect(deviationOf(sums)).toBeCloseTo(1.8638557705287535, 12); // numpy.std(ddof=1)
  });

  it('averages rates harmonically: one zero is a zero', () => {
    expect(harmonicMean([0.5, 0.25, 1])).toBeCloseTo(3 / 7, 15);
    expect(harmonicMean([0.9, 0])).toBe(0);
  });
});
