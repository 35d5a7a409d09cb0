// A region whose holidays nobody knows: without them a deadline that falls on one would be told a day too early, and
// nobody would notice.
import { describe, expect, it } from '@jest/globals';
import { holidayCalendar as onAws } from '#adapters/aws/holiday-calendar.ts';
import { holidayCalendar as embedded } from '#adapters/local/holiday-calendar.ts';
import { outcome } from '#test/contract/contract.ts';

describe.each([
  ['embedded', embedded],
  ['aws', onAws],
])('a calendar: %s', (_name, calendarOf) => {
  const holidaysOf = (region: string) =>
    calendarOf({ home: { region, timeZone: 'Europe/Berlin' }, entities: {} }).around(new Date('2026-03-02T10:00:00Z'));

  it('of a region that nobody knows is refused', async () => {
    expect(await Promise.all(['XX', '', 'XX-YY'].map((region) => outcome(holidaysOf(region))))).toEqual([
      ...['INVALID_INPUT', 'INVALID_INPUT', 'INVALID_INPUT'],
    ]);
  });

  it('of a part of a country has what is kept there alone', async () => {
    const keeps = async (region: string, day: string) => (await holidaysOf(region)).holidays.includes(day);
    // Women's Day
    expect([await keeps('DE-BE', '2026-03-08'), await keeps('DE-BY', '2026-03-08')]).toEqual([true, false]);
    expect([await keeps('DE-BE', '2026-01-06'), await keeps('DE-BY', '2026-01-06')]).toEqual([false, true]); // Epiphany
  });
});
