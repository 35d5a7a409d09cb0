// Dates in their usual forms: 12 March 1984, März, mars, marzo …; 12/03/1984, 3/12/84, 1984-03-12, 1984年3月12日. Trap:
// 12/03 is the twelfth of March or the third of December, and a text does not say which. Both readings are kept, and
// two dates are equal where any reading of one equals any reading of the other.
import { ordinal } from './ordinals.ts';
import type { Hit } from './hits.ts';
import type { Reading } from './streams.ts';
import type { Token } from './tokens.ts';

interface Day {
  readonly year?: number | undefined;
  readonly month: number;
  readonly day?: number | undefined;
}

const LANGUAGES = 'en de fr es it pt nl pl ca ro cs sk sl hu sv da nb fi et lv lt ru uk bg el tr'.split(' ');

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
      const format = new Intl.DateTimeFormat(language, { ...option, timeZone: 'UTC' });
      for (let month = 1; month <= 12; month++) {
        const name =
          format.formatToParts(Date.UTC(2001, month - 1, 9)).find(({ type }) => type === 'month')?.value ?? '';
        const word = name
          .normalize('NFKD')
          .replace(/[\p{M}.]/gu, '')
          .toLowerCase();
        if (/^\p{L}{3,}$/u.test(word) && !names.get(word)?.includes(month))
          names.set(word, [...(names.get(word) ?? []), month]);
      }
    }
  names.set('sept', [9]);
  return names;
};

/** Words that may stand between the parts of a date. */
const LINKS = new Set('of the de del di den do du da d le el am st nd rd th er o a e i roku r g'.split(' '));

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

/** Dates with the month's name. */
const named = ({ streams }: Reading): Hit[] => {
  const seen = new Map<string, Hit>();
  for (const tokens of streams)
    tokens.forEach((token, at) => {
      const months = token.kind === 'word' ? monthsOf(token.text) : [];
      if (months.length === 0) return;
      const { day, year, first, last } = around(tokens, at);
      if (day === undefined && year === undefined) return;
      const hit = hitOf(
        months.map((month) => ({ year, month, day })),
        tokens[first]!.start,
        tokens[last]!.end,
      );
      if (hit) seen.set(`${hit.start} ${hit.end} ${hit.exact.join()}`, hit);
    });
  return [...seen.values()];
};

/** Day and year beside a month's name, and the tokens that they reach to. */
const around = (tokens: readonly Token[], at: number) => {
  let before = at - 1;
  while (before >= at - 2 && before >= 0 && LINKS.has(tokens[before]!.text)) before--;
  const dayBefore = dayAt(tokens, before);
  if (dayBefore !== undefined) {
    const next = skipLinks(tokens, at + 1);
    const year = yearOf(tokens[next]);
    const tens =
      dayBefore < 10 && dayOf(tokens[before]) === undefined ? TENS.get(tokens[before - 1]?.text ?? '') : undefined;
    const [day, first] = tens === undefined ? [dayBefore, before] : [tens + dayBefore, before - 1];
    return { day, year, first, last: year === undefined ? at : next };
  }
  const after = skipLinks(tokens, at + 1);
  const dayAfter = dayAt(tokens, after);
  const next = skipLinks(tokens, dayAfter === undefined ? after : after + 1);
  const year = yearOf(tokens[next]);
  const last = year !== undefined ? next : dayAfter !== undefined ? after : at;
  return { day: dayAfter, year, first: at, last };
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
 */
function inOrder(pattern: string): RegExp {
  const parts = { YEAR: '(?:年|년)', MONTH: '(?:月|월)', DAY: '(?:日|일)' };
  const source = Object.entries(parts).reduce(
    (text, [name, part]) => text.replaceAll(name, part.normalize('NFKD')),
    pattern,
  );
  return new RegExp(source, 'gu');
}

/** Year, month and day by name; a and b are day and month in either order. */
const NUMERIC: readonly RegExp[] = [
  /(?<![\d.])(?<y>\d{4})([-/.])(?<m>\d{1,2})\2(?<d>\d{1,2})(?!\d)/g,
  inOrder('(?<!\\d)(?<y>\\d{4}) ?YEAR ?(?<m>\\d{1,2}) ?MONTH(?: ?(?<d>\\d{1,2}) ?DAY)?'),
  inOrder('(?<!\\d|YEAR|YEAR )(?<m>\\d{1,2}) ?MONTH ?(?<d>\\d{1,2}) ?DAY'),
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
  const part = (name: string): number | undefined => (groups[name] === undefined ? undefined : Number(groups[name]));
  const [y, m, d, a, b] = [part('y'), part('m'), part('d'), part('a'), part('b')];
  const years = y !== undefined && y < 100 ? [1900 + y, 2000 + y] : [y];
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
