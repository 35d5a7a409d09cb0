// Public holidays by the package date-holidays, as data that a ticket keeps. Trap: the package knows every country, but
// a deployment's bundle keeps only its own region's data (infra/bundle.ts), so no other region can be asked for.
import type { Place } from '#core/place.ts';
import type { Calendar } from '#core/ports.ts';
import { calendarAround, partsOfRegion } from '#core/public-holidays.ts';

export const holidayCalendar = (place: Place): Calendar => ({
  around: async (from) => {
    // slow to load, and needed only where a ticket is filed
    const { default: Holidays } = await import('date-holidays');
    const table = new Holidays(...partsOfRegion(place.region));
    return calendarAround(place, 'date-holidays', from, (year) => table.getHolidays(year));
  },
});
