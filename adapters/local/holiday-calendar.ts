// Public holidays by the package date-holidays, as data that a ticket keeps. Trap: the package is large, so it is
// loaded only when it is first used.
import { createRequire } from 'node:module';
import { QuittanceError } from '#core/errors.ts';
import type { Place } from '#core/place.ts';
import type { Calendar } from '#core/ports.ts';

export const holidayCalendar = ({ region, timeZone }: Place): Calendar => ({
  around: async (from) => {
    const { default: Holidays } = await import('date-holidays');
    const [country = '', ...parts] = region.split('-');
    const calendar = new Holidays(country, parts.join('-'));
    const first = from.getUTCFullYear() - 1;
    const years = Array.from({ length: 5 }, (_, i) => first + i);
    const days = years.flatMap((year) => calendar.getHolidays(year)).filter(({ type }) => type === 'public');
    if (days.length === 0)
      throw new QuittanceError('INVALID_INPUT', { message: `no public holidays are known for the region ${region}` });
    const holidays = [...new Set(days.map(({ date }) => date.slice(0, 10)))].sort();
    return { region, timeZone, source: `date-holidays ${VERSION}`, holidays };
  },
});

const { version: VERSION } = createRequire(import.meta.url)('date-holidays/package.json') as { version: string };
