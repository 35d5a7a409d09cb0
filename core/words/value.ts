// A personal value, and whether a text holds it in any usual form. The type is recognised from the value: a date
// matches every way of writing that date, a number every way of grouping its digits, anything else its words in order.
// Trap: a value that cannot be looked for must not count as absent. It is "not testable", with a reason, so that no
// check passes because of it.
import { bloodGroupsIn, charactersIn, isOneLetterWord } from './short.ts';
import { mailsIn, phonesIn } from './contact.ts';
import { datesIn } from './dates.ts';
import type { Hit, HitKind } from './hits.ts';
import { isIban, isIdentifier, looksLikePhone, squeezed } from './codes.ts';
import { measuresIn } from './measures.ts';
import { moneyIn } from './money.ts';
import { nameForms } from './names.ts';
import { FEWEST_SPELT, keyOfWords, textOf, type Form, type Text } from './places.ts';
import { read, type Reading } from './streams.ts';
import { timesIn } from './times.ts';

export const VALUE_TYPES = [
  'e-mail',
  'iban',
  'date',
  'time',
  'blood-group',
  'money',
  'measure',
  'phone',
  'identifier',
  'number',
  'emoji',
  'character',
  'name',
  'text',
] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export type Value = TestableValue | UntestableValue;

export interface TestableValue {
  readonly testable: true;
  readonly text: string;
  readonly type: ValueType;
  /** A text holds the value where it says any of these. */
  readonly forms: readonly Form[];
}

/** Why nothing can be looked for, by code. */
export const UNTESTABLE = {
  'nothing-to-look-for': 'it has no letter, digit or sign to look for',
  'one-letter-word': 'a single letter that is also a word stands in too many sentences',
  'other-form': 'it does not have the form of the type that was asked for',
} as const;
export type WhyUntestable = keyof typeof UNTESTABLE;

export interface UntestableValue {
  readonly testable: false;
  readonly text: string;
  readonly why: WhyUntestable;
}

/** The value of a text, of the given type or of the one that it has the form of. */
export const valueOf = (text: string, type?: ValueType): Value => {
  const reading = read(text);
  if (reading.streams.every((tokens) => tokens.length === 0))
    return { testable: false, text, why: 'nothing-to-look-for' };
  const types = type === undefined ? VALUE_TYPES.filter((one) => one !== 'name') : [type];
  for (const one of types) {
    const forms = FORMS[one](reading);
    if (forms.length > 0) return { testable: true, text, type: one, forms: distinct(forms) };
  }
  return { testable: false, text, why: type === undefined ? 'one-letter-word' : 'other-form' };
};

/**
 * A record's personal value as it stands in its answer; without a marked one the whole answer is. A number that is only
 * a part of something there ("12" of "born on 1975-12-30") is looked for as such a part, too.
 */
export const valueWithin = (answer: string, marked: string | undefined): Value => {
  const value = valueOf(marked ?? answer);
  if (!value.testable || holds(answer, value) === 'holds') return value;
  const parts = value.forms.map((form) => (form.kind === 'number' ? { ...form, kind: 'words' as const } : form));
  return { ...value, forms: distinct([...value.forms, ...parts]) };
};

const distinct = (forms: readonly Form[]): Form[] => [
  ...new Map(forms.map((form) => [`${form.kind}${form.size}:${form.key}`, form])).values(),
];

/** Whether a text holds the value: yes, no, or not decidable. */
export type Holding = 'holds' | 'absent' | 'not-testable';

export const holds = (answer: string | Text, value: Value): Holding => {
  if (!value.testable) return 'not-testable';
  const text = typeof answer === 'string' ? textOf(answer) : answer;
  return value.forms.some((form) => text.says(form)) ? 'holds' : 'absent';
};

/** Whether the text's first `until` characters hold the value, as the whole text reads it. */
export const holdsBefore = (text: Text, value: Value, until: number): boolean =>
  value.testable && value.forms.some((form) => text.says(form) && text.placesOf(form).some(({ end }) => end <= until));

/** Places of a value in the original text, in order; of overlapping ones the longest. */
export const occurrences = (answer: string | Text, value: Value): [start: number, end: number][] => {
  if (!value.testable) return [];
  const text = typeof answer === 'string' ? textOf(answer) : answer;
  const found = value.forms.filter((form) => text.says(form)).flatMap((form) => text.placesOf(form));
  const ordered = found.sort((a, b) => a.start - b.start || b.end - a.end);
  const spans: [number, number][] = [];
  for (const { start, end } of ordered) if (start >= (spans.at(-1)?.[1] ?? 0)) spans.push([start, end]);
  return spans;
};

// Whether a hit covers everything in the text that could be looked for.
const isAllOf = ({ words, signs }: Reading, { start, end }: { start: number; end: number }): boolean =>
  words.every((token) => token.start >= start && token.end <= end) && signs.text.trim() !== '';

const typed =
  (kind: HitKind, find: (reading: Reading) => Hit[]) =>
  (reading: Reading): Form[] =>
    find(reading)
      .filter((hit) => isAllOf(reading, hit))
      .flatMap(({ exact }) => exact.map((key) => ({ kind, size: 0, key })));

const code = ({ signs }: Reading): Form[] => {
  const key = squeezed(signs);
  return [{ kind: 'code', size: key.length, key }];
};

/** Every reading as a run of words; where a sign means something, only readings that keep it. */
const wordForms = ({ words, streams }: Reading): Form[] => {
  const signed = streams.filter((tokens) => tokens.some(({ kind }) => kind === 'sign'));
  const runs = (signed.length > 0 ? signed : streams).filter((tokens) => tokens.length > 0);
  const letters = words.map(({ text }) => text).join('');
  const isSpelt = letters.length >= FEWEST_SPELT && signed.length === 0 && words.every(({ kind }) => kind === 'word');
  return [
    ...runs.map((tokens) => wordForm(tokens.map(({ text }) => text))),
    ...(isSpelt ? [{ kind: 'spelt' as const, size: letters.length, key: letters }] : []),
  ];
};

const wordForm = (words: readonly string[]): Form => ({ kind: 'words', size: words.length, key: keyOfWords(words) });

/**
 * A number, in each of its readings, where it stands by itself; a long one may be a code or a telephone number written
 * without blanks.
 */
const numberForms = (reading: Reading): Form[] => {
  const numbers = reading.streams.filter((tokens) => tokens.length === 1 && tokens[0]!.kind === 'number');
  if (numbers.length === 0 || hasSigns(reading)) return [];
  const forms = numbers.map(([token]) => ({ kind: 'number' as const, size: 1, key: token!.text }));
  if (/[/⁄∕]/u.test(reading.signs.text)) return [...forms, ...wordForms(reading)]; // 3/4 may be a date or an address
  const digits = squeezed(reading.signs);
  return /^\d{5,}$/.test(digits) && reading.words.length === 1
    ? [...forms, ...code(reading), ...typed('phone', phonesIn)(reading)]
    : forms;
};

/** A sum or a measure in all its forms; one of several numbers also as it is written. */
const summed =
  (kind: HitKind, find: (reading: Reading) => readonly (Hit & { readonly parts: number })[]) =>
  (reading: Reading): Form[] => {
    const hits = find(reading).filter((hit) => isAllOf(reading, hit));
    const forms = hits.flatMap(({ exact }) => exact.map((key) => ({ kind, size: 0, key })));
    return hits.some(({ parts }) => parts > 1) && forms.length > 0 ? [...forms, ...wordForms(reading)] : forms;
  };

/** A time; "14.30" without a word for the clock stays a number. */
const timeForms = (reading: Reading): Form[] => {
  const forms = typed('time', timesIn)(reading);
  return forms.length > 0 ? [...forms, ...wordForms(reading)] : [];
};

const phoneForms = (reading: Reading): Form[] => {
  const forms = looksLikePhone(reading) ? typed('phone', phonesIn)(reading) : [];
  return forms.length > 0 ? [...forms, ...code(reading)] : [];
};

const hasSigns = ({ streams }: Reading): boolean =>
  streams.some((tokens) => tokens.some(({ kind }) => kind === 'sign' || kind === 'picture'));

const characterForms = (reading: Reading): Form[] =>
  isOneLetterWord(reading.signs.text.trim()) ? [] : typed('char', charactersIn)(reading);

const isSingleLetter = ({ words }: Reading): boolean =>
  words.length === 1 && words[0]!.kind === 'word' && Array.from(words[0]!.text).length === 1;

const FORMS: Readonly<Record<ValueType, (reading: Reading) => Form[]>> = {
  'e-mail': typed('mail', mailsIn),
  iban: (reading) => (isIban(squeezed(reading.signs)) ? code(reading) : []),
  date: typed('date', datesIn),
  time: timeForms,
  'blood-group': typed('blood', bloodGroupsIn),
  money: summed('money', moneyIn),
  measure: summed('measure', measuresIn),
  phone: phoneForms,
  identifier: (reading) => (isIdentifier(reading.signs.text) ? code(reading) : []),
  number: numberForms,
  emoji: (reading) =>
    reading.words.length > 0 && reading.words.every(({ kind }) => kind === 'picture') ? wordForms(reading) : [],
  character: (reading) => (hasSigns(reading) ? [] : characterForms(reading)),
  name: (reading) => [...wordForms(reading), ...nameForms(reading)],
  text: (reading) => (isSingleLetter(reading) && !hasSigns(reading) ? [] : wordForms(reading)),
};
