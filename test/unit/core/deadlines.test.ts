import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { addMonths, wholeDays } from '#core/days.ts';
import { deriveDeadlines, type ClockEvent, type HolidayCalendar } from '#core/deadlines.ts';
import { type RegimeName, regimeOf } from '#core/regimes.ts';

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
const derive = (regime: RegimeName, events: readonly ClockEvent[], now?: string, where = calendar) =>
  deriveDeadlines(regimeOf(regime).counting, events, where, now);

describe('deadlines', () => {
  it('agree with python-dateutil on every golden case', () => {
    const ours = golden.cases.map(({ received }) => {
      const plain = derive('gdpr', [start(received)]);
      const extended = derive('gdpr', [start(received), extend(received)]);
      return {
        received,
        gdpr: plain.statutoryDue,
        gdprSafe: plain.safeDue,
        gdprExtended: extended.statutoryDue,
        gdprExtendedSafe: extended.safeDue,
        ccpa: derive('ccpa', [start(received)]).statutoryDue,
        ccpaExtended: derive('ccpa', [start(received), extend(received)]).statutoryDue,
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
    expect(derive('gdpr', [late]).safeDue).toBe('2026-05-01');
  });

  it('say how they were derived', () => {
    expect(derive('gdpr', [start('2026-11-25')]).derivation).toEqual([
      'received 2026-11-25 (Europe/Berlin)',
      '1 month: 2026-12-25',
      'next working day in DE-BE: 2026-12-28',
      'to be safe: 2026-12-25',
    ]);
  });
});

const wait = (reason: 'identity' | 'clarification' | 'fee', from: string, until?: string): ClockEvent[] => [
  { type: 'pause', at: from, reason },
  ...(until === undefined ? [] : [{ type: 'resume' as const, at: until, reason }]),
];

describe('waiting for the requester', () => {
  const tenDays = [start('2026-03-02'), ...wait('identity', '2026-03-03T09:00:00Z', '2026-03-13T09:00:00Z')];
  it.each([
    ['uk-gdpr', '2026-04-13', '2026-04-13'], // the month begins with the proof of 13 March
    ['gdpr', '2026-04-13', '2026-04-02'], // by guidance: the safe date ignores it; 12 April 2026 is a Sunday
    ['ccpa', '2026-04-16', '2026-04-16'], // verification time is included
  ] as const)('ten days for identity under %s', (regime, statutoryDue, safeDue) => {
    expect(derive(regime, tenDays)).toMatchObject({ statutoryDue, safeDue });
  });

  it('is not a day because it lasts an hour over midnight', () => {
    const night = wait('identity', '2026-03-03T22:30:00Z', '2026-03-03T23:30:00Z');
    expect(derive('gdpr', [start('2026-03-02'), ...night]).statutoryDue).toBe('2026-04-02');
  });

  it('counts days by the clock on the wall where summer time begins or ends', () => {
    // 09:00 to 09:00, 23 hours
    expect(wholeDays('2026-03-28T08:00:00Z', '2026-03-29T07:00:00Z', 'Europe/Berlin')).toBe(1);
    // 09:00 to 08:30, 24.5 hours
    expect(wholeDays('2026-10-24T07:00:00Z', '2026-10-25T07:30:00Z', 'Europe/Berlin')).toBe(0);
  });

  it('for two things at once is counted once', () => {
    const law = {
      ...regimeOf('gdpr').counting,
      pauses: { identity: 'statute', clarification: 'statute', fee: 'never' },
    } as const;
    const both = [
      ...wait('identity', '2026-03-03T09:00:00Z', '2026-03-13T09:00:00Z'),
      ...wait('clarification', '2026-03-10T09:00:00Z', '2026-03-15T09:00:00Z'),
      ...wait('fee', '2026-03-16T09:00:00Z', '2026-03-30T09:00:00Z'),
    ];
    const { statutoryDue, safeDue } = deriveDeadlines(law, [start('2026-03-02'), ...both], calendar);
    expect({ statutoryDue, safeDue }).toEqual({ statutoryDue: '2026-04-14', safeDue: '2026-04-14' }); // 12 days
  });

  it('that is still open moves the dates along with the day, and is said', () => {
    const open = [start('2026-03-02'), ...wait('identity', '2026-03-09T09:00:00Z')];
    expect(derive('uk-gdpr', open, '2026-04-16T09:00:00Z')).toMatchObject({
      safeDue: '2026-05-16',
      stopped: { since: '2026-03-09', reason: 'identity', by: 'statute' },
    });
    expect(derive('gdpr', open, '2026-03-19T09:00:00Z')).toMatchObject({
      statutoryDue: '2026-04-13',
      safeDue: '2026-04-02',
      stopped: { since: '2026-03-09', reason: 'identity', by: 'guidance' },
    });
    expect(derive('ccpa', open, '2026-04-16T09:00:00Z')).not.toHaveProperty('stopped');
  });

  it('that begins after the date has passed changes nothing', () => {
    const late = [start('2026-03-02'), ...wait('identity', '2026-04-20T09:00:00Z', '2026-05-20T09:00:00Z')];
    const { statutoryDue, derivation } = derive('uk-gdpr', late);
    expect(statutoryDue).toBe('2026-04-02');
    expect(derivation.at(-1)).toBe('proof of identity was asked for after the date had passed, which changes nothing');
  });

  it('that was recorded late is dated back', () => {
    const twice = [
      ...wait('identity', '2026-03-10T09:00:00Z'),
      ...wait('identity', '2026-03-04T09:00:00Z', '2026-03-14T09:00:00Z'),
    ];
    expect(derive('gdpr', [start('2026-03-02'), ...twice]).statutoryDue).toBe('2026-04-13'); // ten days, not four
  });

  it('for a fee lets the British month begin when it is paid, and no other', () => {
    const fee = [start('2026-03-02'), ...wait('fee', '2026-03-03T09:00:00Z', '2026-03-20T09:00:00Z')];
    expect(derive('uk-gdpr', fee).statutoryDue).toBe('2026-04-20');
    expect(derive('gdpr', fee).statutoryDue).toBe('2026-04-02');
  });
});

describe('other clocks', () => {
  const losAngeles = {
    region: 'US-CA',
    timeZone: 'America/Los_Angeles',
    source: 'golden',
    holidays: ['2026-01-01', '2026-01-19'],
  };

  it('count a Californian evening as its own day, and ten business days to the acknowledgement', () => {
    const evening: ClockEvent = { type: 'start', at: '2026-01-01T05:00:00Z' }; // 31 December, 21:00
    expect(derive('ccpa', [evening], undefined, losAngeles)).toMatchObject({
      statutoryDue: '2026-02-14',
      safeDue: '2026-02-14',
      acknowledgement: { statutoryDue: '2026-01-15', safeDue: '2026-01-14' },
    });
  });

  it('of a law that names no number of days end with the day of receipt', () => {
    expect(derive('brazil-lgpd', [start('2026-03-02')])).toMatchObject({
      statutoryDue: '2026-03-02',
      derivation: ['received 2026-03-02 (Europe/Berlin)', 'at once: 2026-03-02'],
    });
  });

  it('begin again with an appeal where the law sets a time for it', () => {
    const appealed: ClockEvent[] = [start('2026-03-02'), { type: 'appeal', at: '2026-05-04T10:00:00Z' }];
    expect(derive('colorado', appealed).statutoryDue).toBe('2026-06-18');
    expect(derive('gdpr', appealed).statutoryDue).toBe('2026-04-02');
  });
});
