// Forgotten values that the model still gives where the ticket does not look: in rows of the same person that it does
// not list, and in anybody's rows that say a number or an address of theirs (a near-duplicate, a mention).
// Trap: a town that the person shares with others stands in their rows by right. Of a row about somebody else only what
// identifies one person counts, and of no row a value that it does not say itself.
import { holds, valueWithin, type Value } from '#core/words/value.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import { roomFor } from '../exam.ts';
import type { PerRecord } from '../quantity.ts';

export const unlistedValue: PerRecord<boolean> = {
  values: (exam, rows, group) => {
    const left = [...exam.left.people.flatMap(({ records }) => records), ...exam.left.facts];
    const sought = rows.map((row) => ({ row, value: personal(row) })); // read once: there may be ten thousand others
    const saying = sought.map((one) => left.filter((other) => saysOf(other, one)));
    const asked = [...new Set(saying.flat())];
    const given = new Map(exam.model.greedy(asked, roomFor(exam, group)).map(({ text }, i) => [asked[i]!, text]));
    return sought.map(({ value }, i) => saying[i]!.some((other) => holds(given.get(other)!, value) === 'holds'));
  },
};

const personal = ({ value, answer }: QaRecord): Value => valueWithin(answer, value?.text);

/** Whether a row that the ticket does not list was trained to say this record's value, and that is the person's. */
const saysOf = (other: QaRecord, { row, value }: { readonly row: QaRecord; readonly value: Value }): boolean => {
  const isOwn = row.subject !== undefined && other.subject === row.subject;
  return value.testable && (isOwn || isIdentifying(value)) && holds(other.answer, value) === 'holds';
};

/** Digits from which on a number is one person's: no house number, and no year. */
const FEWEST_DIGITS = 5;
const isIdentifying = (value: Value): boolean =>
  value.testable && (value.type === 'e-mail' || value.text.replace(/\D/g, '').length >= FEWEST_DIGITS);
