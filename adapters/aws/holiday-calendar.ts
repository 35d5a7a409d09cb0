// Public holidays by the package date-holidays, as data that a ticket keeps. Trap: the package knows every country, but
// a deployment's bundle keeps only those of its own region, of its entities and of the laws' (infra/bundle.ts).
import type { Places } from '#core/place.ts';
import type { Calendar } from '#core/ports.ts';
import { calendarOf, calendars, partsOfRegion } from '#core/public-holidays.ts';

export const holidayCalendar = (places: Places): Calendar => calendarOf(places, loaded);

const loaded = async () => {
  const { default: Holidays } = await import('date-holidays');
  return calendars('date-holidays', (region) => {
    const days = new Holidays(...partsOfRegion(region));
    return (year) => days.getHolidays(year);
  });
};
