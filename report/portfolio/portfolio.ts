// The month of all cases together: volumes, times, what is overdue, refusals by ground, models, re-certifications,
// failures. A pure function of the cases' facts, so that the same history gives the same report. Zone C: codes, counts
// and days.
// Trap: a month is that of the place where a case's controller sits; what happened after its last day is not in it.
import { z } from 'zod';
import { binOf, DAYS_LEFT } from '#core/days-left.ts';
import { addDays, addMonths, daysBetween, Month } from '#core/days.ts';
import { ERROR_CODES, QuittanceError } from '#core/errors.ts';
import { refusalLabel, RegimeName, regimeOf } from '#core/regimes.ts';
import { median } from '#core/stats.ts';
import { TicketEnd } from '#core/ticket.ts';
import { everyCase, type CaseFacts, type CasePorts, type Happened } from './facts.ts';

const Count = z.int().nonnegative();
/** Days from receipt to answer. */
const Times = z.strictObject({ n: Count, median: z.number(), slowest: z.number() });
const Late = z.strictObject({
  ticketId: z.string(),
  due: z.iso.date(),
  answered: z.iso.date().nullable(),
  days: Count,
});

export const Portfolio = z.strictObject({
  kind: z.literal('quittance-portfolio/v1'),
  month: Month,
  /** Last day that is counted: the month's, or the day on which it was made. */
  upTo: z.iso.date(),
  volumes: z.strictObject({
    ...{ openBefore: Count, received: Count, ended: Count, openAfter: Count, extended: Count },
    ...{ heldOrPaused: Count, completed: Count, refused: Count, withdrawn: Count, cancelled: Count },
    /** Absent in reports from before it was counted. */
    expired: Count.optional(),
  }),
  regimes: z.array(
    z.strictObject({ regime: RegimeName, label: z.string(), received: Count, ended: Count, times: Times.nullable() }),
  ),
  times: Times.nullable(),
  /** On the last day, by the days left to the date of the law; absent in reports from before it was counted. */
  openByDaysLeft: z.array(z.strictObject({ bin: z.enum(DAYS_LEFT), n: Count })).optional(),
  /** Answered in the month after the date, or unanswered on its last day. */
  overdue: z.array(Late),
  refusals: z.array(z.strictObject({ regime: RegimeName, code: z.string(), label: z.string(), n: Count })),
  models: z.array(
    z.strictObject({
      ...{ name: z.string(), received: Count, attempts: Count, deployed: Count, certified: Count, open: Count },
    }),
  ),
  recertifications: z.strictObject({ current: Count, lapsed: Count, drifted: Count }),
  failures: z.array(z.strictObject({ code: z.string(), label: z.string(), n: Count })),
});
export type Portfolio = z.infer<typeof Portfolio>;

export interface Period {
  readonly month: string;
  readonly first: string;
  /** The last day that is counted. */
  readonly last: string;
}

/** INVALID_INPUT for what is no month, or one that has not begun. `today`: as a day. */
export const periodOf = (month: string, today: string): Period => {
  const first = `${month}-01`;
  if (!Month.safeParse(month).success || first > today)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'no month to report on',
      expected: `a month up to ${today.slice(0, 7)}, written YYYY-MM`,
      got: month.slice(0, 20),
    });
  const end = addDays(addMonths(first, 1), -1);
  return { month, first, last: end < today ? end : today };
};

/** The report of a month from the stores. INVALID_INPUT. */
export const monthOf = async (ports: CasePorts, month: string): Promise<Portfolio> => {
  const period = periodOf(month, ports.clock.now().toISOString().slice(0, 10));
  return portfolioOf(everyCase(ports, period.last), period);
};

const within = ({ first, last }: Period, day: string | null): day is string =>
  day !== null && day >= first && day <= last;

/** A case as the month sees it: what came later has not happened yet. */
interface Seen extends CaseFacts {
  readonly during: readonly Happened[];
  readonly endedBy: string | null;
  readonly answeredBy: string | null;
}

const seenIn = (period: Period, facts: CaseFacts): Seen => {
  const upTo = (day: string | null) => (day !== null && day <= period.last ? day : null);
  const during = facts.happened.filter(({ day }) => within(period, day));
  return { ...facts, during, endedBy: upTo(facts.ended), answeredBy: upTo(facts.answered) };
};

export const portfolioOf = async (cases: AsyncIterable<CaseFacts>, period: Period): Promise<Portfolio> => {
  const seen: Seen[] = [];
  for await (const facts of cases) if (facts.received <= period.last) seen.push(seenIn(period, facts));
  return Portfolio.parse({
    kind: 'quittance-portfolio/v1',
    month: period.month,
    upTo: period.last,
    volumes: volumesOf(seen, period),
    regimes: regimesOf(seen, period),
    times: timesOf(seen.filter(({ answeredBy }) => within(period, answeredBy))),
    openByDaysLeft: daysLeftOf(seen.filter(isOpenAfter), period),
    overdue: seen.flatMap((one) => lateIn(one, period)).sort((a, b) => b.days - a.days),
    refusals: refusalsOf(seen, period),
    models: modelsOf(seen, period),
    recertifications: recertificationsOf(seen),
    failures: failuresOf(seen),
  });
};

const sum = (seen: readonly Seen[], holds: (one: Seen) => boolean): number => seen.filter(holds).length;
const isOpenAfter = ({ endedBy }: Seen): boolean => endedBy === null;
const has = (one: Seen, ...types: readonly Happened['type'][]): boolean =>
  one.during.some(({ type }) => types.includes(type));

const volumesOf = (seen: readonly Seen[], period: Period): Portfolio['volumes'] => {
  const ended = seen.filter(({ endedBy }) => within(period, endedBy));
  const by = (outcome: TicketEnd) => sum(ended, (one) => one.outcome === outcome);
  return {
    openBefore: sum(seen, ({ received, endedBy }) => received < period.first && !(endedBy && endedBy < period.first)),
    received: sum(seen, ({ received }) => within(period, received)),
    ended: ended.length,
    openAfter: sum(seen, isOpenAfter),
    extended: sum(seen, (one) => has(one, 'extended')),
    heldOrPaused: sum(seen, (one) => has(one, 'hold-placed', 'clock-paused', 'identity-requested')),
    ...{ completed: by('completed'), refused: by('refused'), withdrawn: by('withdrawn'), cancelled: by('cancelled') },
    expired: by('expired'),
  };
};

const regimesOf = (seen: readonly Seen[], period: Period): Portfolio['regimes'] =>
  [...new Set(seen.map(({ regime }) => regime))].sort().flatMap((regime) => {
    const own = seen.filter((one) => one.regime === regime);
    const received = sum(own, (one) => within(period, one.received));
    const ended = sum(own, ({ endedBy }) => within(period, endedBy));
    const times = timesOf(own.filter(({ answeredBy }) => within(period, answeredBy)));
    return received + ended === 0 && times === null
      ? []
      : [{ regime, label: regimeOf(regime).label, received, ended, times }];
  });

const daysLeftOf = (open: readonly Seen[], { last }: Period): Portfolio['openByDaysLeft'] => {
  const bins = open.map(({ statutoryDue }) => binOf(daysBetween(last, statutoryDue)));
  return DAYS_LEFT.map((bin) => ({ bin, n: bins.filter((one) => one === bin).length }));
};

const timesOf = (answered: readonly Seen[]): Portfolio['times'] => {
  const days = answered
    .map(({ received, answered: day }) => daysBetween(received, day ?? received))
    .sort((a, b) => a - b);
  const slowest = days.at(-1);
  return slowest === undefined ? null : { n: days.length, median: median(days), slowest };
};

const lateIn = ({ id, statutoryDue: due, answeredBy, endedBy }: Seen, period: Period): Portfolio['overdue'] => {
  const stillOpen = answeredBy === null && (endedBy === null || endedBy >= period.first);
  if (!(stillOpen || within(period, answeredBy))) return [];
  const days = daysBetween(due, answeredBy ?? period.last);
  return days > 0 ? [{ ticketId: id, due, answered: answeredBy, days }] : [];
};

const tally = <T extends string>(codes: readonly T[]): [T, number][] => {
  const counts = new Map<T, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
};

const refusalsOf = (seen: readonly Seen[], period: Period): Portfolio['refusals'] => {
  const refused = seen.filter(({ outcome, endedBy }) => outcome === 'refused' && within(period, endedBy));
  return [...new Set(refused.map(({ regime }) => regime))].sort().flatMap((regime) =>
    tally(refused.filter((one) => one.regime === regime).map(({ reason }) => reason ?? 'no-reason')).map(
      ([code, n]) => ({
        ...{ regime, code, n },
        label: refusalLabel(regime, code),
      }),
    ),
  );
};

const modelsOf = (seen: readonly Seen[], period: Period): Portfolio['models'] =>
  [...new Set(seen.map(({ model }) => model))].sort().map((name) => {
    const own = seen.filter(({ model }) => model === name);
    const during = own.flatMap((one) => one.during);
    const events = (type: Happened['type']) => during.filter((one) => one.type === type).length;
    return {
      name,
      received: sum(own, (one) => within(period, one.received)),
      ...{ attempts: events('unlearned'), deployed: events('deployed'), certified: events('certified') },
      open: sum(own, isOpenAfter),
    };
  });

const recertificationsOf = (seen: readonly Seen[]): Portfolio['recertifications'] => {
  const states = seen
    .flatMap(({ during }) => during.filter(({ type }) => type === 'recertified'))
    .map(({ code }) => code);
  const of = (state: string) => states.filter((one) => one === state).length;
  return { current: of('current'), lapsed: of('lapsed'), drifted: of('drifted') };
};

const failuresOf = (seen: readonly Seen[]): Portfolio['failures'] =>
  tally(
    seen.flatMap(({ during }) => during.flatMap(({ type, code }) => (type === 'failed' && code ? [code] : []))),
  ).map(([code, n]) => ({ code, n, label: isErrorCode(code) ? ERROR_CODES[code] : code }));

const isErrorCode = (code: string): code is keyof typeof ERROR_CODES => Object.hasOwn(ERROR_CODES, code);
