// What a certificate says was swept for the person's data, and what nobody looked at. The deployment states it in its
// own settings (data folder or stack), which are checked when they are read. Trap: strangers read it as a claim, so the
// claims that this product never makes are refused here too.
import { z } from 'zod';

/** Claims that cannot be defended; no statement and no report may contain them. */
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

/** As a deployment declares it. The list of what was not looked at cannot be empty: no deployment sees every copy. */
export const DeclaredScope = z.strictObject({
  swept: z.array(Entry).min(1).max(20),
  notLookedAt: z.array(Entry).min(1).max(20),
});
