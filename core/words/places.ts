// Where a text says what a value is made of. A form is one thing to look for: a run of words, spelt-out letters, a code
// without its blanks, a typed value, two parts of a name near each other. Forms are strings, so that the serving side
// can compare keyed digests of them and needs no value.
// Trap: a text has a great many runs of words, so only runs of the lengths that are asked for are made.
import { grouped } from '../grouped.ts';
import { mailsIn, phonesIn } from './contact.ts';
import { datesIn } from './dates.ts';
import { HIT_KINDS, type Hit } from './hits.ts';
import { measuresIn } from './measures.ts';
import { moneyIn } from './money.ts';
import { numbersIn } from './numbers-alone.ts';
import { bloodGroupsIn, charactersIn } from './short.ts';
import { once, read, type Reading } from './streams.ts';
import { timesIn } from './times.ts';
import type { Token } from './tokens.ts';

/**
 * words: `size` in a row · spelt: `size` letters apart · code: `size` letters and digits · names: two parts of one ·
 * number: one that is no part of a date or the like · the others are typed values.
 */
export const FORM_KINDS = ['words', 'number', 'spelt', 'code', 'names', ...HIT_KINDS] as const;
export type FormKind = (typeof FORM_KINDS)[number];

export interface Form {
  readonly kind: FormKind;
  readonly size: number;
  readonly key: string;
}

export interface Place {
  readonly key: string;
  /** Place in the original text. */
  readonly start: number;
  readonly end: number;
}

export interface Text {
  readonly text: string;
  readonly reading: Reading;
  /** Every place of a kind and size. */
  places(kind: FormKind, size: number): readonly Place[];
  /** Where a form stands, without a walk through all places of its kind for each. */
  placesOf(form: Form): readonly Place[];
  /** Whether a form stands anywhere. */
  says(form: Form): boolean;
}

const GAP = '\u0001';
export const keyOfWords = (words: readonly string[]): string => words.join(GAP);
export const wordsOfKey = (key: string): string[] => key.split(GAP);

/** Reads a text once for any number of questions. */
export const textOf = (text: string): Text => {
  const reading = read(text);
  const lines = once(() => reading.streams.map((tokens) => GAP + keyOfWords(tokens.map((token) => token.text)) + GAP));
  const places = remembering((kind, size) => MAKE[kind](reading, size));
  const byKey = remembering((kind, size) => grouped(places(kind, size), ({ key }) => key));
  const placesOf = ({ kind, size, key }: Form): readonly Place[] => byKey(kind, size).get(key) ?? [];
  const hasRun = (key: string): boolean => lines().some((line) => line.includes(GAP + key + GAP));
  const says = (form: Form): boolean => {
    if (form.kind === 'words') return hasRun(form.key);
    if (form.kind === 'names' && !wordsOfKey(form.key).every(hasRun)) return false; // most texts say neither part
    return placesOf(form).length > 0;
  };
  return { text, reading, places, placesOf, says };
};

/** What is made of a kind and size, made once. */
const remembering = <T>(make: (kind: FormKind, size: number) => T) => {
  const made = new Map<string, T>();
  return (kind: FormKind, size: number): T => {
    const name = `${kind}${size}`;
    const found = made.get(name) ?? make(kind, size);
    made.set(name, found);
    return found;
  };
};

const wordRuns = ({ streams }: Reading, size: number): Place[] =>
  streams.flatMap((tokens) =>
    tokens.slice(0, Math.max(0, tokens.length - size + 1)).map((first, at) => {
      const run = tokens.slice(at, at + size);
      return { key: keyOfWords(run.map(({ text }) => text)), start: first.start, end: run.at(-1)!.end };
    }),
  );

/** Fewest letters that stand apart before they are taken for one word spelt out. */
export const FEWEST_SPELT = 3;

const spelt = ({ streams }: Reading, size: number): Place[] =>
  streams.flatMap((tokens) =>
    speltRuns(tokens).flatMap((run) =>
      // "Ann" is not meant by three letters within J-o-h-a-n-n-a
      run.length < size || (size === FEWEST_SPELT && run.length > size)
        ? []
        : run.slice(0, run.length - size + 1).map((first, at) => {
            const letters = run.slice(at, at + size);
            return { key: letters.map(({ text }) => text).join(''), start: first.start, end: letters.at(-1)!.end };
          }),
    ),
  );

const speltRuns = (tokens: readonly Token[]): Token[][] => {
  const runs: Token[][] = [[]];
  for (const token of tokens) {
    const single = (token.kind === 'word' || token.kind === 'number') && token.text.length === 1;
    const before = runs.at(-1)!.at(-1);
    if (!single) runs.push([]);
    else if (before === undefined || token.from - before.to <= 3) runs.at(-1)!.push(token);
    else runs.push([token]);
  }
  return runs.filter(({ length }) => length >= FEWEST_SPELT);
};

/** Signs that a code may be written with between its groups. */
const WITHIN_CODE = /^[ \-./()·]{0,3}$/;

/** Neighbouring letters and digits that make `size` together, one digit at least among them. */
const codes = ({ words, signs }: Reading, size: number): Place[] => {
  const parts = words.map((token) =>
    signs.folded
      .slice(token.from, token.to)
      .join('')
      .replace(/[^\p{L}\p{N}]/gu, ''),
  );
  return words.flatMap((first, at) => {
    let key = '';
    for (let to = at; to < words.length && key.length < size; to++) {
      if (to > at && !WITHIN_CODE.test(signs.folded.slice(words[to - 1]!.to, words[to]!.from).join(''))) break;
      key += parts[to]!;
      if (key.length === size && /\d/.test(key)) return [{ key, start: first.start, end: words[to]!.end }];
    }
    return [];
  });
};

/** Furthest apart that two parts of a name stand, in words: a middle name and an initial may come between. */
const NAME_REACH = 3;
export const keyOfNames = (a: string, b: string): string => keyOfWords([a, b].sort());

const namePairs = ({ streams }: Reading): Place[] =>
  streams.flatMap((tokens) =>
    tokens.flatMap((first, at) =>
      tokens
        .slice(at + 1, at + 1 + NAME_REACH)
        .map((last) => ({ key: keyOfNames(first.text, last.text), start: first.start, end: last.end })),
    ),
  );

const typed =
  (find: (reading: Reading) => readonly Hit[]) =>
  (reading: Reading): Place[] =>
    find(reading).flatMap(({ said, start, end }) => said.map((key) => ({ key, start, end })));

const MAKE: Readonly<Record<FormKind, (reading: Reading, size: number) => Place[]>> = {
  words: wordRuns,
  number: numbersIn,
  spelt,
  code: codes,
  names: namePairs,
  date: typed(datesIn),
  time: typed(timesIn),
  money: typed(moneyIn),
  measure: typed(measuresIn),
  phone: typed(phonesIn),
  mail: typed(mailsIn),
  blood: typed(bloodGroupsIn),
  char: typed(charactersIn),
};
