// DeLong's interval and what is found at 1 % mistaken, against scipy and the definitions
// (test/golden/membership/make.py).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { areaByDeLong, foundAt } from '#core/roc.ts';

const Curve = { auc: z.number(), standardError: z.number(), found: z.int() };
const { drawn } = z
  .object({ drawn: z.array(z.object({ a: z.array(z.number()), b: z.array(z.number()), ...Curve })) })
  .parse(JSON.parse(readFileSync('test/golden/membership/values.json', 'utf8')));

describe.each(drawn.map((one) => [`${one.a.length} and ${one.b.length} values`, one] as const))('%s', (_name, one) => {
  it('has the area, its standard error and the count that the definitions give', () => {
    const { value, standardError } = areaByDeLong(one.a, one.b);
    expect(value).toBeCloseTo(one.auc, 12);
    expect(standardError).toBeCloseTo(one.standardError, 12);
    expect(foundAt(one.a, one.b, 0.01).found).toBe(one.found);
  });
});

describe('groups that do not overlap', () => {
  it('have an interval that is no point', () => {
    expect(areaByDeLong([4, 5, 6, 7], [1, 2, 3]).interval).toEqual([expect.closeTo(0.2924, 4), 1]);
    expect(areaByDeLong([1, 2, 3], [4, 5, 6, 7]).interval).toEqual([0, expect.closeTo(0.7076, 4)]);
  });
});

describe('the threshold', () => {
  const a = [9, 8, 7, 6];
  it('mistakes none of less than a hundred, and one of a hundred', () => {
    const others = Array.from({ length: 99 }, (_, i) => (i === 0 ? 7.5 : 0));
    expect(foundAt(a, others, 0.01)).toEqual({ found: 2, mistaken: 0 });
    expect(foundAt(a, [...others, 0], 0.01)).toEqual({ found: 4, mistaken: 1 });
  });

  it('finds nothing among equals', () => {
    expect(foundAt([1, 1], [1, 1], 0.01)).toEqual({ found: 0, mistaken: 0 });
  });
});
