// What a certificate says was swept, and what nobody looked at. It is the deployment's own statement: the data folder's
// or the stack's settings make it, and it is checked where it enters. Trap: it is read by strangers as a claim, so it
// may not say what this product never says.
import { z } from 'zod';

/** Claims that cannot be defended; no statement or report contains them. */
export const NEVER_SAID = ['erased from the model', 'as if never trained', 'certified removal', 'anonymous'] as const;

/** As a certificate carries it. */
export const Scope = z.strictObject({ swept: z.array(z.string()).min(1), notLookedAt: z.array(z.string()).min(1) });
export type Scope = z.infer<typeof Scope>;

const Entry = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => !NEVER_SAID.some((words) => text.toLowerCase().includes(words)), {
    error: `says what a certificate never says: ${NEVER_SAID.join(', ')}`,
  });

/** As a deployment declares it. What was not looked at cannot be nothing: no deployment sees every copy. */
export const DeclaredScope = z.strictObject({
  swept: z.array(Entry).min(1).max(20),
  notLookedAt: z.array(Entry).min(1).max(20),
});
