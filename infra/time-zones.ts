// The time zones of a Lambda's bundle: of moment-timezone's table, those in which its countries reckon their days, over
// the years in which a ticket can have a deadline. The whole table is 0.7 MB, most of it clock changes before 2000 and
// after 2100. Source of the packed form: moment-timezone's documentation, "Packed format": `Name|abbreviations|offsets|
// indices|untils|population`, where an until is the minutes since the one before, in base 60.
// Trap: before the first year kept a zone has the first offset kept, and after the last year the last one.

/** Packed as moment-timezone has them: `Name|data`, `Target|Alias`, `CC|Zone Zone`. */
export interface TimeZones {
  version: string;
  zones: string[];
  links: string[];
  countries: string[];
}

/** `own` are the countries of which every zone is kept, `kept` zones of others. */
export const zonesOf = (
  { version, zones, links, countries }: TimeZones,
  own: readonly string[],
  kept: readonly string[],
): TimeZones => {
  const whole = countries.filter((entry) => own.includes(entry.slice(0, 2)));
  const names = new Set(['Etc/UTC', ...kept, ...whole.flatMap((entry) => entry.slice(3).split(' '))]);
  const aliases = links.filter((link) => link.split('|').some((name) => names.has(name)));
  for (const name of aliases.flatMap((link) => link.split('|'))) names.add(name);
  return {
    version,
    zones: zones.filter((zone) => names.has(zone.split('|')[0] ?? '')).map(betweenYears),
    links: aliases,
    countries: whole,
  };
};

const FIRST = Date.UTC(2000, 0) / 60_000;
const LAST = Date.UTC(2100, 0) / 60_000;

const betweenYears = (zone: string): string => {
  const [name = '', abbreviations = '', offsets = '', indices = '', packed = '', ...rest] = zone.split('|');
  const untils = untilsOf(packed);
  const from = untils.filter((until) => until < FIRST).length;
  const kept = untils.slice(from).filter((until) => until < LAST);
  const periods = indices.slice(from, from + kept.length + 1);
  const deltas = kept.map((until, i) => base60(until - (kept[i - 1] ?? 0)));
  return [name, abbreviations, offsets, periods, deltas.join(' '), ...rest].join('|');
};

/** Minutes since 1970 at which each period but the last ends. */
const untilsOf = (packed: string): number[] => {
  let at = 0;
  return packed === '' ? [] : packed.split(' ').map((delta) => Math.round((at += minutes(delta))));
};

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX';

/** A fraction is of an age when a town kept the sun's time. */
const minutes = (text: string): number => {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const size = Array.from(whole).reduce((sum, digit) => sum * 60 + DIGITS.indexOf(digit), 0);
  const rest = Array.from(fraction).reduceRight((sum, digit) => (sum + DIGITS.indexOf(digit)) / 60, 0);
  return (text.startsWith('-') ? -1 : 1) * (size + rest);
};

/** Of a number that is not negative, as every until from 2000 on is. */
const base60 = (number: number): string =>
  number < 60 ? DIGITS.charAt(number) : base60(Math.floor(number / 60)) + DIGITS.charAt(number % 60);
