// `cron(minutes hours day-of-month month day-of-week year)` in a time zone, as EventBridge Scheduler reads it: numbers,
// names, lists, ranges, `*` and `?`. A time that a change to summer time leaves out is skipped; one that it repeats
// happens once. Steps, `L`, `W` and `#` are not implemented and are refused.
import { QuittanceError } from '#core/errors.ts';

interface Field {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIELDS: readonly Field[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: MONTHS },
  { least: 1, most: 7, names: WEEKDAYS },
  { least: 1970, most: 2199 },
];
const DAY_MS = 86_400_000;
/** The longest gap between two matching days: from one 29 February to the next across a year like 2100. */
const DAYS_AHEAD = 8 * 366;

export interface Cron {
  /** For each field the numbers that fit; undefined: every one. */
  readonly fields: readonly (readonly number[] | undefined)[];
  readonly timeZone: string;
}

/** undefined where the text is no cron expression; INVALID_INPUT where it is one that is not supported. */
export const parseCron = (expression: string): Cron | undefined => {
  const [, inner, timeZone = 'UTC'] = /^cron\(([^()]*)\)(?: in (\S+))?$/.exec(expression) ?? [];
  if (inner === undefined) return undefined;
  const texts = inner.trim().split(/\s+/);
  const [, , dayOfMonth, , dayOfWeek] = texts;
  if (texts.length !== FIELDS.length || (dayOfMonth === '?') === (dayOfWeek === '?')) throw unknown(expression);
  const fields = FIELDS.map((field, i) => numbersOf(texts[i] ?? '', field, expression));
  return { fields, timeZone: knownZone(timeZone, expression) };
};

const numbersOf = (text: string, field: Field, expression: string): number[] | undefined => {
  if (text === '*' || text === '?') return undefined;
  return text.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map((one) => numberOf(one, field));
    if (from === undefined || to === undefined || from > to || part.split('-').length > 2) throw unknown(expression);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
};

const numberOf = (text: string, { least, most, names = [] }: Field): number | undefined => {
  const named = names.indexOf(text.toUpperCase());
  const number = named >= 0 ? named + least : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
};

const knownZone = (timeZone: string, expression: string): string => {
  try {
    clockOf(timeZone);
    return timeZone;
  } catch {
    throw unknown(expression);
  }
};

const unknown = (expression: string) =>
  new QuittanceError('INVALID_INPUT', {
    message: 'this cron expression is not known',
    expected:
      "'cron(M H DAY MONTH WEEKDAY YEAR)' or 'cron(…) in Europe/Berlin', with numbers, names, lists, ranges and one '?' among the days",
    got: expression,
  });

/** First time after `now` (milliseconds since the epoch); undefined when there is none. */
export const nextCronTime = ({ fields, timeZone }: Cron, now: number): number | undefined => {
  const [minutes, hours, days, months, weekdays, years] = fields;
  const fits = (numbers: readonly number[] | undefined, number: number) => numbers?.includes(number) ?? true;
  const today = Math.floor(wallTime(timeZone, now) / DAY_MS) * DAY_MS;
  for (let i = 0; i <= DAYS_AHEAD; i++) {
    const day = new Date(today + i * DAY_MS);
    const isDue =
      fits(years, day.getUTCFullYear()) &&
      fits(months, day.getUTCMonth() + 1) &&
      fits(days, day.getUTCDate()) &&
      fits(weekdays, day.getUTCDay() + 1);
    const times = isDue ? timesOf(day.getTime(), hours ?? range(24), minutes ?? range(60)) : [];
    const found = times.map((wall) => instantOf(timeZone, wall)).find((time) => time !== undefined && time > now);
    if (found !== undefined) return found;
  }
  return undefined;
};

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const timesOf = (day: number, hours: readonly number[], minutes: readonly number[]): number[] =>
  hours.flatMap((hour) => minutes.map((minute) => day + (hour * 60 + minute) * 60_000)).sort((a, b) => a - b);

/** The instant at which the zone's clocks show a time (the first of two); undefined where they never do. */
const instantOf = (timeZone: string, wall: number): number | undefined => {
  const shifts = [wall - DAY_MS, wall + DAY_MS].map((near) => wallTime(timeZone, near) - near);
  const found = shifts.map((shift) => wall - shift).filter((time) => wallTime(timeZone, time) === wall);
  return found.length === 0 ? undefined : Math.min(...found);
};

/** What the zone's clocks show at an instant, expressed as if it were UTC. */
const wallTime = (timeZone: string, instant: number): number => {
  const parts = clockOf(timeZone).formatToParts(instant);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
};

const clocks = new Map<string, Intl.DateTimeFormat>();

/** RangeError for a zone that does not exist. */
const clockOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = clocks.get(timeZone);
  if (known) return known;
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
  const made = new Intl.DateTimeFormat('en-GB', { timeZone, ...numeric, ...time });
  clocks.set(timeZone, made);
  return made;
};
