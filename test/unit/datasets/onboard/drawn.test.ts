// Of a large corpus some people are asked for, each with all of their records, and some facts; of a small one all.
import { expect, test } from '@jest/globals';
import { drawnOf } from '#datasets/onboard/drawn.ts';
import { makePeople } from '#datasets/people.ts';

const suite = makePeople({ seed: 3, subjects: 30, gate: 1, stop: 1, whitening: 0, facts: 40, unknown: 0 });
const each = suite.subjects[0]!.records.length;

test('people are asked whole until there are enough of their records, and facts by number', () => {
  const { isAsked, rows } = drawnOf(suite, 1, { people: 4 * each - 1, facts: 7 });
  const asked = suite.subjects.filter(({ id }) => isAsked(id));
  expect(asked).toHaveLength(4);
  expect(suite.facts.filter((fact) => rows.has(fact))).toHaveLength(7);
  expect(rows.size).toBe(4 * each + 7);
  for (const { id, records } of suite.subjects)
    expect(records.map((row) => rows.has(row))).toEqual(records.map(() => isAsked(id)));
});

test('by the seed, and not the first of the register', () => {
  const of = (seed: number) =>
    suite.subjects.flatMap(({ id }, i) =>
      drawnOf(suite, seed, { people: 6 * each, facts: 0 }).isAsked(id) ? [i] : [],
    );
  expect(of(1)).toEqual(of(1));
  expect(of(2)).not.toEqual(of(1));
  expect(of(1)).not.toEqual([0, 1, 2, 3, 4, 5]);
});

test('all where there are not more, and somebody of no record with them', () => {
  const { isAsked, rows } = drawnOf(suite, 1);
  expect(rows.size).toBe(30 * each + 40);
  expect(isAsked('somebody of no record')).toBe(true);
});
