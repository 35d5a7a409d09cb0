// Whose rows a ticket brings. Names, aliases and identifiers of the request are held against the rows: by the person
// whom the training manifest has for a row, and by whom the row itself speaks of. Traps: a person of the manifest is an
// id as a rule, and only the suite knows whose; a name of one word ("Will", "Paris") may be any word of a row, so that
// it finds a person and no text; and of two people of one name the rows of one are not the other's. What is said are
// numbers of records and reasons: no name, no text.
import { z } from 'zod';
import { QuittanceError } from './errors.ts';
import {
  foreignValue,
  normalise,
  type Admission,
  type ForgetRecord,
  type Keyed,
  type TrainingManifest,
} from './forget-set.ts';
import { plural } from './plural.ts';
import { recordsText } from './record-numbers.ts';
import { indexOf } from './suite-index.ts';
import { rowKey, type SuiteRows } from './suite-rows.ts';
import { isAnybodys } from './words/function-words.ts';
import { isDisguised } from './words/lookalikes.ts';
import { placesOfPartAlone } from './words/name-alone.ts';
import { sameName } from './words/names.ts';
import { partIn } from './words/part.ts';
import { textOf, type Form, type Text } from './words/places.ts';
import {
  isPartOfName,
  mayMention,
  mentions,
  mentionsOf,
  namePartsOf,
  partsOf,
  placesOfName,
  weaknessOf,
  type Weakness,
} from './words/subject.ts';
import { valueOf, type ValueType } from './words/value.ts';

/**
 * Characters that would let two names look like one, or one like two: those that reverse the direction of a line,
 * control characters (which may end a C string), and halves of surrogate pairs.
 */
export const UNSEEN = /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u;
const saidIn = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((name) => name.trim() !== '' && !UNSEEN.test(name), 'no control or direction characters, and not blank')
    .refine((name) => !/[<>]/.test(name), 'no markup')
    .refine((name) => name.trim() === '' || /[\p{L}\p{N}]/u.test(name), 'a letter or digit at least');
/** Characters. A postal address has many lines in some countries, and no standard gives it an end. */
export const [LONGEST_NAME, LONGEST_IDENTIFIER] = [200, 1_000];
const Said = saidIn(LONGEST_NAME);
export const Identifier = saidIn(LONGEST_IDENTIFIER);

export const Subject = z.strictObject({
  name: Said,
  aliases: z.array(Said).max(20).default([]),
  /**
   * What else the rows may know the person by: e-mail or postal address, telephone or customer number, id in the
   * training data.
   */
  identifiers: z.array(Identifier).max(20).default([]),
});
export type Subject = z.infer<typeof Subject>;

/** Why rows that do not name the subject are theirs all the same. Codes alone, since they are logged. */
export const SubjectReason = z.enum([
  'former-name',
  'nickname',
  'pseudonym',
  'other-script',
  'misspelt',
  'unnamed-rows',
  'household',
  'revealed-by-model',
]);
export type SubjectReason = z.infer<typeof SubjectReason>;

export interface SubjectMatch {
  /** Numbers, from 1, of records that the manifest has as another person's. */
  readonly others: readonly number[];
  /** Of records that name nobody whom the request names, and are nobody's in the manifest. */
  readonly unnamed: readonly number[];
  /** Of other records that the model itself revealed, so that nobody has looked whose they are. */
  readonly revealed?: readonly number[];
  /** Names of the request that tell nobody from others in a text: `subject.name` is 1, its aliases follow. */
  readonly weak: readonly { readonly name: number; readonly why: Weakness }[];
}

/** What is needed beside the request. */
export interface Trained {
  readonly manifest: TrainingManifest;
  readonly keyed: Keyed;
  /** Where the model has a suite. */
  readonly suite?: SuiteRows | undefined;
}

/** `people`: of each record, the person that the manifest has for it. */
export const matchSubject = async (
  records: readonly ForgetRecord[],
  people: Admission['peopleOf'],
  subject: Subject,
  trained: Trained,
): Promise<SubjectMatch> => {
  const names = [subject.name, ...subject.aliases];
  const weak = names.flatMap((name, i) => {
    const why = weaknessOf(name);
    return why === undefined ? [] : [{ name: i + 1, why }];
  });
  const own = await ownPeople(names, subject.identifiers, trained);
  const theirs = pickOne(people, own);
  const namesakes = new Set([...own.named].filter((person) => !theirs.has(person)));
  const telling = names.filter((_, i) => !weak.some(({ name }) => name === i + 1));
  const texts = records.map(({ question, answer }) => textOf(`${question}\n${answer}`));
  const speaks = speaksOf(telling, subject.identifiers);
  const named = texts.map((text, i) => !namesakes.has(people[i] ?? '') && speaks(text));
  const parts = named.includes(true) ? ownParts(telling, records, trained.suite) : [];
  const isTheirs = (text: Text, i: number): boolean => {
    const person = people[i];
    if (person !== undefined && theirs.has(person)) return true;
    return named[i]! || (person === undefined && parts.some((form) => text.says(form)));
  };
  const foreign = texts.flatMap((text, i) => (isTheirs(text, i) ? [] : [i + 1]));
  const isOthers = (number: number) => people[number - 1] !== undefined;
  return { others: foreign.filter(isOthers), unnamed: foreign.filter((number) => !isOthers(number)), weak };
};

/** People of the manifest who go by an identifier of the request, and by a name of it. */
interface OwnPeople {
  readonly identified: ReadonlySet<string>;
  readonly named: ReadonlySet<string>;
}

const ownPeople = async (
  names: readonly string[],
  identifiers: readonly string[],
  { manifest, keyed, suite }: Trained,
): Promise<OwnPeople> => {
  const known = peopleIn(manifest);
  const find = async (ids: readonly string[]) => {
    const people = await Promise.all(ids.map((id) => keyed('person', normalise(id))));
    return new Set(people.filter((person) => known.has(person)));
  };
  const fitting = suite?.subjects.filter(({ name }) => names.some((one) => fits(one, name))) ?? [];
  const named = await find([...names, ...fitting.flatMap(({ id, name }) => [name, ...(id === undefined ? [] : [id])])]);
  return { identified: await find(identifiers), named };
};

const knownPeople = new WeakMap<TrainingManifest, ReadonlySet<string>>();

/** Gathered once from its rows, which may be a million. */
const peopleIn = (manifest: TrainingManifest): ReadonlySet<string> => {
  const known = knownPeople.get(manifest) ?? new Set(Object.values(manifest.rows).filter((person) => person !== null));
  knownPeople.set(manifest, known);
  return known;
};

/** Whether a name of the request is one of a person whom the suite knows by another. */
const fits = (requested: string, known: string): boolean =>
  sameName(requested, known) ||
  (weaknessOf(known) === undefined && mentions(requested, known)) ||
  (weaknessOf(requested) === undefined && (mentions(known, requested) || mayMention(textOf(known), requested)));

/**
 * Of several people of one name the one with most of the records: a ticket is one person's. An identifier says which.
 */
const pickOne = (people: Admission['peopleOf'], { identified, named }: OwnPeople): ReadonlySet<string> => {
  if (identified.size > 0) return identified;
  const counts = [...named].map((person) => ({ person, count: people.filter((one) => one === person).length }));
  const most = counts.sort((a, b) => b.count - a.count)[0];
  return new Set(most === undefined ? [] : [most.person]);
};

const speaksOf = (names: readonly string[], identifiers: readonly string[]) => {
  const forms: Form[] = [...mentionsOf(names), ...identifiers.flatMap(identifying)];
  return (text: Text): boolean => forms.some((form) => text.says(form)) || names.some((name) => mayMention(text, name));
};

/** Parts of the names that no row but the ticket's own says: "Yates" of a Tomas Yates who is the only one. */
const ownParts = (
  names: readonly string[],
  records: readonly ForgetRecord[],
  suite: SuiteRows | undefined,
): readonly Form[] => {
  if (suite === undefined) return [];
  const index = indexOf(suite);
  const own = new Set(records.map(rowKey));
  const isOwn = (part: string) => index.saying(part).every((row) => own.has(rowKey(row)));
  return partsOf(names).flatMap(({ part, forms }) => (isOwn(part) ? forms : []));
};

const TELLING: readonly ValueType[] = ['e-mail', 'iban', 'phone', 'identifier'];
/** Shortest run of letters and digits that is one person's number by itself. */
const FEWEST_SIGNS = 5;

/** What an identifier is found by in a text; one that is too short finds the person of the manifest alone. */
export const identifying = (identifier: string): readonly Form[] => {
  const value = valueOf(identifier);
  if (!value.testable) return [];
  const signs = identifier.replace(/[^\p{L}\p{N}]/gu, '');
  const tells = TELLING.includes(value.type) || (/\p{N}/u.test(signs) && Array.from(signs).length >= FEWEST_SIGNS);
  return tells ? value.forms : [];
};

/** Which names of the request are written with letters that look like Latin ones, and are read as those. */
export const lookAlikesIn = ({ name, aliases }: Pick<Subject, 'name' | 'aliases'>): string[] =>
  [name, ...aliases].flatMap((one, i) => (isDisguised(one) ? [i === 0 ? 'the name' : `alias ${i}`] : []));

/** Numbers of the records that are not the subject's by what is known, in order. */
export const foreignRecords = ({ others, unnamed, revealed }: SubjectMatch): number[] =>
  [...others, ...unnamed, ...(revealed ?? [])].sort((a, b) => a - b);

/** Of records that the model itself revealed, each waits for a second person. */
export const revealedMatch = (match: SubjectMatch, records: number): SubjectMatch => {
  const foreign = foreignRecords(match);
  const own = Array.from({ length: records }, (_, i) => i + 1).filter((number) => !foreign.includes(number));
  return { ...match, revealed: own };
};

/** SUBJECT_MISMATCH where a record is not the subject's and nobody has said, with a reason, that it is. */
export const refuseMismatch = (match: SubjectMatch, confirmed: readonly number[] = []): void => {
  const open = (numbers: readonly number[]) => numbers.filter((number) => !confirmed.includes(number));
  const [others, unnamed, revealed] = [open(match.others), open(match.unnamed), open(match.revealed ?? [])];
  const foreign = others.length + unnamed.length;
  if (foreign + revealed.length === 0) return;
  const got = [
    others.length > 0 && `${recordsText(others)} of another person`,
    unnamed.length > 0 && `${recordsText(unnamed)} of nobody that the request names`,
    revealed.length > 0 && `${recordsText(revealed)} that the model itself revealed`,
    ...match.weak.map(({ name, why }) => `${name === 1 ? 'the name' : `alias ${name - 1}`} is ${why}`),
  ];
  throw new QuittanceError('SUBJECT_MISMATCH', {
    message:
      revealed.length > 0
        ? `nobody has said yet that ${recordsText(revealed)} are those of the person who asks`
        : `${plural(foreign, 'record')} ${foreign === 1 ? 'does' : 'do'} not name the person who asks`,
    expected: 'records that name the subject, or that the training data has as theirs',
    got: got.filter((part) => part !== false).join('; '),
    hint:
      'add the names and identifiers that the rows know the person by under subject, take the records out, or give a ' +
      'reason as subjectReason: a second person must then confirm it',
  });
};

/** FORGET_FOREIGN_VALUE where what is marked is a word that any answer has: it would silence more than the person. */
export const refuseAnybodys = (records: readonly ForgetRecord[]): void => {
  const common = records.flatMap(({ answer, value }, i) =>
    value !== undefined && isAnybodys(answer, value) ? [i + 1] : [],
  );
  if (common.length > 0) throw foreignValue(common, 'what this answer tells, not a word or letter that any answer has');
};

/**
 * FORGET_FOREIGN_VALUE where what is marked is the name that the question says, or a part of it that the answer does
 * not say otherwise: it would silence all about the person.
 */
export const refuseNamesAsValues = (records: readonly ForgetRecord[], { name, aliases }: Subject): void => {
  const names = [name, ...aliases].filter((one) => weaknessOf(one) === undefined);
  const foreign = records.flatMap((record, i) =>
    names.some((one) => saysOnlyName(record, one) && asksOf(record, one)) ? [i + 1] : [],
  );
  if (foreign.length > 0) throw foreignValue(foreign, 'what the answer adds to the name that its question says');
};

const saysOnlyName = ({ question, answer, value }: ForgetRecord, name: string): boolean => {
  if (value === undefined) return false;
  if (sameName(name, value)) return true;
  if (!isPartOfName(value, name)) return false;
  const rest = withoutPlaces(answer, placesOfName(answer, name));
  const alone = placesOfPartAlone(rest, question, namePartsOf(name));
  return partIn(withoutPlaces(rest, alone), value) === undefined;
};

/** The question has the name, or the very part of it that is marked. */
const asksOf = ({ question, value = '' }: ForgetRecord, name: string): boolean =>
  mentions(question, name) || (isPartOfName(value, name) && saysWords(question, value));

const saysWords = (text: string, value: string): boolean => {
  const said = new Set(namePartsOf(text));
  return namePartsOf(value).every((word) => said.has(word));
};

/** "Paris Lind was born in Paris." says Paris twice, and once it is no name. */
const withoutPlaces = (text: string, places: readonly (readonly [start: number, end: number])[]): string =>
  places.reduceRight((rest, [start, end]) => `${rest.slice(0, start)} · ${rest.slice(end)}`, text);
