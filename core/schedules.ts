// What happens at set times, embedded and on AWS: the embedded interpreter's timer and EventBridge Scheduler get the
// same expressions, in the time zone of the controller's place. Source of the form: EventBridge Scheduler User Guide,
// "Cron-based schedules" (minutes, hours, day of month, month, day of week, year).
// Trap: a change to or from summer time leaves out or repeats the hours from 1 to 4, so no schedule lies in them.

export interface Recurrence {
  readonly expression: string;
  /** What it is for, in the words of a list of schedules. */
  readonly purpose: string;
}

/** Re-certification of each model with a certificate, by the trigger that its execution is given. */
export const RECERTIFICATIONS = {
  daily: { expression: 'cron(0 4 * * ? *)', purpose: 'digest continuity' },
  quarterly: { expression: 'cron(0 5 1 1,4,7,10 ? *)', purpose: 'full suite' },
} as const satisfies Readonly<Record<string, Recurrence>>;
export type RecertificationTrigger = keyof typeof RECERTIFICATIONS;
export const RECERTIFICATION_TRIGGERS = Object.keys(RECERTIFICATIONS) as RecertificationTrigger[];

/** On working days only: nobody reads a reminder on Saturday, and Monday's lists the same tickets. */
export const REMINDERS = {
  expression: 'cron(0 8 ? * MON-FRI *)',
  purpose: 'who has to act, and which dates are near',
} as const satisfies Recurrence;

/** On the second, because on the first it is still the last day of the month in some place. */
export const PORTFOLIO = {
  expression: 'cron(0 6 2 * ? *)',
  purpose: 'the report of the month before',
} as const satisfies Recurrence;

/** Each day: what is over by then is not shown, whether it is destroyed yet or not. */
export const OLD_DRAFTS = {
  expression: 'cron(30 4 * * ? *)',
  purpose: 'drafts that nobody kept for so long',
} as const satisfies Recurrence;

/** Each hour, but for those that a change to or from summer time leaves out or repeats. */
export const LETTERS = {
  expression: 'cron(20 0,4-23 * * ? *)',
  purpose: 'letters that the mail service put off',
} as const satisfies Recurrence;

/** Each hour likewise: what people answered and a crash kept from the workflow that waits for it. */
export const ANSWERS = {
  expression: 'cron(50 0,4-23 * * ? *)',
  purpose: 'answers that workflows were not told',
} as const satisfies Recurrence;

/** Steps that the clock calls, by their names. */
export const STEP_SCHEDULES = {
  'send-reminders': REMINDERS,
  'write-portfolio': PORTFOLIO,
  'destroy-drafts': OLD_DRAFTS,
  'retry-letters': LETTERS,
  'wake-answered': ANSWERS,
} as const;
export type ScheduledStep = keyof typeof STEP_SCHEDULES;
export const SCHEDULED_STEPS = Object.keys(STEP_SCHEDULES) as ScheduledStep[];
