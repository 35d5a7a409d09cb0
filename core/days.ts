// Calendar days as text (`2026-03-02`) and what is reckoned with them: months, working days, the local day of an
// instant. Pure functions; whose holidays count is passed in.
// Traps: a month is not 30 days; a day of a change to or from summer time has 23 or 25 hours, so days are counted on
// the calendar and on the clock on the wall, never by dividing milliseconds between two instants.
import { z } from 'zod';
import { perZone } from './zone-format.ts';

/** `2026-03`; Date takes years below 100 for those of another century, and nothing here is that old. */
export const Month = z.string().regex(/^[2-9]\d{3}-(?:0[1-9]|1[0-2])$/, 'a month such as 2026-11');

const DAY_MS = 86_400_000;

const toMs = (date: string) => Date.parse(`${date}T00:00:00Z`);
const toDate = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export const addDays = (date: string, count: number): string => toDate(toMs(date) + count * DAY_MS);

export const daysBetween = (from: string, to: string): number => (toMs(to) - toMs(from)) / DAY_MS;

/** Reg. (EEC, Euratom) 1182/71 Art. 3(2)(c): the same date number in the last month, or that month's last day. */
export const addMonths = (date: string, count: number): string => {
  const from = new Date(toMs(date));
  const firstOfMonth = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + count, 1);
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + count + 1, 0)).getUTCDate();
  return toDate(firstOfMonth + (Math.min(from.getUTCDate(), lastDay) - 1) * DAY_MS);
};

/** Monday to Friday, and no holiday. */
const isWorkingDay = (date: string, holidays: readonly string[]): boolean => {
  const weekday = new Date(toMs(date)).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidays.includes(date);
};

/** Reg. 1182/71 Art. 3(4): the day itself, or the next one that is neither weekend nor public holiday. */
export const nextWorkingDay = (date: string, holidays: readonly string[]): string =>
  isWorkingDay(date, holidays) ? date : nextWorkingDay(addDays(date, 1), holidays);

/** The `count`th working day after a day, which is not counted itself. */
export const addWorkingDays = (date: string, count: number, holidays: readonly string[]): string =>
  count === 0 ? date : addWorkingDays(nextWorkingDay(addDays(date, 1), holidays), count - 1, holidays);

/** The calendar date of an instant where the controller sits: a ticket of 23:30 UTC is tomorrow's in Berlin. */
export const localDate = (instant: string, timeZone: string): string => dateAt(timeZone).format(new Date(instant));

const localTime = (instant: string, timeZone: string): string => timeAt(timeZone).format(new Date(instant));

const dateAt = perZone('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });
const timeAt = perZone('en-GB', { timeStyle: 'medium', hourCycle: 'h23' });

/**
 * Whole days from one instant to a later one, by the clock on the wall: from Monday 23:30 to Tuesday 00:30 is none,
 * from Monday 09:00 to Tuesday 09:00 is one, also where summer time begins in between.
 */
export const wholeDays = (from: string, to: string, timeZone: string): number => {
  const days = daysBetween(localDate(from, timeZone), localDate(to, timeZone));
  return days - (localTime(to, timeZone) < localTime(from, timeZone) ? 1 : 0);
};
