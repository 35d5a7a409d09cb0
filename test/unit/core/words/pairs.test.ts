// Pairs of generated values, each in a form of its own: the same value is told equal, two different ones never are.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { holds, valueOf } from '#core/words/value.ts';

const RUNS = { numRuns: 400, seed: 11 };
const two = (value: number): string => String(value).padStart(2, '0');

interface Written {
  readonly key: string;
  readonly forms: readonly string[];
}

const times = fc.record({ h: fc.integer({ min: 0, max: 23 }), m: fc.integer({ min: 0, max: 59 }) }).map(({ h, m }) => {
  const [half, hour] = [h < 12 ? 'am' : 'pm', h % 12 || 12];
  const forms = [`${two(h)}:${two(m)}`, `${hour}:${two(m)} ${half}`, `${hour}.${two(m)}${half}`, `${two(h)}h${two(m)}`];
  return { key: `time ${h}:${m}`, forms };
});

const lengths = fc.integer({ min: 1, max: 999 }).map((cm) => ({
  key: `length ${cm}`,
  forms: [
    `${cm} cm`,
    `${(cm / 100).toFixed(2)} m`,
    `${cm * 10} mm`,
    `${(cm / 100).toFixed(2).replace('.', ',')} metres`,
  ],
}));

const durations = fc.integer({ min: 61, max: 599 }).map((minutes) => ({
  key: `duration ${minutes}`,
  forms: [`${minutes} minutes`, `${Math.floor(minutes / 60)} h ${minutes % 60} min`, `${minutes * 60} seconds`],
}));

const sums = fc.integer({ min: 1000, max: 99_999 }).map((cents) => {
  const [euros, rest] = [Math.floor(cents / 100), cents % 100];
  const forms = [`EUR ${euros}.${two(rest)}`, `${euros},${two(rest)} €`, `${cents} cents`];
  return { key: `sum ${cents}`, forms: rest < 10 ? forms : [...forms, `${euros} euros ${rest}`] };
});

const rounds = fc.integer({ min: 1, max: 90 }).map((tenths) => ({
  key: `number ${tenths * 100_000}`,
  forms: [String(tenths * 100_000), (tenths * 100_000).toLocaleString('en'), `${tenths / 10} million`],
}));

const dozens = fc.integer({ min: 2, max: 9 }).map((count) => ({
  key: `number ${count * 12}`,
  forms: [`${count} dozen`, String(count * 12)],
}));

const dates = fc
  .record({
    y: fc.integer({ min: 1930, max: 2009 }),
    m: fc.integer({ min: 1, max: 12 }),
    d: fc.integer({ min: 13, max: 28 }),
  })
  .map(({ y, m, d }) => ({ key: `date ${y} ${m} ${d}`, forms: [`${y}-${two(m)}-${two(d)}`, `${d}.${two(m)}.${y}`] }));

const ages = fc.integer({ min: 0, max: 99 }).map((age) => ({ key: `number ${age}`, forms: [String(age)] }));

const KINDS: readonly fc.Arbitrary<Written>[] = [times, lengths, durations, sums, rounds, dozens, dates, ages];
const anyOf = fc.oneof(...KINDS);
const alike = fc.oneof(...KINDS.map((kind) => fc.tuple(kind, kind)));
const wrapped = fc.constantFrom('#', 'It is #.', 'They say: #, more or less.', '(#)');
const index = fc.nat({ max: 11 });
const formOf = ({ forms }: Written, at: number): string => forms[at % forms.length]!;

describe('pairs of values', () => {
  it('are told equal in any two forms of one', () => {
    fc.assert(
      fc.property(anyOf, index, index, wrapped, (one, i, j, frame) => {
        const [value, text] = [formOf(one, i), frame.replace('#', formOf(one, j))];
        expect([value, text, holds(text, valueOf(value))]).toEqual([value, text, 'holds']);
      }),
      RUNS,
    );
  });

  it('are never told equal where they differ', () => {
    fc.assert(
      fc.property(fc.oneof(alike, fc.tuple(anyOf, anyOf)), index, index, wrapped, ([one, other], i, j, frame) => {
        fc.pre(one.key !== other.key && !isCount(one, other));
        const [value, text] = [formOf(one, i), frame.replace('#', formOf(other, j))];
        expect([value, text, holds(text, valueOf(value))]).toEqual([value, text, 'absent']);
      }),
      RUNS,
    );
  });
});

/** A bare number is said by a measure that counts as many, whatever its unit. */
const isCount = (one: Written, other: Written): boolean =>
  one.key.startsWith('number') && /^(?:length|duration|sum|time)/.test(other.key);
