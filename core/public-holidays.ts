// From a table of holidays to the calendar that a ticket keeps. The adapters load the table, each in its own way.
// Trap: the package takes twenty milliseconds for five years of a region, more than all else of a filing; so a process
// asks it once a region and year.
import type { HolidayCalendar } from './deadlines.ts';
import { QuittanceError } from './errors.ts';
import type { Place, Places } from './place.ts';
import type { Calendar } from './ports.ts';

/** A country's or region's holidays of a year, as the package date-holidays lists them. */
type HolidaysOf = (year: number) => readonly { date: string; type: string }[];

/** ISO 3166 country and subdivision of a region: `DE-BE` → `DE`, `BE`. */
export const partsOfRegion = (region: string): [country: string, subdivision: string] => {
  const [country = '', ...parts] = region.split('-');
  return [country, parts.join('-')];
};

/** A calendar whose table is loaded when it is first asked. */
export const calendarOf = (places: Places, loaded: () => Promise<ReturnType<typeof calendars>>): Calendar => {
  let table: ReturnType<typeof calendars> | undefined;
  return {
    places,
    around: async (from, place = places.home) => (table ??= await loaded())(place, from),
  };
};

/** What is asked of one table, by region and year; a process meets few of either. */
export const calendars = (source: string, holidaysOf: (region: string) => HolidaysOf) => {
  const known = new Map<string, HolidayCalendar>();
  return (place: Place, from: Date): HolidayCalendar => {
    const { region, timeZone } = place;
    const key = `${region} ${from.getUTCFullYear()}`;
    const calendar = known.get(key) ?? calendarAround(place, source, from, holidaysOf(region));
    known.set(key, calendar);
    return { ...calendar, timeZone, holidays: [...calendar.holidays] };
  };
};

/** Public holidays from the year before `from` to three years after it. INVALID_INPUT where none are known. */
const calendarAround = (
  { region, timeZone }: Place,
  source: string,
  from: Date,
  holidaysOf: HolidaysOf,
): HolidayCalendar => {
  const first = from.getUTCFullYear() - 1;
  const years = Array.from({ length: 5 }, (_, i) => first + i);
  const days = years.flatMap((year) => holidaysOf(year)).filter(({ type }) => type === 'public');
  if (days.length === 0)
    throw new QuittanceError('INVALID_INPUT', { message: `no public holidays are known for the region ${region}` });
  const holidays = [...new Set(days.map(({ date }) => date.slice(0, 10)))].sort();
  return { region, timeZone, source, holidays };
};
