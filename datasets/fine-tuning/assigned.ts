// A corpus as a training takes it: each row by what it says and in its slice. Whom a row is about decides its slice; a
// column of the corpus says it, or the people of a register are found in the rows.
import type { Digest } from '#core/canonical.ts';
import { counted } from '#core/collected.ts';
import { QuittanceError } from '#core/errors.ts';
import { committedRow, type CommittedCorpus, type Grouping, type Recipe } from '#core/recipe.ts';
import type { CorpusEntry } from '../corpus/row.ts';
import type { RegisteredPerson } from '../find/register.ts';
import { mentionsIn } from '../onboard/people.ts';
import { rowDigest, sliceOf, slicesAboutNobody } from './slices.ts';

export interface AssignedRow {
  readonly entry: CorpusEntry;
  readonly digest: Digest;
  readonly slice: number;
}

/** How rows are grouped: by the column where one is named, else by the register where one is given. */
export const groupingOf = (
  subjectField: string | undefined,
  register: readonly RegisteredPerson[] | undefined,
): Grouping => {
  if (subjectField !== undefined) return { by: 'field', field: subjectField };
  return register ? { by: 'register' } : { by: 'row' };
};

/** For each entry, whom it is about. INVALID_INPUT where the grouping is by a register that is not given. */
export const peopleIn = (
  entries: readonly CorpusEntry[],
  grouping: Grouping,
  register: readonly RegisteredPerson[] | undefined,
): readonly (readonly string[])[] => {
  switch (grouping.by) {
    case 'row':
      return entries.map(() => []);
    case 'field':
      return entries.map(({ subject }) => (subject === undefined ? [] : [subject]));
    case 'register':
      if (!register) throw withoutRegister();
      return mentionsIn(entries, register).inRow.map((row) => row.map(({ person }) => person));
  }
};

const withoutRegister = () =>
  new QuittanceError('INVALID_INPUT', {
    message: 'the slices of this training follow from a register of people, which is not given',
    expected: 'the register of the training',
    hint: 'add --people FILE',
  });

/** How many slices the rows about nobody fill, in a corpus of which this is known for each row. */
export const slicesFor = (count: number, people: readonly (readonly string[])[]): Recipe['slices'] => {
  const nobody = people.filter(({ length }) => length === 0).length;
  return { count, aboutNobody: slicesAboutNobody(count, nobody, people.length) };
};

export const assigned = (
  entries: readonly CorpusEntry[],
  people: readonly (readonly string[])[],
  slicing: Pick<Recipe, 'seed' | 'slices'>,
): AssignedRow[] =>
  entries.map((entry, i) => {
    const digest = rowDigest(entry.row);
    return { entry, digest, slice: sliceOf(slicing, digest, people[i] ?? []) };
  });

type Entries = Iterable<CorpusEntry> | AsyncIterable<CorpusEntry>;

/** The same as far as they are there, as they stream by: rows of people who were forgotten since are not. */
export const rowsStillThere = async function* (entries: Entries, corpus: CommittedCorpus): AsyncGenerator<AssignedRow> {
  const wanted = new Map<string, { slice: number; count: number }>();
  for (const [row, slice] of corpus.rows) wanted.set(row, { slice, count: (wanted.get(row)?.count ?? 0) + 1 });
  for await (const entry of entries) {
    const digest = rowDigest(entry.row);
    const one = wanted.get(committedRow(corpus.key, digest));
    if (!one || one.count === 0) continue;
    one.count--;
    yield { entry, digest, slice: one.slice };
  }
};

/**
 * INVALID_INPUT, with how many, where rows of a training that was recorded are missing in a corpus; rows that were not
 * trained on may stand in it too. No row is held.
 */
export const requireRecorded = async (entries: Entries, corpus: CommittedCorpus): Promise<void> => {
  const missing = corpus.rows.length - (await counted(rowsStillThere(entries, corpus)));
  if (missing === 0) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${missing} of the ${corpus.rows.length} rows that the model was trained on are not in this corpus`,
    expected: corpus.digest,
    hint: 'give the files of the training, unchanged, and all of them',
  });
};
