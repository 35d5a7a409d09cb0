// Public holidays by the package date-holidays, as data that a ticket keeps. Trap: the package is large, so it is
// loaded only when it is first used.
import { createRequire } from 'node:module';
import type { Places } from '#core/place.ts';
import type { Calendar } from '#core/ports.ts';
import { calendarAround, partsOfRegion } from '#core/public-holidays.ts';

export const holidayCalendar = (places: Places): Calendar => ({
  places,
  around: async (from, place = places.home) => {
    const { default: Holidays } = await import('date-holidays');
    const table = new Holidays(...partsOfRegion(place.region));
    return calendarAround(place, `date-holidays ${VERSION}`, from, (year) => table.getHolidays(year));
  },
});

const { version: VERSION } = createRequire(import.meta.url)('date-holidays/package.json') as { version: string };
