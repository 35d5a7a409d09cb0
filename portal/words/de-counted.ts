// German: the steps of a count of days. Source of the English: core/deadlines.ts, whose sentences a ticket keeps.
import type { Period } from '#core/counting.ts';

type Unit = Exclude<Period['unit'], 'at-once'>;

const UNITS: Readonly<Record<Unit, readonly [one: string, more: string]>> = {
  months: ['Monat', 'Monate'],
  days: ['Tag', 'Tage'],
  'working-days': ['Arbeitstag', 'Arbeitstage'],
};

const deDays = (count: number, unit: Unit): string => `${count} ${UNITS[unit][count === 1 ? 0 : 1]}`;

const ANSWERS: Readonly<Record<string, string>> = {
  'proof of identity': 'der Identitätsnachweis',
  'what was asked to be made clear': 'die erbetene Klarstellung',
  'the fee': 'die Gebühr',
};
const answer = (english: string): string => ANSWERS[english] ?? english;

const ENGLISH_UNITS: Readonly<Record<string, Unit>> = { month: 'months', day: 'days', 'working day': 'working-days' };

/** "1 month + 2 months" */
export const dePeriods = (text: string): string =>
  text
    .replace('at once', 'sofort')
    .replaceAll(/(\d+) (working day|month|day)s?/g, (_, count: string, unit: string) =>
      deDays(Number(count), ENGLISH_UNITS[unit] ?? 'days'),
    );

const STEPS: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^received (\S+) \((.+)\)$/, (day, zone) => `eingegangen am ${day} (${zone})`],
  [/^appealed (\S+) \((.+)\)$/, (day, zone) => `Widerspruch vom ${day} (${zone})`],
  [
    /^the period begins when the last answer has come: (\S+)$/,
    (day) => `die Frist beginnt mit der letzten Antwort: ${day}`,
  ],
  [
    /^clock stopped for (\d+) days? \(by (statute|guidance)\): (\S+)$/,
    (days, by, day) =>
      `Frist angehalten für ${deDays(Number(days), 'days')} (${by === 'statute' ? 'nach dem Gesetz' : 'nach einer Leitlinie'}): ${day}`,
  ],
  [/^next working day in (.+): (\S+)$/, (region, day) => `nächster Arbeitstag in ${region}: ${day}`],
  [/^to be safe: (\S+)$/, (day) => `sicherheitshalber: ${day}`],
  [
    /^the clock stands still until (.+) has come$/,
    (what) => `die Frist steht still, bis etwas gekommen ist: ${answer(what)}`,
  ],
  [
    /^(.+) was asked for after the date had passed, which changes nothing$/,
    (what) => `erst nach Ablauf erbeten, was nichts ändert: ${answer(what)}`,
  ],
  [/^([^:]+): (\d{4}-\d{2}-\d{2})$/, (period, day) => `${dePeriods(period)}: ${day}`],
];

/** A step that an earlier version wrote otherwise stays as it is. */
export const deCounted = (step: string): string => {
  for (const [pattern, said] of STEPS) {
    const found = pattern.exec(step);
    if (found) return said(...found.slice(1));
  }
  return step;
};
