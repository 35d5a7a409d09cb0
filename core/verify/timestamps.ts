// When the certificate existed at the latest, by the clock of somebody else than the controller.
// Trap: the verifier chooses whose clock counts. A token by an authority that the trust root does not name proves
// nothing and disproves nothing: the check is then not made, and says so.
import { z } from 'zod';
import { Digest } from '../canonical.ts';
import { isQuittanceError } from '../errors.ts';
import { CLOCKS_DIFFER_MS } from '../ledger/log.ts';
import { AttestorName } from '../timestamp/pem.ts';
import { verifyTimestamp } from '../timestamp/token-verification.ts';
import { fail, notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';

/** As `certified` names them; an authority that gave none is named with why. */
const Stamps = z.array(z.looseObject({ authority: AttestorName, token: Digest.optional() }));

/** When authorities that the trust root names stamped the certificate. */
export const stampTimes = (bundle: BundleReader): Date[] => {
  const { authorities = [] } = bundle.trustRoot;
  return stampsOf(bundle).flatMap(({ authority: name, token }) => {
    const known = authorities.find((one) => one.name === name);
    return known ? [timeOf(bundle, token, known)] : [];
  });
};

const stampsOf = (bundle: BundleReader) =>
  Stamps.parse(bundle.event('certified').body['timestamps'] ?? []).filter(({ token }) => token !== undefined);

export const timestamped: Rule = (bundle) => {
  const { authorities = [] } = bundle.trustRoot;
  const certified = bundle.event('certified');
  const stamps = stampsOf(bundle);
  if (stamps.length === 0) return notChecked('the certificate has no timestamp');
  if (authorities.length === 0) return notChecked('the trust root names no timestamp authority');
  const times = stampTimes(bundle);
  const names = stamps.map(({ authority }) => authority).join(', ');
  if (times.length === 0) return notChecked(`the trust root does not name the authority of the timestamp: ${names}`);
  const [after, before] = [Date.parse(bundle.certificate.approval.at), Date.parse(certified.at)];
  for (const at of times)
    requireThat(
      at.getTime() >= after - CLOCKS_DIFFER_MS && at.getTime() <= before + CLOCKS_DIFFER_MS,
      `the certificate was stamped on ${at.toISOString()}, and the log has it from the approval to ${certified.at}`,
    );
  return `${times.length} of ${stamps.length} by authorities of the trust root: ${times[0]?.toISOString() ?? ''}`;
};

const timeOf = (
  bundle: BundleReader,
  token: Digest | undefined,
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
