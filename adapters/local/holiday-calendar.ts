// Public holidays by the package date-holidays, as data that a ticket keeps. Trap: the package is large, so it is
// loaded only when it is first used.
import { createRequire } from 'node:module';
import type { Places } from '#core/place.ts';
import type { Calendar } from '#core/ports.ts';
import { calendarOf, calendars, partsOfRegion } from '#core/public-holidays.ts';

export const holidayCalendar = (places: Places): Calendar => calendarOf(places, loaded);

const loaded = async () => {
  const { default: Holidays } = await import('date-holidays');
  return calendars(`date-holidays ${VERSION}`, (region) => {
    const days = new Holidays(...partsOfRegion(region));
    return (year) => days.getHolidays(year);
  });
};

const { version: VERSION } = createRequire(import.meta.url)('date-holidays/package.json') as { version: string };
