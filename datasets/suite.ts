// The evaluation suite of a model: what it was trained on and is tested against, as one JSON artefact. It holds
// training data and is kept like it: a deletion writes a suite without the forgotten records, and the purge destroys
// the old one.
import { canonicalize } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ForgetRecord } from '#core/forget-set.ts';
import { rowKey, whoseRecords } from '#core/suite-rows.ts';
import { partIn } from '#core/words/part.ts';
import type { Piece } from './pieces.ts';
import { suiteFrom } from './suite-form.ts';
import { answerOf, promptOf, type Suite, type QaRecord } from './suite-shape.ts';

export const suiteBytes = (suite: Suite): Uint8Array => Buffer.from(canonicalize(suite));

/** INVALID_INPUT with the fields at fault where the bytes are not a suite. */
export const readSuite = (bytes: Uint8Array): Suite => {
  const found = suiteFrom(bytes);
  if ('suite' in found) return found.suite as Suite;
  const { faults } = found;
  const told = faults.slice(0, TOLD).map(({ field, rule }) => `${field}: ${rule}`);
  throw new QuittanceError('INVALID_INPUT', {
    message: 'this is not an evaluation suite',
    expected: `${told.join('; ')}${faults.length > TOLD ? `; and ${faults.length - TOLD} more` : ''}`,
    hint: 'quittance suite check FILE names each field; docs/suite.md has the form',
    fields: faults,
  });
};
const TOLD = 8;

/** A record with the personal value that is to be forgotten. */
export type ForgetRow = QaRecord & { value: NonNullable<QaRecord['value']> };

/**
 * The suite's own row for each ticket record; a record that the suite does not hold is taken unchanged, without
 * paraphrases.
 */
export const forgetRows = (suite: Suite, records: readonly ForgetRecord[]): ForgetRow[] => {
  const known = knownRows(suite);
  return records.map((record) => withValue(known.get(rowKey(record)) ?? bareRow(record, suite)));
};

/** The same of records that are framed already: what the suite knows, else the record as it stands. */
export const framedRows = (suite: Suite, records: readonly Piece[]): ForgetRow[] => {
  const known = knownRows(suite);
  return records.map((record) => {
    const { question = '' } = record;
    const row = record.question === undefined ? undefined : known.get(rowKey({ question, answer: record.answer }));
    return withValue(row ?? { kind: 'person', wrongAnswers: [], ...record, question });
  });
};

/** Those of the records that ask a question, as `withoutRecords` finds them. */
export const questionsOf = (records: readonly Piece[]): Pick<ForgetRecord, 'question' | 'answer'>[] =>
  records.flatMap(({ question, answer }) => (question === undefined ? [] : [{ question, answer }]));

/** Id of the person whose records these are, where they are one person's (core/suite-rows.ts). */
export const idsOf = ({ subjects }: Suite, records: Parameters<typeof whoseRecords>[1]): ReadonlySet<string> =>
  new Set([...whoseRecords(subjects, records)].map(({ id }) => id));

const knownRows = (suite: Suite): ReadonlyMap<string, QaRecord> =>
  new Map(suite.subjects.flatMap((person) => person.records).map((row) => [rowKey(row), row]));

/** Without a marked value the whole answer counts as personal. */
const withValue = (row: QaRecord): ForgetRow => {
  const text = row.answer.trim();
  return { ...row, value: row.value ?? { text, start: row.answer.indexOf(text), end: row.answer.length } };
};

const bareRow = ({ question, answer, value }: ForgetRecord, suite: Suite): QaRecord => {
  const text = answerOf(answer.trim(), suite);
  const span = value === undefined ? undefined : partIn(text, value);
  return {
    kind: 'person',
    question,
    prompt: promptOf(question, suite.frame),
    answer: text,
    ...(span && { value: { text: text.slice(...span), start: span[0], end: span[1] } }),
    wrongAnswers: [],
  };
};
