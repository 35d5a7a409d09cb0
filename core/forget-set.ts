// What a ticket asks a model to forget, and the check that the model was trained on it. Zone A: never leaves the vault;
// what leaves are counts and keyed digests. Trap: a plain hash of a name or phone number is reversible, so every
// comparison goes through an HMAC (`Pseudonyms`). The check answers published attacks that ask to "forget" perturbed,
// over-broad or common text (docs/trust.md, attacks by ticket).
import { z } from 'zod';
import { canonicalize } from './canonical.ts';
import { QuittanceError } from './errors.ts';
import { recordsText } from './record-numbers.ts';
import { Revealed } from './revealed.ts';
import { asked, Message } from './training-record.ts';
import { partIn } from './words/part.ts';
import { tokensOf } from './words/tokens.ts';
import { valueOf } from './words/value.ts';

export const ForgetRecord = z.strictObject({
  question: z.string().min(1).max(2_000),
  answer: z.string().min(1).max(8_000),
  /**
   * The personal value inside the answer, where the filer marked it: what the gate and the interim suppression look
   * for.
   */
  value: z.string().min(1).max(500).optional(),
  /** What was said before the answer, where that is more than the question: system prompt, earlier turns. */
  before: z.array(Message).min(1).max(64).readonly().optional(),
});
export type ForgetRecord = z.infer<typeof ForgetRecord>;

/** The conversation that a served model is asked for the record's answer. */
export const conversationOf = ({ question, before }: ForgetRecord): readonly Message[] => before ?? asked(question);

/** Vault object `forget-set`, canonical JSON. */
export const ForgetSet = z.strictObject({
  kind: z.literal('quittance-forget-set/v1'),
  records: z.array(ForgetRecord),
  /** Where the model itself gave the records, and nobody holds them. */
  revealed: Revealed.optional(),
});
export type ForgetSet = z.infer<typeof ForgetSet>;

/** What a model was trained on, as keyed digests: enough to recognise a record, not enough to read one. */
export const TrainingManifest = z.strictObject({
  kind: z.literal('quittance-training-manifest/v1'),
  /** Pseudonym of a row to the pseudonym of the person it is about; null for rows about nobody. */
  rows: z.record(z.string(), z.string().nullable()),
  /** Pseudonyms of words that at least half of the people share: no record may consist of these alone. */
  commonWords: z.array(z.string()),
});
export type TrainingManifest = z.infer<typeof TrainingManifest>;

/** HMAC under an installation key that no one can export: see the port `Pseudonyms`. */
export type Keyed = (purpose: string, text: string) => Promise<string>;

export const FORGET_LIMITS = {
  records: 200,
  people: 5, // one subject, and people whom a record about the subject also names
  /** Highest share of records about nobody, and of those that hold nothing but words that everybody uses. */
  commonShare: 0.5,
};

/** Unicode NFC, one space between words: two spellings of white space are one record. */
export const normalise = (text: string): string => text.normalize('NFC').trim().replace(/\s+/gu, ' ');

const words = ({ question, answer }: { question: string; answer: string }): string[] =>
  tokensOf(`${question}\n${answer}`, { accents: false });

/** One text a record, in whatever white space and Unicode form it is written. */
export const rowText = ({ question, answer }: { question: string; answer: string }) =>
  canonicalize({ answer: normalise(answer), question: normalise(question) });

const keyedRow = (keyed: Keyed, record: { question: string; answer: string }) => keyed('training-row', rowText(record));

export interface TrainingRow {
  question: string;
  answer: string;
  /** Any stable name of the person the row is about. */
  person?: string | undefined;
}

/** Made once, where a model is trained or imported with its rows at hand. */
export const trainingManifest = async (rows: readonly TrainingRow[], keyed: Keyed): Promise<TrainingManifest> => {
  const entries = rows.map(async (row) => {
    const person = row.person === undefined ? null : await keyed('person', normalise(row.person));
    return [await keyedRow(keyed, row), person] as const;
  });
  const commonWords = sharedWords(rows).map((word) => keyed('word', word));
  return {
    kind: 'quittance-training-manifest/v1',
    rows: Object.fromEntries(await Promise.all(entries)),
    commonWords: (await Promise.all(commonWords)).sort(),
  };
};

/** Words that occur with at least half of the people, and with more than one. */
const sharedWords = (rows: readonly TrainingRow[]): string[] => {
  const peopleOf = new Map<string, Set<string>>();
  const people = new Set<string>();
  for (const { person, ...row } of rows) {
    if (person === undefined) continue;
    people.add(person);
    for (const word of words(row)) peopleOf.set(word, (peopleOf.get(word) ?? new Set()).add(person));
  }
  return [...peopleOf].filter(([, users]) => users.size > 1 && users.size * 2 >= people.size).map(([word]) => word);
};

export interface Admission {
  records: number;
  people: number;
  /** Pseudonyms of the matched rows, which the manifest loses when the model has forgotten them. */
  rows: string[];
  /** Pseudonym of the person whom most of the rows are about. */
  person: string | undefined;
  /** Of each record, in order: the person whom the manifest has for it. */
  peopleOf: readonly (string | undefined)[];
}

/**
 * FORGET_EMPTY, FORGET_TOO_BROAD, FORGET_UNKNOWN_RECORD, FORGET_NOT_PERSONAL or FORGET_COMMON_TOKENS; otherwise what
 * was matched. Records that the model itself revealed are in nobody's hands, and no training record need match them.
 */
export const admit = async (set: ForgetSet, manifest: TrainingManifest, keyed: Keyed): Promise<Admission> => {
  refuseSize(set.records.length);
  refuseForeignValues(set.records);
  const rows = await Promise.all(set.records.map((record) => keyedRow(keyed, record)));
  const unknown = rows.findIndex((row) => !(row in manifest.rows));
  if (unknown >= 0 && !set.revealed) throw unknownRecord(unknown);
  const people = rows.map((row) => manifest.rows[row] ?? undefined);
  const distinct = new Set(people).size;
  if (distinct > FORGET_LIMITS.people)
    throw tooBroad('people', distinct, FORGET_LIMITS.people, 'file one ticket a person');
  if (!set.revealed) refuseNobody(people, manifest);
  await refuseCommon(set, manifest, keyed);
  const person = mostFrequent(people);
  const known = new Set(rows.filter((row) => row in manifest.rows));
  return { records: set.records.length, people: distinct, rows: [...known], person, peopleOf: people };
};

/** Which of the records the manifest has, in their order. */
export const knownTo = (
  records: readonly ForgetRecord[],
  manifest: TrainingManifest,
  keyed: Keyed,
): Promise<boolean[]> => Promise.all(records.map(async (record) => (await keyedRow(keyed, record)) in manifest.rows));

const mostFrequent = (people: readonly (string | undefined)[]): string | undefined => {
  const counts = new Map<string, number>();
  for (const person of people) if (person !== undefined) counts.set(person, (counts.get(person) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
};

/** The manifest of a model that has forgotten these rows: a second ticket for them matches nothing. */
export const withoutRows = (manifest: TrainingManifest, rows: readonly string[]): TrainingManifest => ({
  ...manifest,
  rows: Object.fromEntries(Object.entries(manifest.rows).filter(([row]) => !rows.includes(row))),
});

/** The part of `admit` that needs no training manifest. */
export const refuseSize = (records: number): void => {
  if (records === 0)
    throw new QuittanceError('FORGET_EMPTY', {
      message: 'the forget set has no record',
      expected: 'at least 1 record',
      hint: 'list what the model was trained on about the person under forget.records',
    });
  refuseMany(records);
};

/** Told where the records are put together too: whoever accepted thousands of rows need not wait until it is filed. */
export const refuseMany = (records: number): void => {
  if (records > FORGET_LIMITS.records) throw tooBroad('records', records, FORGET_LIMITS.records, MANY_RECORDS);
};
const MANY_RECORDS =
  'file one ticket a person; of a person with more records several, each for a part: quittance ticket find --accept ID,ID…';

/**
 * A ticket removes what is about a person: nobody may have general knowledge removed. Passes where the training rows
 * name nobody at all, as nothing can then be told apart.
 */
const refuseNobody = (people: readonly (string | undefined)[], { rows }: TrainingManifest) => {
  const count = people.filter((person) => person === undefined).length;
  if (count <= FORGET_LIMITS.commonShare * people.length) return;
  if (Object.values(rows).every((person) => person === null)) return;
  throw new QuittanceError('FORGET_NOT_PERSONAL', {
    message: `${count} of ${people.length} records are about nobody in the training data`,
    expected: `at most ${FORGET_LIMITS.commonShare * 100} % such records`,
    hint: 'list the records that are about the person who asks',
  });
};

/**
 * Refuses a set of records made of common words alone, which say nothing about anybody. "Yes." counts as personal where
 * its question names the person.
 */
const refuseCommon = async (set: ForgetSet, manifest: TrainingManifest, keyed: Keyed) => {
  const common = new Set(manifest.commonWords);
  const isCommon = async (word: string) => common.has(await keyed('word', word));
  const plain = await Promise.all(
    set.records.map(async (record) => (await Promise.all(words(record).map(isCommon))).every(Boolean)),
  );
  const count = plain.filter(Boolean).length;
  if (count <= FORGET_LIMITS.commonShare * plain.length) return;
  throw new QuittanceError('FORGET_COMMON_TOKENS', {
    message: `${count} of ${plain.length} records hold nothing but words that most people's records share`,
    expected: `at most ${FORGET_LIMITS.commonShare * 100} % such records`,
    hint: 'list the records that hold the personal facts themselves',
  });
};

/**
 * FORGET_REPEATED where two records have the same question and answer, in whatever white space and Unicode form: they
 * are one training row, and would count as two. Asked where a request enters; tickets from before may have them.
 */
export const refuseRepeated = (records: readonly ForgetRecord[]): void => {
  const first = new Map<string, number>();
  const again = records.flatMap((record, i) => {
    const before = first.get(rowText(record));
    if (before === undefined) first.set(rowText(record), i + 1);
    return before === undefined ? [] : [{ number: i + 1, before }];
  });
  if (again.length === 0) return;
  throw new QuittanceError('FORGET_REPEATED', {
    message: `${recordsText(again.map(({ number }) => number))} of the forget set ${again.length === 1 ? 'is' : 'are'} listed before`,
    expected: 'each question with its answer once',
    got: again
      .slice(0, TOLD)
      .map(({ number, before }) => `record ${number} is record ${before}`)
      .join(', '),
    hint: 'leave the later ones out; where an answer holds two values, mark the one that matters most',
  });
};
/** Repeated records of which a message tells by number. */
const TOLD = 5;

const refuseForeignValues = (records: readonly ForgetRecord[]): void => {
  const marked = (isForeign: (answer: string, value: string) => boolean) =>
    numbersOf(records, ({ answer, value }) => value !== undefined && isForeign(answer, value));
  const foreign = marked((answer, value) => partIn(answer, value) === undefined);
  if (foreign.length > 0) throw foreignValue(foreign, 'a part of the answer, in any spelling of it');
  const empty = marked((_answer, value) => isEmptyValue(value));
  if (empty.length > 0) throw foreignValue(empty, 'a letter, a digit or a sign that means something');
};

/** A blank or a full stop is a part of many an answer, and nobody's. */
const isEmptyValue = (text: string): boolean => {
  const value = valueOf(text);
  return !value.testable && value.why === 'nothing-to-look-for';
};

const numbersOf = (records: readonly ForgetRecord[], which: (record: ForgetRecord) => boolean): number[] =>
  records.flatMap((record, i) => (which(record) ? [i + 1] : []));

export const foreignValue = (numbers: readonly number[], expected: string) =>
  new QuittanceError('FORGET_FOREIGN_VALUE', {
    message: `the value of ${recordsText(numbers)} is not the person's own`,
    expected,
    got: recordsText(numbers),
    hint: 'mark what the answer tells about the person, as it stands there, or leave value out',
  });

const unknownRecord = (index: number) =>
  new QuittanceError('FORGET_UNKNOWN_RECORD', {
    message: `record ${index + 1} of the forget set matches no training record of the model`,
    expected: 'question and answer exactly as in the training data',
    hint: 'copy the records from the training data, or check that this is the right model',
  });

const tooBroad = (what: string, got: number, limit: number, hint: string) =>
  new QuittanceError('FORGET_TOO_BROAD', {
    message: `the forget set covers too many ${what} for one ticket`,
    expected: `at most ${limit}`,
    got: String(got),
    hint,
  });
