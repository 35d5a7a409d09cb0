// Dates in their usual forms: 12 March 1984, März, mars, marzo …; 12/03/1984, 3/12/84, 1984-03-12, 12.III.1984,
// 1984年3月12日, 昭和59年3月12日. Trap:
// 12/03 is the twelfth of March or the third of December, and a text does not say which. Both readings are kept, and
// two dates are equal where any reading of one equals any reading of the other.
import { ordinal } from './ordinals.ts';
import type { Hit } from './hits.ts';
import { HAN_DIGIT, HAN_NUMERAL, hanNumber } from './han-numbers.ts';
import type { Signs } from './signs.ts';
import { wordsIn, type Reading } from './streams.ts';
import type { Token } from './tokens.ts';

interface Day {
  readonly year?: number | undefined;
  readonly month: number;
  readonly day?: number | undefined;
}

const LANGUAGES = [
  ...'en de fr es it pt nl pl ca ro cs sk sl hr hu sv da nb is fi et lv lt ga cy eu gl sq ru uk be bg mk sr'.split(' '),
  ...'el tr az ka hy ar he hi mr ne bn gu pa ta te kn ml ur id ms sw af'.split(' '),
];

/**
 * Names of months, folded, with the numbers that they may stand for: listopad is October in one language and November
 * in another.
 */
let months: ReadonlyMap<string, readonly number[]> | undefined;
const monthsOf = (word: string): readonly number[] => (months ??= nameMonths()).get(word) ?? [];

const nameMonths = (): Map<string, number[]> => {
  const names = new Map<string, number[]>();
  const options = [{ month: 'long' }, { month: 'short' }, { month: 'long', day: 'numeric' }] as const;
  for (const language of LANGUAGES)
    for (const option of options) {
      const format = new Intl.DateTimeFormat(language, { ...option, timeZone: 'UTC', calendar: 'gregory' });
      for (let month = 1; month <= 12; month++) {
        const name =
          format.formatToParts(Date.UTC(2001, month - 1, 9)).find(({ type }) => type === 'month')?.value ?? '';
        const [{ text: word } = { text: '' }, ...more] = wordsIn(name); // as it is read in a text
        if (more.length === 0 && /^\p{L}[\p{L}\p{M}]{2,}$/u.test(word) && !names.get(word)?.includes(month))
          names.set(word, [...(names.get(word) ?? []), month]);
      }
    }
  names.set('sept', [9]);
  return names;
};

/** Words that may stand between the parts of a date. */
const LINKS = new Set('of the de del di den do du da d le el am st nd rd th er o a e i roku r g m ev'.split(' '));

const skipLinks = (tokens: readonly Token[], at: number): number => {
  let to = at;
  while (to < at + 2 && LINKS.has(tokens[to]?.text ?? '')) to++;
  return to;
};

const dayOf = (token: Token | undefined): number | undefined => {
  const day = token?.kind === 'number' && /^\d{1,2}$/.test(token.text) ? Number(token.text) : undefined;
  return day !== undefined && day >= 1 && day <= 31 ? day : undefined;
};
const yearOf = (token: Token | undefined): number | undefined =>
  token?.kind === 'number' && /^[12]\d{3}$/.test(token.text) ? Number(token.text) : undefined;

/** 12-MAR-84, 12 March '84: two digits are a year where a sign ties them to the month. */
const shortYears = ({ text }: Signs, tokens: readonly Token[], at: number): readonly number[] => {
  const [month, token] = [tokens[at - 1], tokens[at]];
  const short = token?.kind === 'number' && /^\d{2}$/.test(token.text) ? Number(token.text) : undefined;
  if (short === undefined || !month || !token || !/^(?:[-/.]| ?['’])$/u.test(text.slice(month.end, token.start)))
    return [];
  return [1900 + short, 2000 + short];
};

/** Without one, a month's name is no date; and to have the names costs a fifth of a second. */
const isDayOrYear = (token: Token): boolean =>
  dayOf(token) !== undefined || yearOf(token) !== undefined || ordinal(token.text) !== undefined;

/** Dates with the month's name. */
const named = ({ streams, signs }: Reading): Hit[] => {
  const seen = new Map<string, Hit>();
  for (const tokens of streams.filter((one) => one.some(isDayOrYear)))
    tokens.forEach((token, at) => {
      const months = token.kind === 'word' ? monthsOf(token.text) : [];
      if (months.length === 0) return;
      const { day, years, first, last } = around(signs, tokens, at);
      if (day === undefined && years.length === 0) return;
      const days = (years.length === 0 ? [undefined] : years).flatMap((year) =>
        months.map((month) => ({ year, month, day })),
      );
      const hit = hitOf(days, tokens[first]!.start, tokens[last]!.end);
      if (hit) seen.set(`${hit.start} ${hit.end} ${hit.exact.join()}`, hit);
    });
  return [...seen.values()];
};

interface Around {
  readonly day: number | undefined;
  /** The readings of the year. */
  readonly years: readonly number[];
  /** The tokens that they reach to. */
  readonly first: number;
  readonly last: number;
}

/** Day and year beside a month's name. */
const around = (signs: Signs, tokens: readonly Token[], at: number): Around => {
  let before = at - 1;
  while (before >= at - 2 && before >= 0 && LINKS.has(tokens[before]!.text)) before--;
  const day = dayAt(tokens, before);
  if (day === undefined) return behind(tokens, at, before);
  const next = skipLinks(tokens, at + 1);
  const years = yearsAt(signs, tokens, next);
  const tens = day < 10 && dayOf(tokens[before]) === undefined ? TENS.get(tokens[before - 1]?.text ?? '') : undefined;
  const [whole, first] = tens === undefined ? [day, before] : [tens + day, before - 1];
  return { day: whole, years, first, last: years.length === 0 ? at : next };
};

/** March 12, 1984; March 1984; and with the year in front, as Hungarians write it: 1984. március 12. */
const behind = (tokens: readonly Token[], at: number, before: number): Around => {
  const after = skipLinks(tokens, at + 1);
  const day = dayAt(tokens, after);
  const next = skipLinks(tokens, day === undefined ? after : after + 1);
  const [year, ahead] = [yearOf(tokens[next]), day === undefined ? undefined : yearOf(tokens[before])];
  if (year !== undefined) return { day, years: [year], first: at, last: next };
  const last = day === undefined ? at : after;
  return { day, years: ahead === undefined ? [] : [ahead], first: ahead === undefined ? at : before, last };
};

const yearsAt = (signs: Signs, tokens: readonly Token[], at: number): readonly number[] => {
  const year = yearOf(tokens[at]);
  return year === undefined ? shortYears(signs, tokens, at) : [year];
};

/** Before an ordinal: twenty-first. */
const TENS = new Map([
  ['twenty', 20],
  ['20', 20],
  ['thirty', 30],
  ['30', 30],
]);

const dayAt = (tokens: readonly Token[], at: number): number | undefined =>
  dayOf(tokens[at]) ?? ordinal(tokens[at]?.text ?? '');

/**
 * With the Chinese, Japanese and Korean words for year, month and day; Hangul syllables are decomposed in a flat text.
 * N: a number in digits or in characters.
 */
function inOrder(pattern: string): RegExp {
  const parts = { YEAR: '(?:年|년)', MONTH: '(?:月|월)', DAY: '(?:日|일)' };
  const source = Object.entries(parts).reduce(
    (text, [name, part]) => text.replaceAll(name, part.normalize('NFKD')),
    pattern.replaceAll('#', `(?:\\d{1,2}|${HAN_NUMERAL}{1,3})`),
  );
  return new RegExp(source, 'gu');
}

/** The year before the first of an era, as Japan and Taiwan count. */
const ERAS = new Map<string, number>([
  ...([
    ['明治', 1867],
    ['大正', 1911],
    ['昭和', 1925],
    ['平成', 1988],
    ['令和', 2018],
  ] as const),
  ...([
    ['民國', 1911],
    ['民国', 1911],
  ] as const),
]);
const ERA = [...ERAS.keys()].join('|');

const ROMAN = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'];

/** Year, month and day by name; a and b are day and month in either order. */
const NUMERIC: readonly RegExp[] = [
  /(?<![\d.])(?<y>\d{4})([-/.])(?<m>\d{1,2})\2(?<d>\d{1,2})(?!\d)/g,
  inOrder(`(?<!\\d)(?<y>\\d{4}|${HAN_DIGIT}{4}) ?YEAR ?(?<m>#) ?MONTH(?: ?(?<d>#) ?DAY)?`),
  inOrder(`(?<era>${ERA}) ?(?<y>#|元) ?YEAR ?(?<m>#) ?MONTH(?: ?(?<d>#) ?DAY)?`),
  inOrder(`(?<!\\d|${HAN_NUMERAL}|YEAR|YEAR )(?<m>#) ?MONTH ?(?<d>#) ?DAY`),
  new RegExp(`(?<![\\d/.-])(?<d>\\d{1,2})([-/ ]|\\. ?)(?<roman>${ROMAN.join('|')})\\2(?<y>[12]\\d{3})(?!\\d)`, 'gi'),
  /(?<![\d/.-])(?<a>\d{1,2})([-/.]|\. )(?<b>\d{1,2})\2(?<y>\d{4}|\d{2})(?!\d)/g,
  /(?<![\d/.-])(?<d>\d{1,2})\. ?(?<m>\d{1,2})\.(?! ?\d)/g,
  /(?<![\d/])(?<a>\d{2})\/(?<b>\d{2})(?![\d/])/g,
  /(?<![\d/.-])(?<m>\d{1,2})[/.](?<y>[12]\d{3})(?!\d)/g,
];

/** Dates in digits. */
const numeric = (reading: Reading): Hit[] => {
  const flat = reading.flat();
  return NUMERIC.flatMap((pattern) =>
    Array.from(flat.text.matchAll(pattern)).flatMap((match) => {
      const days = daysOf(match.groups ?? {});
      const hit = hitOf(days, flat.start(match.index), flat.end(match.index + match[0].length));
      return hit ? [hit] : [];
    }),
  );
};

const daysOf = (groups: Readonly<Record<string, string | undefined>>): Day[] => {
  const part = (name: string): number | undefined => numeralOf(groups[name]);
  const { era, roman } = groups;
  const [y, m = monthOfRoman(roman), d, a, b] = [part('y'), part('m'), part('d'), part('a'), part('b')];
  const years = era === undefined ? yearsOf(y) : [ERAS.get(era)! + (y ?? 1)];
  const orders =
    m === undefined
      ? [
          { month: b, day: a },
          { month: a, day: b },
        ]
      : [{ month: m, day: d }];
  return years.flatMap((year) =>
    orders.flatMap(({ month, day }) => (month === undefined ? [] : [{ year, month, day }])),
  );
};

/** In digits, or in characters; 元 is the first. */
const numeralOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (text === '元') return 1;
  return /^\d+$/.test(text) ? Number(text) : hanNumber(text);
};

const monthOfRoman = (roman: string | undefined): number | undefined =>
  roman === undefined ? undefined : ROMAN.indexOf(roman.toUpperCase()) + 1;

const yearsOf = (year: number | undefined): readonly (number | undefined)[] =>
  year !== undefined && year < 100 ? [1900 + year, 2000 + year] : [year];

const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isReal = ({ month, day }: Day): boolean =>
  month >= 1 && month <= 12 && (day === undefined || (day >= 1 && day <= LENGTHS[month - 1]!));

const pad = (value: number | undefined, length: number): string =>
  String(value ?? '').padStart(length, value === undefined ? '-' : '0');
const keyOf = ({ year, month, day }: Day): string => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;

/** A full date also says its day and month without the year; a part never says the whole. */
const hitOf = (days: readonly Day[], start: number, end: number): Hit | undefined => {
  const real = days.filter(isReal);
  if (real.length === 0) return undefined;
  const parts = real.flatMap(({ year, month, day }) =>
    year === undefined || day === undefined ? [] : [keyOf({ month, day }), keyOf({ year, month })],
  );
  return { exact: real.map(keyOf), said: [...new Set([...real.map(keyOf), ...parts])], start, end };
};

export const datesIn = (reading: Reading): Hit[] => [...numeric(reading), ...named(reading)];
