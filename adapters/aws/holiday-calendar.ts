// Public holidays by the package date-holidays, as data that a ticket keeps. Trap: the package knows every country, but
// a deployment's bundle keeps only its own region's data (infra/bundle.ts), so no other region can be asked for.
// was bundled.
import { QuittanceError } from '#core/errors.ts';
import type { Place } from '#core/place.ts';
import type { Calendar } from '#core/ports.ts';

export const holidayCalendar = ({ region, timeZone }: Place): Calendar => ({
  around: async (from) => {
    // slow to load, and needed only where a ticket is filed
    const { default: Holidays } = await import('date-holidays');
    const [country = '', ...parts] = region.split('-');
    const calendar = new Holidays(country, parts.join('-'));
    const first = from.getUTCFullYear() - 1;
    const years = Array.from({ length: 5 }, (_, i) => first + i);
    const days = years.flatMap((year) => calendar.getHolidays(year)).filter(({ type }) => type === 'public');
    if (days.length === 0)
      throw new QuittanceError('INVALID_INPUT', { message: `no public holidays are known for the region ${region}` });
    const holidays = [...new Set(days.map(({ date }) => date.slice(0, 10)))].sort();
    return { region, timeZone, source: 'date-holidays', holidays };
  },
});
