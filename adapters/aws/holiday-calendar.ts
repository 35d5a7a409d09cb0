// Public holidays by the package date-holidays, as data that a ticket keeps. Trap: the package knows every country, but
// a deployment's bundle keeps only those of its own region, of its entities and of the laws' (infra/bundle.ts).
import type { Places } from '#core/place.ts';
import type { Calendar } from '#core/ports.ts';
import { calendarAround, partsOfRegion } from '#core/public-holidays.ts';

export const holidayCalendar = (places: Places): Calendar => ({
  places,
  around: async (from, place = places.home) => {
    // slow to load, and needed only where a ticket is filed
    const { default: Holidays } = await import('date-holidays');
    const table = new Holidays(...partsOfRegion(place.region));
    return calendarAround(place, 'date-holidays', from, (year) => table.getHolidays(year));
  },
});
