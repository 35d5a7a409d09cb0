// When a schedule is due: `rate(5 minutes)`, `at(2026-03-01T00:00:00Z)`, `cron(0 4 * * ? *) in Europe/Berlin`, after
// EventBridge Scheduler; and `daily at 03:30` (UTC), which data folders of earlier versions contain.
// Trap: times that passed while nothing ran are made up for by one execution, not by one for each.
import { QuittanceError } from '#core/errors.ts';
import { nextCronTime, parseCron } from './cron.ts';

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const DAY = 86_400_000;

/**
 * First time after `now` (milliseconds since the epoch), counted from `anchor` for rates; undefined when there is none.
 * INVALID_INPUT.
 */
export const nextTime = (expression: string, anchor: number, now: number): number | undefined => {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count !== undefined && Number(count) > 0) return nextMultiple(anchor, Number(count) * UNITS[unit!]!, now);
  const [, hours, minutes] = /^daily at ([01]\d|2[0-3]):([0-5]\d)$/.exec(expression) ?? [];
  if (hours !== undefined)
    return nextMultiple(Number(hours) * UNITS['hour']! + Number(minutes) * UNITS['minute']!, DAY, now);
  const cron = parseCron(expression);
  if (cron) return nextCronTime(cron, now);
  const once = Date.parse(/^at\((\d{4}-\d{2}-\d{2}T[\d:.]+Z)\)$/.exec(expression)?.[1] ?? '');
  if (Number.isNaN(once)) throw unknownExpression(expression);
  return once > now ? once : undefined;
};

const nextMultiple = (anchor: number, interval: number, now: number): number =>
  anchor + (Math.floor((now - anchor) / interval) + 1) * interval;

const unknownExpression = (expression: string) =>
  new QuittanceError('INVALID_INPUT', {
    message: 'this schedule expression is not known',
    expected: "'rate(N minutes|hours|days)', 'cron(…) in ZONE', 'daily at HH:MM' (UTC) or 'at(YYYY-MM-DDTHH:MM:SSZ)'",
    got: expression,
  });

/**
 * Name of the execution that a schedule starts for a due time: the same for the same time, so that a crash cannot start
 * it twice.
 */
export const scheduledName = (schedule: string, dueAt: number): string =>
  `${schedule}-${new Date(dueAt).toISOString().replace(/[-:]|\.\d+/g, '')}`;
