// What all serving targets answer alike.
import type { Digest } from './canonical.ts';
import { QuittanceError } from './errors.ts';

/** SERVED_MISMATCH: under the name something else is served than the caller saw. */
export const servedMismatch = (name: string, expected: Digest | undefined, got: string | undefined): QuittanceError =>
  new QuittanceError('SERVED_MISMATCH', {
    message: `'${name}' does not serve what the caller saw`,
    expected: expected ?? 'nothing',
    got: got ?? 'nothing',
    hint: 'read what is served again and repeat: another ticket was deployed in between',
  });
