// When the certificate existed at the latest, by the clock of somebody else than the controller.
// Trap: the verifier chooses whose clock counts. A token by an authority that the trust root does not name proves
// nothing and disproves nothing: the check is then not made, and says so.
import { z } from 'zod';
import { Digest } from '../canonical.ts';
import { isQuittanceError } from '../errors.ts';
import { CLOCKS_DIFFER_MS } from '../ledger/log-keys.ts';
import { AttestorName } from '../timestamp/pem.ts';
import { verifyTimestamp } from '../timestamp/token-verification.ts';
import { fail, notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

/** As an event names them; an authority that gave none is named with why. */
const Stamps = z.array(z.looseObject({ authority: AttestorName, token: Digest.optional() }));

interface Stamp {
  readonly authority: string;
  readonly token: Digest;
  /** When it entered the ticket's history: with the certificate, or later. */
  readonly logged: string;
}

/** With the certificate, and by authorities that were away then. */
const stampsOf = (bundle: BundleReader): Stamp[] =>
  [bundle.event('certified'), ...bundle.events.filter(({ type }) => type === 'timestamped')].flatMap(({ body, at }) =>
    Stamps.parse(body['timestamps'] ?? []).flatMap(({ authority, token }) =>
      token === undefined ? [] : [{ authority, token, logged: at }],
    ),
  );

/** Those by authorities that the trust root names, with when they stamped. */
const knownStamps = (bundle: BundleReader): (Stamp & { readonly at: Date })[] =>
  stampsOf(bundle).flatMap((stamp) => {
    const known = (bundle.trustRoot.authorities ?? []).find(({ name }) => name === stamp.authority);
    return known ? [{ ...stamp, at: timeOf(bundle, stamp.token, known) }] : [];
  });

/** When authorities that the trust root names stamped the certificate. */
export const stampTimes = (bundle: BundleReader): Date[] => knownStamps(bundle).map(({ at }) => at);

export const timestamped: Rule = (bundle) => {
  const stamps = stampsOf(bundle);
  if (stamps.length === 0) return notChecked('the certificate has no timestamp');
  if ((bundle.trustRoot.authorities ?? []).length === 0)
    return notChecked('the trust root names no timestamp authority');
  const known = knownStamps(bundle);
  const names = stamps.map(({ authority }) => authority).join(', ');
  if (known.length === 0) return notChecked(`the trust root does not name the authority of the timestamp: ${names}`);
  const after = Date.parse(bundle.certificate.approval.at);
  for (const { at, logged } of known)
    requireThat(
      at.getTime() >= after - CLOCKS_DIFFER_MS && at.getTime() <= Date.parse(logged) + CLOCKS_DIFFER_MS,
      `the certificate was stamped on ${at.toISOString()}, and the log has it from the approval to ${logged}`,
    );
  const first = new Date(Math.min(...known.map(({ at }) => at.getTime())));
  return `${known.length} of ${stamps.length} by authorities of the trust root: ${first.toISOString()}`;
};

const timeOf = (
  bundle: BundleReader,
  token: Digest,
  { name, certificates }: NonNullable<BundleReader['trustRoot']['authorities']>[number],
): Date => {
  const file = bundle.nameOf(token) ?? fail(`the timestamp of ${name} is not in the bundle`);
  const trusted = { name, certificates: certificates.map((one) => Buffer.from(one, 'base64')) };
  try {
    return verifyTimestamp(bundle.file(file), bundle.file('certificate.dsse.json'), trusted);
  } catch (error) {
    if (!isQuittanceError(error, 'TIMESTAMP_INVALID')) throw error;
    return fail(`timestamp of ${name}, ${error.got ?? 'invalid'}: ${error.message}`);
  }
};
