// Who outside vouches for an installation: authorities that stamp its certificates with the time (RFC 3161), and
// witnesses that co-sign its log (https://c2sp.org/tlog-witness). Named in the deployment's settings. Trap: what they
// answer counts only where it is checked with the key or certificate that stands here.
import { z } from 'zod';
import { QuittanceError } from './errors.ts';
import type { Courier } from './ports.ts';
import { AttestorName, certificatesIn } from './timestamp/pem.ts';
import { parseKeyLine } from './trust-root.ts';

const Address = z.url({ protocol: /^https?$/ });

const Pem = z.string().transform((pem, context) => {
  const found = certificatesIn(pem);
  if (found) return found;
  context.addIssue({ code: 'custom', message: 'is no certificate in PEM' });
  return z.NEVER;
});

const WitnessKey = z.string().transform((line, context) => {
  const found = parseKeyLine(line);
  if (found?.algorithm === 'cosignature') return found.key;
  context.addIssue({ code: 'custom', message: 'is no key line of a witness (c2sp.org/signed-note, type 4)' });
  return z.NEVER;
});

export const Attestors = z.strictObject({
  /** `certificates`: in PEM, of the authority itself or of who issued its own. */
  timestamps: z
    .array(z.strictObject({ name: AttestorName, url: Address, certificates: Pem }))
    .max(4)
    .default([]),
  /** `url`: what `/add-checkpoint` is put behind. */
  witnesses: z
    .array(z.strictObject({ key: WitnessKey, url: Address }))
    .max(16)
    .default([]),
});
export type Attestors = z.infer<typeof Attestors>;

export const NOBODY: Attestors = { timestamps: [], witnesses: [] };

/** Of a program that asks nobody. */
export const NO_WAY_OUT: Courier = {
  post: async () => {
    throw new QuittanceError('SERVICE_UNAVAILABLE', { message: 'this program asks nobody outside' });
  },
};
