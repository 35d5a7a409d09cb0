// How a law counts its time limits, as data: what a regime's file says (core/regimes) and what a ticket keeps, so that
// a later reading of the law does not move a date that the requester was already told.
// Source of the rules: compliance.md's sources as each regime's file names them. Trap: these are the product's readings
// of the law; whether they are right is counsel's to say.
import { z } from 'zod';

/** Working days are Monday to Friday without the public holidays of the ticket's calendar. */
export const Period = z.discriminatedUnion('unit', [
  z.strictObject({ unit: z.enum(['months', 'days', 'working-days']), count: z.int().min(1).max(400) }),
  /** The law names no number: the day of receipt is the date to work to. */
  z.strictObject({ unit: z.literal('at-once') }),
]);
export type Period = z.infer<typeof Period>;

/** What the requester may be asked for while a ticket waits. */
export const PAUSE_REASONS = ['identity', 'clarification', 'fee'] as const;
export const PauseReason = z.enum(PAUSE_REASONS);
export type PauseReason = z.infer<typeof PauseReason>;

/**
 * What waiting does to the clock. `statute` and `guidance`: it stands still meanwhile, by the law's text or only by
 * what a supervisory authority says of it; `restart`: the whole period begins when the answer has come.
 */
export const PauseRule = z.enum(['never', 'guidance', 'statute', 'restart']);
export type PauseRule = z.infer<typeof PauseRule>;

export const Counting = z.strictObject({
  respond: Period,
  /** Added once, with a reason, when the requester is told within the first period; absent where no law grants it. */
  extend: Period.optional(),
  /** By when receipt must be confirmed. */
  acknowledge: Period.optional(),
  /** From an appeal, or a complaint to the controller, to the answer that the law asks for. */
  appeal: Period.optional(),
  /** A period that ends on a weekend or public holiday ends with the next working day. */
  rolls: z.boolean(),
  pauses: z.record(PauseReason, PauseRule),
});
export type Counting = z.infer<typeof Counting>;

const UNITS = {
  months: ['month', 'months'],
  days: ['day', 'days'],
  'working-days': ['working day', 'working days'],
} as const;

/** A period in words. */
export const periodText = (period: Period): string =>
  period.unit === 'at-once' ? 'at once' : `${period.count} ${UNITS[period.unit][period.count === 1 ? 0 : 1]}`;
