// Names of people: whether two are the same, and whether a text speaks of somebody. To decide whether two people
// differ, everything that can make one name look like another is removed: case, accents, look-alikes, dots, blanks.
// Trap: "Yates, Tomas J." is Tomas Yates, and "T. Yates" may be.
import { latinOf } from './lookalikes.ts';
import { keyOfNames, keyOfWords, type Form } from './places.ts';
import { KIND, readSigns, type Kind } from './signs.ts';
import type { Reading } from './streams.ts';
import type { Token } from './tokens.ts';

type Read = (plain: string, folded: string) => string;

/** All letters and digits of a name as `readLetter` reads them; blanks, dots, accents and other signs are dropped. */
const lettersBy = (name: string, readLetter: Read): string => {
  const { kinds, plain, folded } = readSigns(name);
  const counts = (kind: Kind) =>
    kind === KIND.letter || kind === KIND.digit || kind === KIND.solo || kind === KIND.mark;
  return folded
    .map((letter, i) => (counts(kinds[i]!) || kinds[i] === KIND.syllable ? readLetter(plain[i]!, letter) : ''))
    .join('');
};

/** Reads a letter as its capital looks, so that a name in capitals and in small letters reads the same. */
const asCapital: Read = (plain, folded) => latinOf([plain.toUpperCase()]) ?? latinOf([plain.toLowerCase()]) ?? folded;
const WAYS: readonly Read[] = [(_, folded) => folded, (plain, folded) => latinOf([plain]) ?? folded, asCapital];

/** A name without anything that could disguise it: equal for two spellings of one name. */
export const nameKey = (name: string): string => lettersBy(name, asCapital);

/** Whether two names are of one and the same person, however they are written. */
export const sameName = (a: string, b: string): boolean => WAYS.some((way) => lettersBy(a, way) === lettersBy(b, way));

/** ä, ö, ü, å and ø as they are written where a keyboard has none. */
const SPELT: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' };

/** What passes for an i as well as for an l, in a name's shape. */
const BAR = '1';
/** A capital I, which passes for both too, but for no capital L. */
const EYE = '中';
/** A capital L, which passes for no i; any sign that no Latin name has. */
const TALL = '上';

/** Each with what it passes for. */
const PASSES: Readonly<Record<string, string>> = { [BAR]: `il${EYE}${TALL}`, [EYE]: 'il', [TALL]: 'l' };

/** The letters of a name as they look: zero is an o, rn an m (UTS #39 makes the same of them). */
const shapeOf = (name: string): string => {
  const spelt = name.normalize('NFKC').replace(/[äöüåø]/giu, (letter) => SPELT[letter.toLowerCase()]!);
  const marked = spelt
    .replace(/L/gu, TALL)
    .replace(/[IІΙⲒ]/gu, EYE)
    .replace(/(?<=\p{L})[|!]|[|!](?=\p{L})/gu, BAR);
  return lettersBy(marked, asCapital)
    .replace(/(?<=[\p{L}1]0*)0|0(?=0*[\p{L}1])/gu, 'o')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
};

/** A capital i, a one and a stroke may each stand for an i or an l, so that they are compared with both. */
const looksLike = (a: string, b: string): boolean => {
  const [x, y] = [shapeOf(a), shapeOf(b)];
  const passes = (one: string, other: string) => (PASSES[one] ?? '').includes(other);
  const alike = (one: string, other: string) => one === other || passes(one, other) || passes(other, one);
  return (
    x.length === y.length &&
    x
      .split('')
      .map((letter, at) => alike(letter, y[at]!))
      .every(Boolean)
  );
};

/**
 * Whether two who act could be one person behind two names, for where two people are asked for. Trap: Arne and Ame are
 * two in a register of people, whose names `sameName` compares; here one of them has to find somebody else.
 */
export const couldBeOne = (a: string, b: string): boolean => sameName(a, b) || looksLike(a, b);

/**
 * Beside the name as written: its first and last part near each other in any order, and the first part as an initial.
 */
export const nameForms = ({ streams }: Reading): Form[] => streams.flatMap(formsOf);

const formsOf = (tokens: readonly Token[]): Form[] => {
  const parts = tokens.filter(isPart).map(({ text }) => text);
  const [first, last] = [parts[0], parts.at(-1)];
  if (parts.length < 2 || first === undefined || last === undefined) return [];
  return [
    { kind: 'names', size: 2, key: keyOfNames(first, last) },
    { kind: 'words', size: 2, key: keyOfWords([first.slice(0, 1), last]) },
  ];
};

const isPart = ({ kind, text }: Token): boolean => kind === 'word' && text.length > 1;
