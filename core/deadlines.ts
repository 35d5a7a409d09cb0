// Legal deadlines as pure functions of dates. Reg. (EEC, Euratom) 1182/71 Art. 3: the day of the event is not counted;
// a period in months ends on the same date number, or on the last day of a shorter month; if that is a weekend or
// public holiday it ends with the next working day.
// Traps: a month is not 30 days; and a later calendar must not move a date that the requester was already told, so the
// holidays are passed in as data and kept with the ticket.
import { z } from 'zod';
import type { Period, Regime } from './regimes.ts';

const DAY_MS = 86_400_000;

export const Instant = z.iso.datetime();
export const PlainDate = z.iso.date();

/** The calendar that a computation used: where, from what source, and its public holidays. */
export const HolidayCalendar = z.strictObject({
  region: z.string().max(16),
  timeZone: z.string().max(64),
  source: z.string().max(64),
  holidays: z.array(PlainDate).max(400),
});
export type HolidayCalendar = z.infer<typeof HolidayCalendar>;

/** What happened to the legal clock. Due dates are never edited; they are derived anew from these events. */
export const ClockEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), at: Instant }),
  z.strictObject({ type: z.literal('pause'), at: Instant, reason: z.literal('identity') }),
  z.strictObject({ type: z.literal('resume'), at: Instant }),
  z.strictObject({ type: z.literal('extend'), at: Instant, reason: z.enum(['complexity', 'number-of-requests']) }),
]);
export type ClockEvent = z.infer<typeof ClockEvent>;

export const Deadlines = z.strictObject({
  /** The last day the law allows on its accepted reading. */
  statutoryDue: PlainDate,
  /**
   * The earliest defensible day: no rolling, no pause that only guidance grants, the earlier reading of an extension.
   * Work to this one.
   */
  safeDue: PlainDate,
  derivation: z.array(z.string()),
});
export type Deadlines = z.infer<typeof Deadlines>;

const toMs = (date: string) => Date.parse(`${date}T00:00:00Z`);
const toDate = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const earlier = (a: string, b: string) => (a < b ? a : b);

export const addDays = (date: string, count: number): string => toDate(toMs(date) + count * DAY_MS);

/** Art. 3(2)(c): the same date number in the last month, or that month's last day. */
export const addMonths = (date: string, count: number): string => {
  const from = new Date(toMs(date));
  const firstOfMonth = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + count, 1);
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + count + 1, 0)).getUTCDate();
  return toDate(firstOfMonth + (Math.min(from.getUTCDate(), lastDay) - 1) * DAY_MS);
};

const add = (date: string, { unit, count }: Period) =>
  unit === 'months' ? addMonths(date, count) : addDays(date, count);

/** Art. 3(4): on to the next day that is neither weekend nor public holiday. */
const nextWorkingDay = (date: string, holidays: readonly string[]): string => {
  const weekday = new Date(toMs(date)).getUTCDay();
  return weekday === 0 || weekday === 6 || holidays.includes(date) ? nextWorkingDay(addDays(date, 1), holidays) : date;
};

/** The calendar date of an instant where the controller sits: a ticket of 23:30 UTC is tomorrow's in Berlin. */
export const localDate = (instant: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(instant),
  );

/** Whole local days for which the clock stood still; a pause still open adds nothing yet. */
const pausedDays = (events: readonly ClockEvent[], timeZone: string): number => {
  let since: string | undefined;
  let total = 0;
  for (const event of events) {
    if (event.type === 'pause') since ??= localDate(event.at, timeZone);
    if (event.type !== 'resume' || since === undefined) continue;
    total += (toMs(localDate(event.at, timeZone)) - toMs(since)) / DAY_MS;
    since = undefined;
  }
  return total;
};

const periodEnds = (start: string, regime: Regime, extended: boolean) => {
  const plain = add(start, regime.respond);
  if (!extended) return { late: plain, early: plain };
  const whole = add(start, { unit: regime.respond.unit, count: regime.respond.count + regime.extend.count });
  const stepwise = add(plain, regime.extend); // 31 Jan: "+3 months" is 30 Apr, "+1, then +2" is 28 Apr
  return { late: whole > stepwise ? whole : stepwise, early: earlier(whole, stepwise) };
};

/** Both due dates of a ticket from its clock events; the first event must be its start. */
export const deriveDeadlines = (
  regime: Regime,
  events: readonly ClockEvent[],
  calendar: HolidayCalendar,
): Deadlines => {
  const start = localDate(events[0]?.at ?? '', calendar.timeZone);
  const extended = events.some((event) => event.type === 'extend');
  const paused = regime.identityPause === 'never' ? 0 : pausedDays(events, calendar.timeZone);
  const { late, early } = periodEnds(start, regime, extended);
  const shifted = addDays(late, paused);
  const statutoryDue = regime.rollsToWorkingDay ? nextWorkingDay(shifted, calendar.holidays) : shifted;
  const safeDue = regime.identityPause === 'statute' ? addDays(early, paused) : early;
  const derivation = [
    `received ${start} (${calendar.timeZone})`,
    `${regime.respond.count} ${regime.respond.unit}${extended ? ` + ${regime.extend.count} ${regime.extend.unit}` : ''}: ${late}`,
    ...(paused > 0 ? [`clock stopped for ${paused} days (${regime.identityPause}): ${shifted}`] : []),
    ...(statutoryDue === shifted ? [] : [`next working day in ${calendar.region}: ${statutoryDue}`]),
  ];
  return { statutoryDue, safeDue, derivation };
};
