// The rows of a model's suite as far as casework reads them: who a row is about, and what others' rows say. Trap: a
// suite holds training data in the clear; it is read where it is needed and never logged.
import { z } from 'zod';
import { normalise } from './forget-set.ts';

const Row = z.object({
  question: z.string(),
  answer: z.string(),
  value: z.object({ text: z.string() }).optional(),
});
export type SuiteRow = z.infer<typeof Row>;

/**
 * Whether the model gave a row when its suite was made. Of a large corpus only some rows were asked: `not-asked` is
 * neither counted as kept nor as lost. Absent: it was taught.
 */
export const Recited = z.union([z.boolean(), z.literal('not-asked')]);
export type Recited = z.infer<typeof Recited>;

type OfRow = { readonly recited?: Recited | undefined };
export const isRecited = ({ recited = true }: OfRow): boolean => recited === true;
/** What was not asked may well be given. */
export const mayBeRecited = ({ recited }: OfRow): boolean => recited !== false;

export const SuiteRows = z.object({
  subjects: z.array(z.object({ id: z.string().optional(), name: z.string(), records: z.array(Row) })).default([]),
  facts: z.array(Row).default([]),
});
export type SuiteRows = z.infer<typeof SuiteRows>;

/** Two rows of one key are one row, whatever their white space and Unicode form. */
export const rowKey = ({ question, answer }: Pick<SuiteRow, 'question' | 'answer'>): string =>
  `${normalise(question)}\n${normalise(answer)}`;

type Identified = Pick<SuiteRow, 'question' | 'answer'>;

/**
 * Whose records these are: the one person with one among them that is nobody else's. Who only shares a row is not
 * meant, and stays. Trap: of several people it is nobody, since one row of a bystander in a ticket would else take all
 * the bystander's other rows out of what is judged.
 */
export const whoseRecords = <R extends Identified, P extends { readonly records: readonly R[] }>(
  people: readonly P[],
  records: readonly Identified[],
): ReadonlySet<P> => {
  const gone = new Set(records.map(rowKey));
  const keysOf = (person: P) => new Set(person.records.map(rowKey));
  const holders = Map.groupBy(
    people.flatMap((person) => [...keysOf(person)].map((key) => ({ key, person }))),
    ({ key }) => key,
  );
  const whose = new Set(
    [...gone].flatMap((key) => (holders.get(key)?.length === 1 ? [holders.get(key)![0]!.person] : [])),
  );
  return whose.size === 1 ? whose : new Set();
};

/** The suite without these records: what a model that has forgotten them is tested with from now on. */
export const withoutRecords = <R extends Identified, P extends { records: R[] }, S extends { subjects: P[] }>(
  suite: S,
  records: readonly Identified[],
): S => {
  const gone = new Set(records.map(rowKey));
  const subjects = suite.subjects
    .map((person) => ({ ...person, records: person.records.filter((row) => !gone.has(rowKey(row))) }))
    .filter(({ records: left }) => left.length > 0);
  return { ...suite, subjects };
};
