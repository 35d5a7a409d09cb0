// What came after the certificate: re-certifications that renew it, or show that the model drifted, and roll-backs.
// Traps: only a suite that passed renews a certificate, or mends one that failed or drifted, and only in a statement
// that the service's and the log's key both signed; so a later event cannot hide a failure. An event that nobody signed
// (from logs before there were statements, or a forged leaf), or that the service alone signed, may bring bad news, no
// good.
import { plural } from '../plural.ts';
import { requireThat, type BundleReader, type LoggedEvent, type Rule } from './bundle-reader.ts';
import { signedRenewal } from './renewal-statement.ts';

export const renewals: Rule = (bundle) => {
  const found = recertifications(bundle);
  if (found.length === 0) return 'no re-certification yet';
  const signed = found.filter(isSigned).map((event) => signedRenewal(bundle, event));
  const renewing = signed.filter(({ renews }) => renews).length;
  return `${plural(found.length, 're-certification')}, ${signed.length} of them signed, ${renewing} by both keys, with their results judged again`;
};

const isSigned = ({ body }: LoggedEvent): boolean => body['statement'] !== undefined;

/** In the order of the log. */
const recertifications = (bundle: BundleReader): LoggedEvent[] => {
  const certified = bundle.event('certified').index;
  return bundle.events.filter(({ type, index }) => type === 'recertified' && index > certified);
};

interface Standing {
  readonly state: string;
  /** Until when a re-certification renewed the certificate. */
  readonly validUntil?: string;
}

/** Where the re-certifications leave the certificate. */
const standing = (bundle: BundleReader): Standing =>
  recertifications(bundle).reduce<Standing>((before, event) => standingAfter(bundle, before, event), {
    state: 'current',
  });

const standingAfter = (bundle: BundleReader, before: Standing, event: LoggedEvent): Standing => {
  const state = String(event.body['state']);
  if (state !== 'current') return { ...before, state };
  if (!isSigned(event)) return before;
  const { validUntil, renews } = signedRenewal(bundle, event);
  return validUntil === undefined || !renews ? before : { state, validUntil };
};

export const notExpired: Rule = (bundle) => {
  const { validUntil } = bundle.certificate;
  requireThat(bundle.event('certified').body['validUntil'] === validUntil, 'the log names another date');
  const until = standing(bundle).validUntil ?? validUntil;
  const now = bundle.options.now.getTime();
  requireThat(Date.parse(until) > now, `certificate-expired: re-certification was due on ${until}`);
  return `valid until ${until}${until === validUntil ? '' : ', by a signed re-certification'}`;
};

export const notRevoked: Rule = (bundle) => {
  const certified = bundle.event('certified').index;
  const undone = bundle.events.some(({ type, index }) => type === 'rolled-back' && index > certified);
  requireThat(!undone, "the log holds a later 'rolled-back' event");
  const { state } = standing(bundle);
  requireThat(state === 'current', `a re-certification found the model ${state}, and no suite has passed since`);
  return `none in the history up to entry ${bundle.checkpoint.size}; what came later needs a newer bundle`;
};
