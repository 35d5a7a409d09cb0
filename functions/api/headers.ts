// Headers that say something of a request to act: the caller's own key of it, the version that the caller looked at.
// Trap: a header of another form is refused and not left out, since it would have guarded against a second press.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { faultsOf } from '#core/field-faults.ts';
import type { Asked } from './context.ts';

export const Key = z.string().regex(/^[\x21-\x7e]{1,100}$/, '1 to 100 visible characters, such as 6f9a2c71');
/** `*`: whatever version there is (RFC 9110, 13.1.1). */
export const Tag = z
  .string()
  .regex(/^(?:"\d{1,9}"|\*)$/, 'a version in quotation marks as ETag has it, such as "7", or * for any');

/** Absent, or of its form. INVALID_INPUT. */
export const headerOf = <T>(c: Asked, name: string, form: z.ZodType<T>): T | undefined => {
  const value = c.req.header(name);
  const parsed = value === undefined ? undefined : form.safeParse(value);
  if (parsed === undefined || parsed.success) return parsed?.data;
  const [{ rule } = { rule: 'another form' }] = faultsOf(parsed.error);
  throw new QuittanceError('INVALID_INPUT', { message: 'a header without its form', expected: `${name}: ${rule}` });
};
