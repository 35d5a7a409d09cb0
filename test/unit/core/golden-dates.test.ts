// Dates under all regimes (test/golden/deadlines/dates.json), reckoned by python-dateutil and python-holidays and some
// by hand, against the product's counting with the calendars that it really uses (date-holidays).
// Trap: both sides could share a wrong reading of a law; what counsel is to look at stands in docs/regimes.md.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { holidayCalendar } from '#adapters/local/holiday-calendar.ts';
import { PauseReason } from '#core/counting.ts';
import { deriveDeadlines, PlainDate, type ClockEvent, type HolidayCalendar } from '#core/deadlines.ts';
import { DEFAULT_PLACE, Region, TimeZone } from '#core/place.ts';
import { RegimeName, regimeOf } from '#core/regimes.ts';

const Case = z.strictObject({
  title: z.string(),
  regime: RegimeName,
  region: Region,
  timeZone: TimeZone,
  receivedAt: z.string(),
  pauses: z.array(z.tuple([PauseReason, z.string(), z.string()])).optional(),
  extendedAt: z.string().optional(),
  appealedAt: z.string().optional(),
  due: z.strictObject({
    statutoryDue: PlainDate,
    safeDue: PlainDate,
    acknowledge: PlainDate.optional(),
    acknowledgeSafe: PlainDate.optional(),
  }),
  why: z.string(),
});
type Case = z.infer<typeof Case>;

const { cases } = z
  .strictObject({ about: z.string(), cases: z.array(Case) })
  .parse(JSON.parse(readFileSync(new URL('../../golden/deadlines/dates.json', import.meta.url), 'utf8')));

const calendars = holidayCalendar({ home: DEFAULT_PLACE, entities: {} });
const known = new Map<string, Promise<HolidayCalendar>>();
/** By place and year, as the package takes long. */
const calendarOf = ({ region, timeZone, receivedAt }: Case): Promise<HolidayCalendar> => {
  const key = `${region} ${receivedAt.slice(0, 4)}`;
  const found = known.get(key) ?? calendars.around(new Date(receivedAt), { region, timeZone });
  known.set(key, found);
  return found;
};

const clockOf = ({ receivedAt, pauses = [], extendedAt, appealedAt }: Case): ClockEvent[] => [
  { type: 'start', at: receivedAt },
  ...pauses.flatMap(([reason, since, until]): ClockEvent[] => [
    { type: 'pause', at: since, reason },
    { type: 'resume', at: until, reason },
  ]),
  ...(extendedAt === undefined ? [] : [{ type: 'extend' as const, at: extendedAt, reason: 'complexity' as const }]),
  ...(appealedAt === undefined ? [] : [{ type: 'appeal' as const, at: appealedAt }]),
];

const dueOf = async (one: Case): Promise<Case['due']> => {
  const due = deriveDeadlines(regimeOf(one.regime).counting, clockOf(one), await calendarOf(one));
  const { statutoryDue, safeDue, acknowledgement } = due;
  const acknowledged = acknowledgement && {
    acknowledge: acknowledgement.statutoryDue,
    acknowledgeSafe: acknowledgement.safeDue,
  };
  return { statutoryDue, safeDue, ...acknowledged };
};

describe('golden dates', () => {
  it.each([...new Set(cases.map(({ title }) => title))])('%s', async (title) => {
    const own = cases.filter((one) => one.title === title);
    const ours = await Promise.all(own.map(async (one) => ({ ...one, due: await dueOf(one) })));
    expect(ours).toEqual(own);
  });

  it('are more than 250, of every regime, and a safe date is never the later one', () => {
    expect(cases.length).toBeGreaterThan(250);
    expect([...new Set(cases.map(({ regime }) => regime))].sort()).toEqual([...RegimeName.options].sort());
    expect(cases.filter(({ due }) => due.safeDue > due.statutoryDue)).toEqual([]);
  });
});
