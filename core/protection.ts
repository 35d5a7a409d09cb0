// What an interim rule protects and what it costs others: the rule is made from the case's records and names, and tried
// on the rows of people who stay. Trap: a value that cannot be looked for is not protected, and answers about others
// may be withheld; both are counted, because whoever approves the ticket must know.
import { z } from 'zod';
import type { ForgetRecord } from './forget-set.ts';
import { rowKey, type SuiteRow, type SuiteRows } from './suite-rows.ts';
import { ruleOf, withholds, type Rule } from './suppression.ts';
import { textOf, type Form } from './words/places.ts';
import { mentionsOf, partsOf } from './words/subject.ts';
import { valueOf } from './words/value.ts';

const Count = z.int().nonnegative();
/** Zone C: numbers of records from 1, and counts. */
export const Protection = z.strictObject({
  /** Records whose value cannot be looked for. */
  unprotected: z.array(z.int().positive()),
  /** Rows that stay and that the rule withholds; absent where the model has no suite. */
  withheld: z.strictObject({ answers: Count, ofAnswers: Count, facts: Count, ofFacts: Count }).optional(),
});
export type Protection = z.infer<typeof Protection>;

/** Numbers of the records, from 1, whose value cannot be looked for. */
// Numbers of the records, counted from 1, whose value cannot be looked for.
export const unprotectedOf = (records: readonly ForgetRecord[]): number[] =>
  records.flatMap((record, i) => (personal(record).testable ? [] : [i + 1]));

/** The personal part of a record: the marked value, or the whole answer where none is marked. */
const personal = ({ answer, value }: ForgetRecord) => valueOf(value ?? answer);

/** The rule for a case: `names` are the person's, as requested. */
export const protect = (
  secret: string,
  records: readonly ForgetRecord[],
  names: readonly string[],
  suite?: SuiteRows,
): { rule: Rule; protection: Protection } => {
  const own = new Set(records.map(rowKey));
  const isOwn = (row: SuiteRow) => own.has(rowKey(row));
  const known = suite?.subjects.filter((person) => person.records.some(isOwn)).map(({ name }) => name) ?? [];
  const all = [...new Set([...names, ...known])];
  const values = records.flatMap((record) => {
    const value = personal(record);
    return value.testable ? value.forms : [];
  });
  const rule = ruleOf(secret, { values, subjects: subjectsOf(records, all, values, suite && othersOf(suite, isOwn)) });
  const unprotected = unprotectedOf(records);
  return { rule, protection: { unprotected, ...(suite && { withheld: withheldOf(rule, suite, isOwn) }) } };
};

/**
 * What a text must name for the rule to hold: the full names; parts of names that nobody else in the suite has; and,
 * for records whose question names nobody, the words of the question.
 */
const subjectsOf = (
  records: readonly ForgetRecord[],
  names: readonly string[],
  values: readonly Form[],
  others: ReadonlySet<string> | undefined,
): Form[] => {
  const full = mentionsOf(names);
  const valueKeys = values.map(({ key }) => key);
  const isOwn = (part: string) => !others?.has(part) && !valueKeys.some((key) => key.includes(part));
  const parts = others === undefined ? [] : partsOf(names).filter(({ part }) => isOwn(part));
  const nameless = records.filter(({ question, answer }) => {
    const said = textOf(`${question}\n${answer}`);
    return !full.some((form) => said.says(form));
  });
  const questions = nameless.flatMap(({ question }) => {
    const value = valueOf(question, 'text');
    return value.testable ? value.forms : [];
  });
  return [...full, ...parts.flatMap(({ forms }) => forms), ...questions];
};

/** Words of rows about anybody else, or about nobody. */
const othersOf = ({ subjects, facts }: SuiteRows, isOwn: (row: SuiteRow) => boolean): Set<string> => {
  const rows = [...subjects.filter(({ records }) => !records.some(isOwn)).flatMap(({ records }) => records), ...facts];
  return new Set(
    rows.flatMap(({ question, answer }) => textOf(`${question}\n${answer}`).reading.words.map(({ text }) => text)),
  );
};

const withheldOf = (rule: Rule, { subjects, facts }: SuiteRows, isOwn: (row: SuiteRow) => boolean) => {
  const withheld = ({ question, answer }: SuiteRow) => withholds([rule], { answer, context: question });
  const answers = subjects.flatMap(({ records }) => records).filter((row) => !isOwn(row));
  return {
    answers: answers.filter(withheld).length,
    ofAnswers: answers.length,
    facts: facts.filter(withheld).length,
    ofFacts: facts.length,
  };
};
