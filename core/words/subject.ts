// Whether a text speaks of a person. Trap: a surname alone may be another person's, and a given name a common word
// ("Will", "Paris"), so a part of a name counts only where the caller knows that nobody else has it.
import type { Form } from './places.ts';
import { textOf, type Text } from './places.ts';
import type { Token } from './tokens.ts';
import { occurrences, valueOf } from './value.ts';

/** Shortest part of a name, in letters, that may stand for the person. */
const FEWEST_LETTERS = 3;

/**
 * Forms that name a person: each name in full, as "Last, First", with a middle name between, or with an initial for the
 * first.
 */
export const mentionsOf = (names: readonly string[]): Form[] =>
  names.flatMap((name) => {
    const value = valueOf(name, 'name');
    return value.testable ? value.forms : [];
  });

/** Single parts of the names, long enough to stand for the person, each with its forms. */
export const partsOf = (names: readonly string[]): { part: string; forms: readonly Form[] }[] => {
  const words = names.flatMap((name) => textOf(name).reading.words);
  const parts = words
    .filter(({ kind, text }) => kind === 'word' && text.length >= FEWEST_LETTERS)
    .map(({ text }) => text);
  return [...new Set(parts)].flatMap((part) => {
    const value = valueOf(part, 'text');
    return value.testable ? [{ part, forms: value.forms.filter(({ kind }) => kind === 'words') }] : [];
  });
};

/** Whether a text speaks of somebody by name. */
export const mentions = (text: string | Text, name: string): boolean => {
  const read = typeof text === 'string' ? textOf(text) : text;
  return mentionsOf([name]).some((form) => read.says(form));
};

/** Why a name cannot tell, by itself, of whom a text speaks. */
export type Weakness = 'nothing to look for' | 'a single letter' | 'a single word';

/** Undefined where the name is worth looking for: two words, or two letters of a script that sets no borders. */
export const weaknessOf = (name: string): Weakness | undefined => {
  const [first, second] = textOf(name).reading.words.filter(({ kind }) => kind === 'word' || kind === 'solo');
  if (first === undefined) return 'nothing to look for';
  if (second !== undefined) return undefined;
  return first.end - first.start === 1 ? 'a single letter' : 'a single word';
};

/** Furthest that an initial's word stands before the last name: a middle name may come between. */
const INITIAL_REACH = 2;

/**
 * Whether a text may speak of a person whose first names are given as initials: "T. Yates" of Tomas Yates. The word
 * must be capitalised where the script has capitals, and stand before the last name, or behind it after a comma.
 */
export const mayMention = (text: Text, name: string): boolean => {
  const parts = textOf(name).reading.words.filter(({ kind }) => kind === 'word');
  const initials = parts.filter((part) => isInitial(part)).map((part) => part.text);
  const [last, ...rest] = parts.filter((part) => !isInitial(part)).map((part) => part.text);
  if (initials.length === 0 || last === undefined || rest.length > 0) return false;
  return text.reading.streams.some((tokens) =>
    tokens.some((token, at) => {
      if (token.text !== last) return false;
      const before = tokens.slice(Math.max(0, at - INITIAL_REACH), at);
      const after = /^\s*,/.test(text.text.slice(token.end)) ? tokens.slice(at + 1, at + 2) : [];
      return [...before, ...after].some((word) => word.text.startsWith(initials[0]!) && isNamelike(text.text, word));
    }),
  );
};

const isInitial = ({ text }: Token): boolean => Array.from(text).length === 1;

/** Begins with a capital, or with a letter that has none. */
const isNamelike = (text: string, { kind, start }: Token): boolean => {
  const first = String.fromCodePoint(text.codePointAt(start)!);
  return kind === 'word' && (first !== first.toLowerCase() || first === first.toUpperCase());
};

/** Whether a text is made of words of the name, or of initials of it beside one of them: "Berg", "T. Yates". */
export const isPartOfName = (text: string, name: string): boolean => {
  const [own, parts] = [wordsIn(text), wordsIn(name)];
  return own.some(({ text: word }) => parts.some((part) => part.text === word)) && own.every((one) => isOf(one, parts));
};

/**
 * Where a text says the name, or two parts of it next to each other, in any order: "Berg, A. Lind". Of what else stands
 * between two parts only initials belong to the name: "Jack lives in London" says it nowhere.
 */
export const placesOfName = (text: string, name: string): [start: number, end: number][] => {
  const parts = wordsIn(name);
  const isNothingElse = ([start, end]: [number, number]) => {
    const said = text.slice(start, end);
    return wordsIn(said).every((word) => !isSmall(said, word) && (isInitial(word) || isOf(word, parts)));
  };
  const whole = [
    ...occurrences(text, valueOf(name, 'text')),
    ...occurrences(text, valueOf(name, 'name')).filter(isNothingElse),
  ];
  const places = [...whole, ...runsOf(text, parts)].sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [start, end] of places) {
    const last = merged.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
};

/** Words of a name. */
export const namePartsOf = (name: string): string[] => wordsIn(name).map(({ text }) => text);

const wordsIn = (text: string): Token[] => textOf(text).reading.words.filter(({ kind }) => kind !== 'stop');

const isOf = ({ text }: Token, parts: readonly Token[]): boolean =>
  parts.some((part) => part.text === text || (Array.from(text).length === 1 && part.text.startsWith(text)));

/** One letter that would have a capital, were it an initial. */
const isSmall = (text: string, token: Token): boolean =>
  token.kind === 'word' && isInitial(token) && !isNamelike(text, token);

/** What may stand between two parts of a name; a full stop only behind an initial. */
const BETWEEN = /^[\s,'’‐-―-]*$/u;
const BEHIND_INITIAL = /^\.?[\s,'’‐-―-]*$/u;

const runsOf = (text: string, parts: readonly Token[]): [number, number][] => {
  const runs: Token[][] = [[]];
  for (const token of wordsIn(text)) {
    const last = runs.at(-1)!.at(-1);
    const gap = last && (isInitial(last) ? BEHIND_INITIAL : BETWEEN).test(text.slice(last.end, token.start));
    // a small letter is no initial: "m.santos" is what somebody is called elsewhere
    if (!isOf(token, parts) || isSmall(text, token)) runs.push([]);
    else if (last && !gap) runs.push([token]);
    else runs.at(-1)!.push(token);
  }
  return runs.filter((run) => run.length > 1).map((run) => [run[0]!.start, run.at(-1)!.end]);
};
