// Whom a search is for: names, addresses and numbers as the requester gave them, each with the forms that it is
// recognised by and the keys that it is looked up by.
// Trap: what a person types is a guess at how the data writes it. "Kowalczyk, Marta", "M. Kowalczyk" and "+48 766 150
// 631" must find what their other forms find.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { LONGEST_IDENTIFIER, LONGEST_NAME } from '#core/subject.ts';
import { nameForms } from '#core/words/names.ts';
import { keyOfNames, keyOfWords, textOf, type Form } from '#core/words/places.ts';
import { read, type Reading } from '#core/words/streams.ts';
import { valueOf, type ValueType } from '#core/words/value.ts';
import { mailKeys, numberKeys, wordKeys } from '#core/words/keys.ts';
import { inflectionsOf } from './inflections.ts';
import { latinSpellings, otherHan } from './other-scripts.ts';

const itemOf = (most: number) => z.string().trim().min(1).max(most);
const Item = itemOf(LONGEST_NAME);
const Items = z.array(Item).max(20).default([]);
/** As long as a ticket's identifiers may be: what was found is filed as it was looked for. */
const Identifiers = z.array(itemOf(LONGEST_IDENTIFIER)).max(20).default([]);
export const PersonQuery = z.strictObject({
  names: Items,
  mails: Identifiers,
  phones: Identifiers,
  ids: Identifiers,
  born: Item.optional(),
});
export type PersonQuery = z.infer<typeof PersonQuery>;

/** Something that is one person's: given with the query, or found in rows that are theirs. */
export interface Identifier {
  readonly text: string;
  readonly type: ValueType;
  readonly forms: readonly Form[];
  /** Rows that say it have every key of at least one of these sets. */
  readonly keys: readonly (readonly string[])[];
}

export interface SoughtName {
  readonly text: string;
  /** The name in full, in either order. */
  readonly full: readonly Form[];
  /** An initial and the last name. */
  readonly initial: readonly Form[];
  readonly first: string | undefined;
  readonly last: string | undefined;
  /** The first and the last part in every case. */
  readonly firsts: readonly string[];
  readonly lasts: readonly string[];
  /** Every word of the name: what may stand beside its last part and is nobody else's. */
  readonly words: ReadonlySet<string>;
  readonly keys: readonly (readonly string[])[];
  /** The name as other scripts write it. */
  readonly elsewhere: Pick<SoughtName, 'keys'> & { readonly forms: readonly Form[] };
}

export interface Sought {
  readonly names: readonly SoughtName[];
  readonly identifiers: readonly Identifier[];
  readonly born: readonly Form[];
}

/** INVALID_INPUT where nothing is given, or something that cannot be looked for; by its field, never its content. */
export const soughtBy = (query: PersonQuery): Sought => {
  const given = [...query.names, ...query.mails, ...query.phones, ...query.ids];
  if (given.length === 0)
    throw unusable('the search names nobody', 'at least a name, an e-mail address, a telephone or a customer number');
  return {
    names: query.names.map(nameFrom),
    identifiers: [
      ...query.mails.map((text, i) =>
        checked(identifierOf(text, 'e-mail'), `email ${i + 1}`, 'an address such as a.b@example.org'),
      ),
      ...query.phones.map((text, i) =>
        checked(phoneFrom(text), `phone ${i + 1}`, 'a telephone number of six digits or more'),
      ),
      ...query.ids.map((text, i) =>
        checked(codeFrom(text), `id ${i + 1}`, 'a number or code of four characters or more'),
      ),
    ],
    born: query.born === undefined ? [] : bornForms(query.born),
  };
};

const FEWEST_DIGITS = 6;
const FEWEST_OF_A_CODE = 4;
const phoneFrom = (text: string): Identifier | undefined =>
  text.replace(/\D/g, '').length < FEWEST_DIGITS
    ? undefined
    : (identifierOf(text, 'phone') ?? identifierOf(text, 'number'));
const codeFrom = (text: string): Identifier | undefined =>
  text.replace(/[^\p{L}\p{N}]/gu, '').length < FEWEST_OF_A_CODE
    ? undefined
    : (identifierOf(text, 'identifier') ?? identifierOf(text));

const checked = (found: Identifier | undefined, field: string, expected: string): Identifier => {
  if (found) return found;
  throw unusable(`${field} is nothing that can be looked for`, expected);
};

const bornForms = (text: string): readonly Form[] => {
  const value = valueOf(text, 'date');
  if (value.testable) return value.forms;
  throw unusable('the date of birth is no date', 'a date such as 1984-03-12');
};

/** Fewest letters of a name that is looked for by itself: one letter would be found everywhere. */
export const FEWEST_LETTERS = 2;

const wordsOfName = (reading: Reading): string[] =>
  reading.words.filter(({ kind }) => kind === 'word' || kind === 'solo').map((token) => token.text.replace('^', ''));

export const isTooShort = (name: string): boolean => wordsOfName(read(name)).join('').length < FEWEST_LETTERS;

/** "Last, First" is turned round. A name of one letter would find a letter. */
export const nameFrom = (text: string, i: number): SoughtName => {
  const turned = /^([^,]+),\s*([^,]+)$/u.exec(text);
  const name = turned ? `${turned[2]!.trim()} ${turned[1]!.trim()}` : text;
  const reading = read(name);
  const words = wordsOfName(reading);
  if (words.join('').length < FEWEST_LETTERS)
    throw unusable(`name ${i + 1} has too few letters to look for`, `at least ${FEWEST_LETTERS}`);
  const value = valueOf(name, 'name');
  const initials = new Set(initialForms(reading).map(idOf));
  const forms = value.testable ? value.forms : [];
  const parts = partsOfName(reading);
  const [firsts, lasts] = [parts.first, parts.last].map((part) => (part === undefined ? [] : inflectionsOf(part)));
  const cases = firsts!.flatMap((first) => lasts!.map((last) => pairForm(first, last))).slice(1);
  const han = otherHan(name).map((other) => valueOf(other, 'name'));
  return {
    text: name,
    full: [
      ...forms.filter((form) => !initials.has(idOf(form))),
      ...cases,
      ...han.flatMap((value) => (value.testable ? value.forms : [])),
    ],
    initial: initialForms(reading),
    ...parts,
    firsts: firsts!,
    lasts: lasts!,
    words: new Set([...words, ...firsts!, ...lasts!]),
    keys: [
      ...lasts!.map((last) => [`w:${last}`]),
      ...wordSets(reading),
      ...[name, ...otherHan(name)].flatMap((text) => splitSets(read(text))),
    ],
    elsewhere: elsewhereOf(name),
  };
};

const pairForm = (first: string, last: string): Form => ({ kind: 'names', size: 2, key: keyOfNames(first, last) });

/** A name of single letters may be written with a blank somewhere: its pairs are then those of the two halves. */
const splitSets = ({ words }: Reading): string[][] => {
  if (words.length < 2 || words.some(({ kind }) => kind !== 'solo')) return [];
  return words.flatMap((_, cut) => {
    const keys = [words.slice(0, cut), words.slice(cut)].flatMap((half) => wordKeys({ streams: [half] }));
    return keys.length > 0 ? [keys] : [];
  });
};

const elsewhereOf = (name: string): SoughtName['elsewhere'] => {
  const spelt = latinSpellings(name).map((text) => read(text));
  const pairs = spelt.map(partsOfName);
  return {
    forms: pairs.flatMap(({ first, last }) =>
      first === undefined || last === undefined ? [] : [pairForm(first, last)],
    ),
    keys: [...new Set(pairs.flatMap(({ last }) => last ?? []))].map((last) => [`w:${last}`]),
  };
};

const idOf = ({ kind, size, key }: Form): string => `${kind}${size}:${key}`;

const wordSets = (reading: Reading): string[][] => reading.streams.map((tokens) => wordKeys({ streams: [tokens] }));

const partsOfName = ({ words }: Reading): Pick<SoughtName, 'first' | 'last'> => {
  const parts = words.filter(({ kind, text }) => kind === 'word' && text.length > 1).map(({ text }) => text);
  return parts.length > 1 ? { first: parts[0], last: parts.at(-1) } : { first: undefined, last: undefined };
};

const initialForms = (reading: Reading): Form[] => {
  const { first, last } = partsOfName(reading);
  if (first === undefined || last === undefined) return [];
  const short = nameForms(reading).filter(({ kind }) => kind === 'words');
  return [...short, { kind: 'words', size: 2, key: keyOfWords([last, first.slice(0, 1)]) }];
};

/** undefined where the text has not the form of the type, or offers nothing to be looked up by. */
export const identifierOf = (text: string, type?: ValueType): Identifier | undefined => {
  const value = valueOf(text, type);
  if (!value.testable) return undefined;
  const reading = read(text);
  const mails = mailKeys(reading);
  const keys =
    mails.length > 0
      ? mails.map((key) => [key])
      : [...wordSets(reading), ...numberSets(reading)].filter((set) => set.length > 0);
  return keys.length === 0 ? undefined : { text, type: value.type, forms: value.forms, keys };
};

/** The end of a whole number leads to it however it is grouped. */
const numberSets = (reading: Reading): string[][] => {
  const whole = numberKeys(reading).at(-1);
  return whole === undefined ? [] : [[whole]];
};

export const says = (forms: readonly Form[], text: ReturnType<typeof textOf>): boolean =>
  forms.some((form) => text.says(form));

const unusable = (message: string, expected: string) =>
  new QuittanceError('INVALID_INPUT', {
    message: message,
    expected,
    hint: 'give the name in full, or an e-mail address, telephone or customer number',
  });
