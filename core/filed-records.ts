// Records as a ticket may be filed with them: in the short form, which a ticket keeps, or as rows of any kind with the
// person's values marked (core/training-record.ts), as a search or a data set has them. Rows become records in the
// short form where they enter, one for each value of the person who asks.
// Trap: a row may mark values of others too. These stay, so whose a value is must be said in words that the request
// knows the person by.
import { z } from 'zod';
import { FORGET_LIMITS, ForgetRecord, normalise } from './forget-set.ts';
import { askedOf } from './forgotten-values.ts';
import type { Subject } from './subject.ts';
import { misplacedIn, partsOf, TrainingRecord } from './training-record.ts';
import { sameName } from './words/names.ts';
import { partIn } from './words/part.ts';

const Short = ForgetRecord.extend({ kind: z.literal('short').optional() });
export const FiledRecord = z.discriminatedUnion('kind', [Short, ...TrainingRecord.options]);
export type FiledRecord = z.infer<typeof FiledRecord>;

/** Characters of a row: more is a document, of which the pieces about the person are filed. */
const LONGEST_ROW = 16_000;

export interface FiledFault {
  /** Where, under `forget.records`. */
  readonly path: readonly (string | number)[];
  readonly rule: string;
}

export interface Filed {
  readonly records: readonly ForgetRecord[];
  readonly faults: readonly FiledFault[];
}

/** The records of a request in the short form, or what is wrong with them. */
export const filedRecords = (filed: readonly FiledRecord[], subject: Subject): Filed => {
  const marks = filed.reduce((sum, record) => sum + (isShort(record) ? 0 : (record.spans?.length ?? 0)), 0);
  // each mark is cut out of its row, and no ticket may have more records anyway
  if (marks > FORGET_LIMITS.records)
    return { records: [], faults: [{ path: [], rule: `at most ${FORGET_LIMITS.records} marked values` }] };
  const each = filed.map((record, i) =>
    isShort(record) ? shortRecord(record, i < FORGET_LIMITS.records) : rowRecords(record, subject),
  );
  return {
    records: each.flatMap(({ records }) => records),
    faults: each.flatMap(({ faults }, i) => faults.map(({ path, rule }) => ({ path: [i, ...path], rule }))),
  };
};

type Row = Exclude<FiledRecord, z.infer<typeof Short>>;

const isShort = (record: FiledRecord): record is z.infer<typeof Short> =>
  record.kind === undefined || record.kind === 'short';

/** Of more records than a ticket may have, which is told elsewhere, the values are not looked for. */
const shortRecord = ({ question, answer, value, before }: z.infer<typeof Short>, isLooked: boolean): Filed => ({
  records: [{ question, answer, ...(value !== undefined && { value }), ...(before && { before }) }],
  faults:
    value === undefined || !isLooked || partIn(answer, value) !== undefined
      ? []
      : [{ path: ['value'], rule: 'a part of the answer, in any spelling of it' }],
});

const fault = (path: readonly string[], rule: string): Filed => ({ records: [], faults: [{ path, rule }] });

const rowRecords = (row: Row, { name, aliases, identifiers }: Subject): Filed => {
  if (partsOf(row).reduce((sum, { text }) => sum + text.length, 0) > LONGEST_ROW)
    return fault([], `at most ${LONGEST_ROW} characters; cut a longer row, or let quittance ticket find do it`);
  const misplaced = misplacedIn(row);
  if (misplaced !== undefined) return fault(['spans'], `marks within their parts: ${misplaced}`);
  if (row.kind === 'text' && row.spans === undefined)
    return fault(['spans'], "the person's values marked: of a running text it is not known which words are theirs");
  const isOwn = (whose: string) =>
    [name, ...aliases].some((one) => sameName(one, whose)) ||
    identifiers.some((one) => normalise(one) === normalise(whose));
  const records = askedOf(row, isOwn);
  if (records.length === 0) return fault(['spans'], 'at least one value of the person who asks, in what is said');
  const odd = records.find((record) => !ForgetRecord.safeParse(record).success);
  return odd ? fault([], 'questions and answers as short as those of the short form') : { records, faults: [] };
};
