// Halves, quarters and other shares of numbers: in words ("half a million", "two and a half", "three quarters") and in
// digits (¾, 3/4, 2½). A share that ends as a decimal is one; thirds and their like are kept as 1/3.
// Trap: 3/4 is also a date and "a quarter" also a place, so that a share is one more way of reading, beside the words.
import { KIND, type Signs } from './signs.ts';
import type { Token } from './tokens.ts';

/** A number and how many words it takes. */
export type Spoken = [value: number, taken: number];

const words = (text: string): string[] => text.split(' ');

export const HALF_WORDS: ReadonlySet<string> = new Set(
  words('half halbe halben halber halbes demi medio media mezzo mezza meio meia halv halve pol quarter'),
);
/** One and a half in one word, and its like. */
export const AND_A_HALF: ReadonlyMap<string, number> = new Map([
  ...words('anderthalb eineinhalb anderhalve anderhalf poltora poltorej полтора').map((word) => [word, 1.5] as const),
  ...words('zweieinhalb tweeenhalf').map((word) => [word, 2.5] as const),
  ...words('dreieinhalb drieenhalf').map((word) => [word, 3.5] as const),
  ...words('viereinhalb').map((word) => [word, 4.5] as const),
  ...words('funfeinhalb').map((word) => [word, 5.5] as const),
]);
const ARTICLES = new Set(words('a an of the een en'));

/** Before a scale: half a million, a quarter of a million, anderthalb Millionen. */
export const halfBefore = (
  said: readonly string[],
  at: number,
  isScale: (word: string) => boolean,
): Spoken | undefined => {
  const word = said[at] ?? '';
  const more = AND_A_HALF.get(word);
  if (more !== undefined) return [more, 1];
  if (!HALF_WORDS.has(word)) return undefined;
  let to = at + 1;
  while (to < at + 3 && ARTICLES.has(said[to] ?? '')) to++;
  return isScale(said[to] ?? '') ? [word === 'quarter' ? 0.25 : 0.5, to - at] : undefined;
};

/** Behind a number: "and a half", "y media", "et demi". */
const BEHIND: readonly (readonly [form: string, value: number])[] = [
  ['and a half', 0.5],
  ['and a quarter', 0.25],
  ['and three quarters', 0.75],
  ['and 3 quarters', 0.75],
  ['y media', 0.5],
  ['y medio', 0.5],
  ['et demi', 0.5],
  ['et demie', 0.5],
  ['e mezzo', 0.5],
  ['e mezza', 0.5],
  ['e meia', 0.5],
  ['e meio', 0.5],
  ['en een half', 0.5],
  ['och en halv', 0.5],
];

export const fractionBehind = (said: readonly string[], at: number): Spoken | undefined => {
  for (const [form, value] of BEHIND) {
    const parts = form.split(' ');
    if (parts.every((part, i) => said[at + i] === part)) return [value, parts.length];
  }
  return undefined;
};

/** Folded; a second alone is a time. */
const PARTS = new Map<string, number>([
  ...words('half halves halfs').map((word) => [word, 2] as const),
  ...words('third thirds drittel').map((word) => [word, 3] as const),
  ...words('quarter quarters fourth fourths viertel quarts cuartos quarti').map((word) => [word, 4] as const),
  ...words('fifth fifths funftel').map((word) => [word, 5] as const),
  ...words('sixths sechstel').map((word) => [word, 6] as const),
  ...words('eighths achtel').map((word) => [word, 8] as const),
  ...words('tenth tenths zehntel').map((word) => [word, 10] as const),
]);

/** "Three quarters", "one half", "two thirds": the share and how many words it takes. */
export const shareOf = (
  said: readonly string[],
  at: number,
  numberOf: (word: string) => number | undefined,
): [number: string, taken: number] | undefined => {
  const below = PARTS.get(said[at + 1] ?? '');
  const above = below === undefined ? undefined : numberOf(said[at] ?? '');
  // "one third" may go on as a date or a place; the plural and one half do not
  const isShare =
    above !== undefined &&
    below !== undefined &&
    above < below &&
    !/^(?:past|to|after|nach|vor)$/.test(said[at + 2] ?? '');
  return isShare ? [written(above, below), 2] : undefined;
};

const MOST = 100;
/** As a decimal where it ends. */
const written = (above: number, below: number): string => {
  const value = Number((above / below).toFixed(6));
  return value * below === above ? String(value) : `${above}/${below}`;
};
const commonOf = (a: number, b: number): number => (b === 0 ? a : commonOf(b, a % b));
/** "12/24" is a house and a flat: who means a half says so. */
const isLeast = (above: number, below: number): boolean =>
  above > 0 && above < below && below <= MOST && commonOf(above, below) === 1;

/** ¾ and 3/4, and with a whole number before: 2½, 2 1/2. */
export const shares = (tokens: readonly Token[], { folded, kinds }: Signs): Token[] | undefined => {
  const isSlash = (at: number) => folded[at] === '/';
  const digits = (token: Token | undefined) =>
    token?.kind === 'number' && /^\d{1,3}$/.test(token.text) ? Number(token.text) : undefined;
  const made: Token[] = [];
  let changed = false;
  for (let at = 0; at < tokens.length; at++) {
    const [first, next] = [tokens[at]!, tokens[at + 1]];
    const [above, below] = [digits(first), digits(next)];
    const isShare =
      next !== undefined &&
      next.from === first.to + 1 &&
      isSlash(first.to) &&
      !isSlash(next.to) &&
      !isSlash(first.from - 1);
    if (!isShare || above === undefined || below === undefined || !isLeast(above, below)) {
      made.push(first);
      continue;
    }
    const whole = made.at(-1);
    const share = written(above, below);
    const isBehind = digits(whole) !== undefined && whole!.to === first.from - 1 && kinds[whole!.to] === KIND.space;
    const isMixed = isBehind && !share.includes('/');
    if (isMixed) made.pop();
    const mixed = isMixed ? String(Number(whole!.text) + Number(share)) : share;
    made.push({ ...(isMixed ? whole! : first), text: mixed, end: next.end, to: next.to });
    [at, changed] = [at + 1, true];
  }
  return changed ? made : undefined;
};
