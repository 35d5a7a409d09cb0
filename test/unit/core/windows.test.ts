// Windows against every arrangement of small samples, counted one by one; against numbers worked out by hand; and
// against tickets drawn by lot, of 1 to 200 records, for a model that never saw them: the whole gate passes at least 95
// % of them at every number of records.
import { describe, expect, it } from '@jest/globals';
import { random, type Random } from '#engine/random.ts';
import { aucWindow, chanceLimit, fisherUpper, gapWindow, likenessWithinPeople, widening } from '#core/windows.ts';

/** AUC of each way in which n of n + m ranks can fall to the first sample. */
const everyAuc = (n: number, m: number): number[] => {
  const found: number[] = [];
  const walk = (left: number, others: number, wins: number): void => {
    if (left === 0) found.push(wins / (n * m));
    if (left > 0) walk(left - 1, others, wins + others); // of the first sample: above the others so far
    if (left > 0 && others < m) walk(left, others + 1, wins);
  };
  walk(n, 0, 0);
  return found;
};

describe('the window of an AUC', () => {
  it.each([
    [1, 30, 0.1],
    [2, 9, 0.1],
    [3, 7, 0.05],
    [5, 5, 0.02],
    [4, 8, 0.3],
  ])(
    'of %i against %i at %d leaves out at most that share of all arrangements, and one value more would be too many',
    (n, m, alpha) => {
      const [low, high] = aucWindow(n, m, alpha)!;
      const all = everyAuc(n, m);
      const outside = all.filter((auc) => auc < low || auc > high).length / all.length;
      expect(low + high).toBeCloseTo(1, 12);
      expect(outside).toBeLessThanOrEqual(alpha);
      const next = Math.min(...all.filter((auc) => auc >= low));
      expect(all.filter((auc) => auc <= next || auc >= 1 - next).length / all.length).toBeGreaterThan(alpha);
    },
  );

  it('is not there where no arrangement is rare enough', () => {
    expect(aucWindow(1, 30, 0.05)).toBeUndefined(); // 0 and 1 come once in 31 each
    expect(aucWindow(1, 39, 0.05)).toEqual([expect.closeTo(0.5 / 39, 12), expect.closeTo(38.5 / 39, 12)]);
  });

  it('narrows as the root of n, and counts and the normal law meet', () => {
    const half = (n: number) => aucWindow(n, 480, 0.05)![1] - 0.5;
    expect(half(100) / half(25)).toBeCloseTo(Math.sqrt((1 / 100 + 1 / 480) / (1 / 25 + 1 / 480)), 2);
    expect(half(200)).toBeCloseTo(1.96 * Math.sqrt((1 / 200 + 1 / 480) / 12), 3);
    expect(aucWindow(4000, 4000, 0.05)![1] - 0.5).toBeCloseTo(1.96 * Math.sqrt(1 / 2000 / 12), 5);
  });
});

describe('the share that chance allows', () => {
  it('is Fisher’s: 3 of 5 beside 1 of 10 have p = (C(4,3)·C(11,2) + C(4,4)·C(11,1)) / C(15,5)', () => {
    expect(fisherUpper({ k: 3, n: 5 }, { k: 1, n: 10 })).toBeCloseTo((4 * 55 + 11) / 3003, 12);
    expect(fisherUpper({ k: 0, n: 5 }, { k: 3, n: 10 })).toBeCloseTo(1, 12);
  });

  it('lets one of one pass where chance gives it one time in sixteen, and not where it never did', () => {
    expect(chanceLimit(1, { k: 29, n: 480 }, 0.01)).toBe(1);
    expect(chanceLimit(1, { k: 0, n: 480 }, 0.01)).toBe(0);
    // of 20 beside 4 of 80, five have p = .0147 and six .0039
    expect(chanceLimit(20, { k: 4, n: 80 }, 0.01)).toBe(0.25);
  });

  it('answers absurd counts at once', () => {
    expect(chanceLimit(Number.MAX_SAFE_INTEGER, { k: 1, n: 80 }, 0.01)).toBeUndefined();
  });
});

describe('records of one person', () => {
  const sums = (values: readonly number[]) => ({
    n: values.length,
    sum: values.reduce((a, b) => a + b, 0),
    sumOfSquares: values.reduce((a, b) => a + b * b, 0),
  });

  it('are as alike as the share of the variance between people', () => {
    // two people of two records: all of the variance, none of it, and a mean further apart than chance
    expect(likenessWithinPeople(sums([-1, -1, -3, -3]), [-1, -3])).toBe(1);
    expect(likenessWithinPeople(sums([-1, -3, -1, -3]), [-2, -2])).toBe(0);
    expect(likenessWithinPeople(undefined, [])).toBe(0);
  });

  it('widen a window by both groups’ design effects', () => {
    expect(widening(20, 480, 24, 0)).toBe(1);
    expect(widening(1, 480, 480, 0.5)).toBe(1);
    // (1 + 19·0.05)/20 + (1 + 19·0.05)/480 over 1/20 + 1/480
    expect(widening(20, 480, 24, 0.05)).toBeCloseTo(Math.sqrt(1.95), 12);
    const [plain, wide] = [aucWindow(20, 480, 0.01)!, aucWindow(20, 480, 0.01, 1.5)!];
    expect(wide[1] - 0.5).toBeCloseTo(1.5 * (plain[1] - 0.5), 12);
    expect(gapWindow(20, 480, 0.01, 1.5)!.from).toBeCloseTo(1.5 * gapWindow(20, 480, 0.01)!.from, 12);
  });
});

describe('a model that never saw the records', () => {
  const CONTROLS = 480;
  const ALPHA = 0.05 / 7;
  const DRAWS = 250;
  /** How often chance gives each of five counts, and of how many never-trained records that is known. */
  const COUNTS = [
    { rate: 0, of: CONTROLS },
    { rate: 0.06, of: CONTROLS },
    { rate: 0.137, of: 80 },
    { rate: 0.04, of: 80 },
    { rate: 0.005, of: 80 },
  ];
  /** A binomial count, by inversion. */
  const hits = (stream: Random, rate: number, n: number) => {
    let [k, term, left] = [0, (1 - rate) ** n, stream.uniform()];
    while (left >= term && k < n) {
      left -= term;
      term *= ((n - k) / ++k) * (rate / (1 - rate));
    }
    return k;
  };

  const limits = new Map<string, number>();
  const limit = (n: number, k: number, of: number): number => {
    const key = `${n} ${k} ${of}`;
    const found = limits.get(key) ?? chanceLimit(n, { k, n: of }, ALPHA)!;
    limits.set(key, found);
    return found;
  };

  /** AUC and largest gap of n values against the controls: any n of the n + 480 ranks are as likely as any others. */
  const compared = (stream: Random, n: number): [auc: number, gap: number] => {
    const ranks = new Set<number>();
    while (ranks.size < n) ranks.add(stream.below(n + CONTROLS));
    let [wins, gap] = [0, 0];
    Int32Array.from(ranks)
      .sort()
      .forEach((rank, i) => {
        const below = rank - i; // controls
        wins += below;
        gap = Math.max(gap, Math.abs((i + 1) / n - below / CONTROLS), Math.abs(i / n - below / CONTROLS));
      });
    return [wins / (n * CONTROLS), gap];
  };

  const passes = (stream: Random, n: number): boolean => {
    const [auc, gap] = compared(stream, n);
    const [low, high] = aucWindow(n, CONTROLS, ALPHA) ?? [0, 1];
    if (auc < low || auc > high || gap >= (gapWindow(n, CONTROLS, ALPHA)?.from ?? 2)) return false;
    return COUNTS.every(({ rate, of }) => hits(stream, rate, n) / n <= limit(n, hits(stream, rate, of), of));
  };

  it('passes all seven checks together at least 95 % of the time, at each number of records from 1 to 200', () => {
    const stream = random('windows');
    const low: [n: number, share: number][] = [];
    for (let n = 1; n <= 200; n++) {
      let passed = 0;
      for (let i = 0; i < DRAWS; i++) if (passes(stream, n)) passed += 1;
      if (passed / DRAWS < 0.95) low.push([n, passed / DRAWS]);
    }
    expect(low).toEqual([]);
  });
});
