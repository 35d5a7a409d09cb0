// What an interim rule protects and what it costs others: the rule is made from the case's records and names, and tried
// on the rows of people who stay. Trap: a value that cannot be looked for is not protected, and answers about others
// may be withheld; both are counted, because whoever files or approves the ticket must know.
import { z } from 'zod';
import type { ForgetRecord } from './forget-set.ts';
import { identifying, type Subject } from './subject.ts';
import { indexOf, type IndexedRow, type SuiteIndex } from './suite-index.ts';
import type { SuiteRows } from './suite-rows.ts';
import { ruleOf, withholds, type Rule } from './suppression.ts';
import { textOf, type Form } from './words/places.ts';
import { mentionsOf, partsOf, weaknessOf } from './words/subject.ts';
import { UNTESTABLE, valueOf, valueWithin, type Value, type WhyUntestable } from './words/value.ts';

const Count = z.int().nonnegative();
const RecordNumber = z.int().positive();

/** Zone C: numbers of records from 1, codes and counts. */
export const Protection = z.strictObject({
  /** Records whose value cannot be looked for, and why; a number alone in logs from before the why was told. */
  unprotected: z.array(
    z.union([
      z.strictObject({ record: RecordNumber, why: z.enum(Object.keys(UNTESTABLE) as WhyUntestable[]) }),
      RecordNumber,
    ]),
  ),
  /** Records without a marked value: only their whole answer is withheld, word for word. Absent in older logs. */
  asWhole: z.array(RecordNumber).optional(),
  /** Rows that stay and that the rule withholds; absent where the model has no suite. */
  withheld: z
    .strictObject({
      answers: Count,
      ofAnswers: Count,
      facts: Count,
      ofFacts: Count,
      /** By the record whose value they hold; absent in older logs. */
      by: z.array(z.strictObject({ record: RecordNumber, answers: Count, facts: Count })).optional(),
    })
    .optional(),
});
export type Protection = z.infer<typeof Protection>;

/** The rule for a ticket, and what it does: the parts of the subject are as the request has them. */
export const protect = (
  secret: string,
  records: readonly ForgetRecord[],
  subject: Subject,
  suite?: SuiteRows,
): { rule: Rule; protection: Protection } => {
  const rows = suite && staying(suite, records);
  const values = records.map((record) => personal(record, rows?.index));
  const forms = values.map(({ value }) => (value.testable ? value.forms : []));
  const subjects = subjectsOf(records, subject, forms.flat(), rows);
  const rule = ruleOf(secret, { values: forms.flat(), subjects });
  const withheld = rows && withheldOf(rule, { values: forms, subjects }, rows);
  const numbers = (which: (one: Personal) => boolean) => values.flatMap((one, i) => (which(one) ? [i + 1] : []));
  const unprotected = values.flatMap(({ value }, i) => (value.testable ? [] : [{ record: i + 1, why: value.why }]));
  const asWhole = numbers(({ isWhole, value }) => isWhole && value.testable);
  return { rule, protection: { unprotected, asWhole, ...(withheld && { withheld }) } };
};

interface Personal {
  readonly value: Value;
  readonly isWhole: boolean;
}

/** The personal part of a record: the marked value, else the one that the suite knows, else the whole answer. */
const personal = ({ value, ...row }: ForgetRecord, index: SuiteIndex | undefined): Personal => {
  const marked = value ?? index?.same(row)[0]?.value?.text;
  return { value: valueWithin(row.answer, marked), isWhole: marked === undefined };
};

/** The suite as a ticket sees it. */
interface Staying {
  readonly index: SuiteIndex;
  /** Rows of the ticket. */
  readonly own: ReadonlySet<IndexedRow>;
  /** Whom the ticket is about, by the suite: the person with most of its rows. */
  readonly person: number | undefined;
  readonly known: readonly string[];
}

const staying = (suite: SuiteRows, records: readonly ForgetRecord[]): Staying => {
  const index = indexOf(suite);
  const rows = [...new Set(records.flatMap((record) => index.same(record)))];
  const counts = new Map<number, number>();
  for (const { person } of rows) if (person !== undefined) counts.set(person, (counts.get(person) ?? 0) + 1);
  const person = [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
  const name = person === undefined ? undefined : suite.subjects[person]?.name;
  return { index, own: new Set(rows), person, known: name === undefined ? [] : [name] };
};

/**
 * What a text must name for the rule to hold: names in full and identifiers; parts of names that nobody else in the
 * suite has; and, for records whose question names nobody, the words of the question.
 */
const subjectsOf = (
  records: readonly ForgetRecord[],
  { name, aliases, identifiers }: Subject,
  values: readonly Form[],
  rows: Staying | undefined,
): Form[] => {
  const isFree = (part: string) => rows !== undefined && !isSaidByOthers(part, rows);
  const names = [...new Set([name, ...aliases, ...(rows?.known ?? [])])].filter((one) => tells(one, rows));
  const full = [...mentionsOf(names), ...identifiers.flatMap(identifying)];
  const valueKeys = values.map(({ key }) => key);
  const isOwn = (part: string) => isFree(part) && !valueKeys.some((key) => key.includes(part));
  const parts = rows === undefined ? [] : partsOf(names).filter(({ part }) => isOwn(part));
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

/** Whether a name speaks of one person: a single letter never does, a single word where nobody else's rows say it. */
const tells = (name: string, rows: Staying | undefined): boolean => {
  const weakness = weaknessOf(name);
  if (weakness !== 'a single word') return weakness === undefined;
  const words = textOf(name).reading.words.map(({ text }) => text);
  return rows === undefined || !words.some((word) => isSaidByOthers(word, rows));
};

/** In a row about anybody else, or about nobody. */
const isSaidByOthers = (word: string, { index, person }: Staying): boolean =>
  index.saying(word).some((row) => row.person === undefined || row.person !== person);

const withheldOf = (
  rule: Rule,
  forms: { values: readonly (readonly Form[])[]; subjects: readonly Form[] },
  { index, own }: Staying,
): NonNullable<Protection['withheld']> => {
  const stays = (row: IndexedRow) => !own.has(row);
  const withheld = index
    .candidates(forms.subjects)
    .filter((row) => stays(row) && withholds([rule], { answer: row.answer, context: row.question }));
  const all = { answers: index.rows.filter(isAnswer).length, facts: factsIn(index.rows) };
  const ownRows = [...own];
  const by = forms.values.flatMap((some, i) => {
    const held = withheld.filter(({ answer }) => some.some((form) => textOf(answer).says(form)));
    return held.length === 0 ? [] : [{ record: i + 1, answers: held.filter(isAnswer).length, facts: factsIn(held) }];
  });
  const answers = withheld.filter(isAnswer).length;
  const [ofAnswers, ofFacts] = [all.answers - ownRows.filter(isAnswer).length, all.facts - factsIn(ownRows)];
  return { answers, ofAnswers, facts: factsIn(withheld), ofFacts, by };
};

const isAnswer = ({ person }: IndexedRow): boolean => person !== undefined;
const factsIn = (rows: readonly IndexedRow[]): number => rows.filter((row) => !isAnswer(row)).length;
