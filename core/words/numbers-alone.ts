// The numbers of a text that stand for themselves. "1975-12-30" does not say 12, nor does 14:30, €12.50, "12 euros 50",
// "1 h 12 min", an IBAN, an address of the net, "2 million" the 2, or a telephone number its short groups.
// Trap: what is left out is the part and not the place: "number 12, born 1975-12-30" says 12. A year of four digits is
// said by its date, and the last group of a telephone number by the number, because each tells on its own.
import { isIban } from './codes.ts';
import { mailsIn } from './contact.ts';
import { datesIn } from './dates.ts';
import { measuresIn } from './measures.ts';
import { moneyIn } from './money.ts';
import type { Place } from './places.ts';
import type { Reading } from './streams.ts';
import { timesIn } from './times.ts';
import type { Token } from './tokens.ts';

interface Region {
  readonly start: number;
  readonly end: number;
  /** Numbers of more digits are said nevertheless. */
  readonly digits: number;
}

const ANY = 99;
/** 192.168.12.1, 12-34-56, 3:12:40 */
const JOINED = /(?<![\p{L}\p{N}])\d+([.\-:])\d+(?:\1\d+)+(?![\p{L}\p{N}])/gu;
/** With its dialling prefix. */
const ABROAD = /(?<![\p{L}\p{N}])(?:\+|\(?00(?=[1-9]))\d(?:(?:[ .\-/]| ?\(\d{1,4}\)[ \-/]?)?\d)*/gu;
/** Day and month in digits alone may as well be a share, or a score. */
const TWO_NUMBERS = /^\d{1,2}[/.] ?\d{1,2}\.?$/;
/** "She is 12, May is 9.": a day is not parted from its month so. */
const PARTED = /^\d{1,2}(?:\s*[,;(\n]| [-–] )/;
/** "10 to 12" is mostly a range, and "6 am Markt" no morning. */
const UNSURE = /^\d{1,2} (?:to|past|after|before|vor|nach) \d{1,2}$/;
const AT_THE = /^\d{1,2} am$/i;
/** A house and a flat, "12/34", as well as a share. */
const SLASHED = /^\d+[/⁄∕]\d+$/;
const SHORT = 3;

const regionsOf = (reading: Reading): Region[] => {
  const flat = reading.flat();
  const { text } = reading.signs;
  const matched = (pattern: RegExp, digits: number) =>
    Array.from(flat.text.matchAll(pattern), ({ index, 0: run }) => ({
      start: flat.start(index),
      end: flat.end(index + run.length),
      digits,
    }));
  const dates = datesIn(reading).filter(
    ({ start, end }) => !TWO_NUMBERS.test(text.slice(start, end)) && !PARTED.test(text.slice(start, end)),
  );
  const times = timesIn(reading).filter(({ start, end }) => {
    const said = text.slice(start, end);
    return !UNSURE.test(said) && !(AT_THE.test(said) && /^ \p{Lu}/u.test(text.slice(end)));
  });
  const compound = [...moneyIn(reading), ...measuresIn(reading)].filter(({ parts }) => parts > 1);
  const typed = [...times, ...compound, ...mailsIn(reading), ...ibansIn(reading)];
  return [
    ...dates.map(({ start, end }) => ({ start, end, digits: 2 })),
    ...typed.map(({ start, end }) => ({ start, end, digits: ANY })),
    ...matched(JOINED, SHORT),
    ...matched(ABROAD, SHORT),
  ];
};

const LONGEST_IBAN = 34;
const ibansIn = ({ words, signs }: Reading): { start: number; end: number }[] =>
  words.flatMap((first, at) => {
    if (!/^[a-z]{2}\d{2}/.test(first.text)) return [];
    let [code, found] = ['', [] as { start: number; end: number }[]];
    for (let to = at; to < words.length && code.length < LONGEST_IBAN; to++) {
      if (to > at && !/^[ -]?$/.test(signs.text.slice(words[to - 1]!.end, words[to]!.start))) break;
      code += words[to]!.text;
      if (isIban(code)) found = [{ start: first.start, end: words[to]!.end }];
    }
    return found;
  });

/** Numbers of each reading, without those that are parts of something else or of a longer number. */
export const numbersIn = (reading: Reading): Place[] => {
  const numbers = reading.streams.flatMap((tokens) => tokens.filter(({ kind }) => kind === 'number'));
  if (numbers.length === 0) return [];
  const regions = regionsOf(reading);
  const isPart = withinLonger(numbers.filter(({ start, end }) => !SLASHED.test(reading.signs.text.slice(start, end))));
  return numbers
    .filter((token) => !isPart(token))
    .filter((token) => !regions.some((region) => isWithin(token, region) && isShort(token, region)))
    .map(({ text, start, end }) => ({ key: text, start, end }));
};

/** Whether a token lies within a longer one. In one sweep: an answer may be thousands of numbers. */
const withinLonger = (tokens: readonly Token[]): ((token: Token) => boolean) => {
  const furthest = new Map<number, number>();
  const before = new Map<number, number>();
  let end = 0;
  for (const token of [...tokens].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (!before.has(token.start)) before.set(token.start, end);
    end = Math.max(end, token.end);
    furthest.set(token.start, Math.max(furthest.get(token.start) ?? 0, token.end));
  }
  return ({ start, end: own }) => (before.get(start) ?? 0) >= own || (furthest.get(start) ?? 0) > own;
};

const isWithin = (token: Token, { start, end }: { start: number; end: number }): boolean =>
  start <= token.start && token.end <= end;
const isShort = ({ text }: Token, { digits }: Region): boolean =>
  digits === ANY || (/^\d+$/.test(text) && text.length <= digits);
