// Legal deadlines as pure functions of dates: when a request must be answered, by what a law's file says of its
// counting (counting.ts) and by what happened to the ticket's clock. Sources: Reg. (EEC, Euratom) 1182/71 Art. 3 for
// months and rolling; UK GDPR Art. 12A for the relevant time; 11 CCR 7021 for business days and a period that runs
// while identity is checked.
// Traps: the day of the event is not counted; a later calendar must not move a date that the requester was already
// told, so the holidays and the law's counting are passed in as data and kept with the ticket.
import { plural } from './plural.ts';
import { z } from 'zod';
import { PAUSE_REASONS, PauseReason, periodText, type Counting, type Period, type PauseRule } from './counting.ts';
import { addDays, addMonths, addWorkingDays, localDate, nextWorkingDay, wholeDays } from './days.ts';

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

/** Why a law lets a deadline be extended. */
export const ExtensionReason = z.enum(['complexity', 'number-of-requests']);

/**
 * What happened to the legal clock, in the order in which it was recorded; `at` may lie back. Due dates are never
 * edited: they are derived anew from these events.
 */
export const ClockEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), at: Instant }),
  /** The requester was asked for something. */
  z.strictObject({ type: z.literal('pause'), at: Instant, reason: PauseReason }),
  /** It came; without a reason, in tickets from before there were others, it is proof of identity. */
  z.strictObject({ type: z.literal('resume'), at: Instant, reason: PauseReason.optional() }),
  z.strictObject({ type: z.literal('extend'), at: Instant, reason: ExtensionReason }),
  /** The requester appealed against the answer: from then on the date of that decision counts. */
  z.strictObject({ type: z.literal('appeal'), at: Instant }),
]);
export type ClockEvent = z.infer<typeof ClockEvent>;

/** A legal date on its accepted reading and on the earliest defensible one. */
const Due = { statutoryDue: PlainDate, safeDue: PlainDate } as const;

export const Deadlines = z.strictObject({
  /** The last day the law allows on its accepted reading. */
  statutoryDue: PlainDate,
  /**
   * The earliest defensible day: no rolling, no pause that only guidance grants, no holiday among working days, the
   * earlier reading of an extension. Work to this one.
   */
  safeDue: PlainDate,
  derivation: z.array(z.string()),
  /** By when receipt must be confirmed, where the law asks for it. */
  acknowledgement: z.strictObject(Due).optional(),
  /** The clock stands still since this day, and the dates are those that would hold if it went on at once. */
  stopped: z.strictObject({ since: PlainDate, reason: PauseReason, by: z.enum(['statute', 'guidance']) }).optional(),
});
export type Deadlines = z.infer<typeof Deadlines>;

const earlier = (a: string, b: string) => (a < b ? a : b);

const add = (date: string, period: Period, holidays: readonly string[]): string => {
  switch (period.unit) {
    case 'months':
      return addMonths(date, period.count);
    case 'days':
      return addDays(date, period.count);
    case 'working-days':
      return addWorkingDays(date, period.count, holidays);
    case 'at-once':
      return date;
  }
};

/** One wait for the requester, as far as it has come. */
interface Pause {
  readonly reason: PauseReason;
  readonly rule: PauseRule;
  readonly from: string;
  readonly until: string;
  readonly open: boolean;
}

interface Clock {
  readonly counting: Counting;
  readonly calendar: HolidayCalendar;
  readonly received: string;
  readonly extended: boolean;
}

/** Waits that the law lets count, oldest first; one that is still open lasts until `now`, or not at all yet. */
const pausesOf = (events: readonly ClockEvent[], { pauses }: Counting, now: string | undefined): Pause[] => {
  const found: Pause[] = [];
  for (const reason of PAUSE_REASONS) {
    const rule = pauses[reason];
    const about = rule === 'never' ? [] : events.filter((event) => isAbout(event, reason));
    let from: string | undefined;
    for (const { type, at } of about) {
      if (type === 'pause')
        from = earlier(from ?? at, at); // a wait that was recorded late is dated back
      else if (from !== undefined) {
        found.push({ reason, rule, from, until: at < from ? from : at, open: false });
        from = undefined;
      }
    }
    if (from !== undefined)
      found.push({ reason, rule, from, until: now !== undefined && now > from ? now : from, open: true });
  }
  return found.sort((a, b) => (a.from < b.from ? -1 : 1));
};

/** The last question of this kind, where no answer has come. */
export const openPause = (events: readonly ClockEvent[], reason: PauseReason): ClockEvent | undefined => {
  const last = events.findLast((event) => isAbout(event, reason));
  return last?.type === 'pause' ? last : undefined;
};

const isAbout = (event: ClockEvent, reason: PauseReason): boolean =>
  (event.type === 'pause' && event.reason === reason) ||
  (event.type === 'resume' && (event.reason ?? 'identity') === reason);

/** Whole days in which at least one of these waits lasted. */
const pausedDays = (pauses: readonly Pause[], timeZone: string): number => {
  const merged = pauses.reduce<{ from: string; until: string }[]>((spans, { from, until }) => {
    const last = spans.at(-1);
    if (last === undefined || from > last.until) return [...spans, { from, until }];
    return [...spans.slice(0, -1), { from: last.from, until: until > last.until ? until : last.until }];
  }, []);
  return merged.reduce((sum, { from, until }) => sum + wholeDays(from, until, timeZone), 0);
};

interface Ends {
  readonly begins: string;
  /** By the calendar alone. */
  readonly plain: string;
  readonly paused: number;
  readonly shifted: string;
  readonly statutoryDue: string;
  readonly safeDue: string;
}

const endsOf = (clock: Clock, pauses: readonly Pause[]): Ends => {
  const { counting, calendar, received, extended } = clock;
  const { timeZone, holidays } = calendar;
  const stops = pauses.filter(({ rule }) => rule !== 'restart');
  const answers = pauses.filter(({ rule }) => rule === 'restart').map(({ until }) => localDate(until, timeZone));
  const begins = [received, ...answers].reduce((a, b) => (a > b ? a : b));
  const { late, early } = periodEnds(begins, counting, extended, holidays);
  const paused = pausedDays(stops, timeZone);
  const certain = pausedDays(
    stops.filter(({ rule }) => rule === 'statute'),
    timeZone,
  );
  const shifted = addDays(late, paused);
  const statutoryDue = counting.rolls ? nextWorkingDay(shifted, holidays) : shifted;
  return { begins, plain: late, paused, shifted, statutoryDue, safeDue: addDays(early, certain) };
};

const periodEnds = (start: string, counting: Counting, extended: boolean, holidays: readonly string[]) => {
  const { respond, extend } = counting;
  const plain = add(start, respond, holidays);
  const cautious = add(start, respond, []); // not every employer keeps every holiday
  if (!extended || extend === undefined) return { late: plain, early: earlier(plain, cautious) };
  const stepwise = add(plain, extend, holidays); // 31 Jan: "+3 months" is 30 Apr, "+1, then +2" is 28 Apr
  const whole = wholePeriod(respond, extend);
  const once = whole ? add(start, whole, holidays) : stepwise;
  return { late: once > stepwise ? once : stepwise, early: earlier(once, add(cautious, extend, [])) };
};

const wholePeriod = (respond: Period, extend: Period): Period | undefined =>
  respond.unit !== 'at-once' && extend.unit === respond.unit
    ? { unit: respond.unit, count: respond.count + extend.count }
    : undefined;

/** A question that is asked after the date has passed cannot bring it back. */
const inTime = (clock: Clock, pauses: readonly Pause[]): { counted: Pause[]; late: Pause[] } => {
  const [counted, late]: [Pause[], Pause[]] = [[], []];
  for (const pause of pauses) {
    const due = endsOf(clock, counted).statutoryDue;
    (localDate(pause.from, clock.calendar.timeZone) <= due ? counted : late).push(pause);
  }
  return { counted, late };
};

/**
 * Both due dates of a ticket from its clock events; the first event must be its start. `now`: an open wait counts up to
 * then, as if it ended.
 */
export const deriveDeadlines = (
  counting: Counting,
  events: readonly ClockEvent[],
  calendar: HolidayCalendar,
  now?: string,
): Deadlines => {
  const received = localDate(events[0]?.at ?? '', calendar.timeZone);
  const clock = { counting, calendar, received, extended: events.some(({ type }) => type === 'extend') };
  const appeal = events.findLast(({ type }) => type === 'appeal');
  if (appeal && counting.appeal) return ofAppeal(clock, localDate(appeal.at, calendar.timeZone), counting.appeal);
  const { counted, late } = inTime(clock, pausesOf(events, counting, now));
  const ends = endsOf(clock, counted);
  const stopped = stoppedBy(counted, calendar);
  const acknowledgement = acknowledgementOf(clock);
  const { statutoryDue, safeDue } = ends;
  return {
    statutoryDue,
    safeDue,
    derivation: derivationOf(clock, ends, counted, late),
    ...(acknowledgement && { acknowledgement }),
    ...(stopped && { stopped }),
  };
};

const acknowledgementOf = ({ counting, calendar, received }: Clock): Deadlines['acknowledgement'] =>
  counting.acknowledge && {
    statutoryDue: add(received, counting.acknowledge, calendar.holidays),
    safeDue: add(received, counting.acknowledge, []),
  };

const stoppedBy = (pauses: readonly Pause[], { timeZone }: HolidayCalendar): Deadlines['stopped'] => {
  const open = pauses.filter((pause) => pause.open);
  const found = open.find(({ rule }) => rule !== 'guidance') ?? open[0];
  if (!found) return undefined;
  const by = found.rule === 'guidance' ? 'guidance' : 'statute';
  return { since: localDate(found.from, timeZone), reason: found.reason, by };
};

const ofAppeal = ({ counting, calendar }: Clock, appealed: string, period: Period): Deadlines => {
  const { region, timeZone, holidays } = calendar;
  const plain = add(appealed, period, holidays);
  const statutoryDue = counting.rolls ? nextWorkingDay(plain, holidays) : plain;
  const derivation = [
    `appealed ${appealed} (${timeZone})`,
    `${periodText(period)}: ${plain}`,
    ...(statutoryDue === plain ? [] : [`next working day in ${region}: ${statutoryDue}`]),
  ];
  return { statutoryDue, safeDue: earlier(plain, add(appealed, period, [])), derivation };
};

const ANSWERS: Readonly<Record<PauseReason, string>> = {
  identity: 'proof of identity',
  clarification: 'what was asked to be made clear',
  fee: 'the fee',
};

const derivationOf = (
  { counting, calendar, received, extended }: Clock,
  { begins, plain, paused, shifted, statutoryDue, safeDue }: Ends,
  counted: readonly Pause[],
  late: readonly Pause[],
): string[] => {
  const { respond, extend } = counting;
  const stops = counted.filter(({ rule }) => rule !== 'restart');
  const by = stops.every(({ rule }) => rule === 'statute') ? 'by statute' : 'by guidance';
  const open = counted.filter((pause) => pause.open).map(({ reason }) => ANSWERS[reason]);
  return [
    `received ${received} (${calendar.timeZone})`,
    ...(begins === received ? [] : [`the period begins when the last answer has come: ${begins}`]),
    `${periodText(respond)}${extended && extend ? ` + ${periodText(extend)}` : ''}: ${plain}`,
    ...(paused > 0 ? [`clock stopped for ${plural(paused, 'day')} (${by}): ${shifted}`] : []),
    ...(statutoryDue === shifted ? [] : [`next working day in ${calendar.region}: ${statutoryDue}`]),
    ...(safeDue === statutoryDue ? [] : [`to be safe: ${safeDue}`]),
    ...open.map((answer) => `the clock stands still until ${answer} has come`),
    ...late.map(({ reason }) => `${ANSWERS[reason]} was asked for after the date had passed, which changes nothing`),
  ];
};
