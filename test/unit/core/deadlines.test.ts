import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { addMonths, deriveDeadlines, type ClockEvent, type HolidayCalendar } from '#core/deadlines.ts';
import { REGIMES } from '#core/regimes.ts';

interface Golden {
  holidays: string[];
  cases: Record<
    'received' | 'gdpr' | 'gdprSafe' | 'gdprExtended' | 'gdprExtendedSafe' | 'ccpa' | 'ccpaExtended',
    string
  >[];
}
const golden = JSON.parse(
  readFileSync(new URL('../../golden/deadlines/cases.json', import.meta.url), 'utf8'),
) as Golden;
const calendar: HolidayCalendar = {
  region: 'DE-BE',
  timeZone: 'Europe/Berlin',
  source: 'golden',
  holidays: golden.holidays,
};
const start = (date: string): ClockEvent => ({ type: 'start', at: `${date}T10:00:00Z` });
const extend = (date: string): ClockEvent => ({ type: 'extend', at: `${date}T10:00:00Z`, reason: 'complexity' });

describe('deadlines', () => {
  it('agree with python-dateutil on every golden case', () => {
    const ours = golden.cases.map(({ received }) => {
      const plain = deriveDeadlines(REGIMES.gdpr, [start(received)], calendar);
      const extended = deriveDeadlines(REGIMES.gdpr, [start(received), extend(received)], calendar);
      return {
        received,
        gdpr: plain.statutoryDue,
        gdprSafe: plain.safeDue,
        gdprExtended: extended.statutoryDue,
        gdprExtendedSafe: extended.safeDue,
        ccpa: deriveDeadlines(REGIMES.ccpa, [start(received)], calendar).statutoryDue,
        ccpaExtended: deriveDeadlines(REGIMES.ccpa, [start(received), extend(received)], calendar).statutoryDue,
      };
    });
    expect(ours).toEqual(golden.cases);
    expect(ours.length).toBeGreaterThan(200);
  });

  it.each([
    ['2026-01-31', '2026-02-28'],
    ['2028-01-31', '2028-02-29'],
    ['2026-08-31', '2026-09-30'], // the example of the supervisory authorities
    ['2026-12-31', '2027-01-31'],
  ])('a month from %s is %s', (from, to) => expect(addMonths(from, 1)).toBe(to));

  it('count from the local day of receipt, not the UTC day', () => {
    const late: ClockEvent = { type: 'start', at: '2026-03-31T22:30:00Z' }; // 1 April in Berlin
    expect(deriveDeadlines(REGIMES.gdpr, [late], calendar).safeDue).toBe('2026-05-01');
  });

  const pause: ClockEvent[] = [
    start('2026-03-02'),
    { type: 'pause', at: '2026-03-03T09:00:00Z', reason: 'identity' },
    { type: 'resume', at: '2026-03-13T09:00:00Z' },
  ];
  it.each([
    ['uk-gdpr', '2026-04-13', '2026-04-12'], // by statute: both move; 12 April 2026 is a Sunday
    ['gdpr', '2026-04-13', '2026-04-02'], // by guidance: the safe date ignores it
    ['ccpa', '2026-04-16', '2026-04-16'], // verification time is included
  ] as const)('ten days of waiting for identity under %s', (regime, statutoryDue, safeDue) => {
    expect(deriveDeadlines(REGIMES[regime], pause, calendar)).toMatchObject({ statutoryDue, safeDue });
  });

  it('say how they were derived', () => {
    const { derivation } = deriveDeadlines(REGIMES.gdpr, [start('2026-11-25')], calendar);
    expect(derivation).toEqual([
      'received 2026-11-25 (Europe/Berlin)',
      '1 months: 2026-12-25',
      'next working day in DE-BE: 2026-12-28',
    ]);
  });
});
