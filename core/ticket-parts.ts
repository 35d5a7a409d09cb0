// Parts that tickets and their events have in common. Trap: zone C, as the ticket is: codes, numbers, times and role
// pseudonyms, never a sentence.
import { z } from 'zod';
import { Instant } from './deadlines.ts';
import { Principal } from './ticket-request.ts';

/** A code: of a refusal, a failure, a hold. Never a sentence. */
export const Code = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'a code of letters, digits, dot, dash and underscore, such as litigation',
  );
/** HMAC under a key that stays in its adapter, hex. */
export const KeyedDigest = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits');

/** Numbers of records in a request, from 1, each once. */
export const RecordNumbers = z
  .array(z.int().positive())
  .min(1)
  .refine((numbers) => numbers.every((n, i) => i === 0 || n > (numbers[i - 1] ?? 0)), 'rising numbers');
/** That a recipient of the data was told of its end, or cannot be. */
export const Told = z.strictObject({
  recipient: Principal,
  how: z.enum(['told', 'not-possible']),
  on: Instant,
  by: Principal,
});

/** What came of an appeal. */
export const AppealOutcome = z.enum(['upheld', 'granted']);

/** A part of a request that was refused. */
export const PartlyRefused = z.strictObject({
  records: RecordNumbers,
  reason: Code,
  by: Principal,
  /** Whose proposal it was; absent in rows from before it was kept. */
  first: Principal.optional(),
  at: Instant,
  /** Against this refusal alone, while the rest goes on; granted before the rest was admitted, nothing is refused. */
  appeal: z
    .strictObject({ on: Instant, at: Instant, decidedBy: Principal.optional(), outcome: AppealOutcome.optional() })
    .optional(),
});
