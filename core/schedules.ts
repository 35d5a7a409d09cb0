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
