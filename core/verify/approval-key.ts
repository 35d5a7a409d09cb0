// Whether the approver's key was theirs to sign with when they decided: a person's keys follow each other, and the
// trust root says until when each counts.
// Trap: whoever has a key can write any date under it. Of a key that others may have had, only what an authority
// stamped before then is believed; the dates of the log and of the certificate itself prove nothing.
import { requireEndAsLogged } from './key-ends.ts';
import type { TrustRoot } from '../trust-root.ts';
import { notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';
import { stampTimes } from './timestamps.ts';

type Ended = NonNullable<TrustRoot['keys'][number]['ended']>;

export const approvalKey: Rule = (bundle) => {
  const { keys, approval } = bundle.certificate;
  const key =
    bundle.trustRoot.keys.find(({ id, role }) => id === keys.approver && role === 'person') ??
    notChecked("rests on the approver's key, which the trust root does not have");
  requireEndAsLogged(bundle, 'approval-key-ended', key, "the approver's key");
  return key.ended ? requireBefore(bundle, key.ended) : `${approval.approver}'s key is in use`;
};

/** The decision is older than the end of its key; where others may have had it, by somebody else's clock. */
const requireBefore = (bundle: BundleReader, { until, compromised }: Ended): string => {
  const { approver, at: decided } = bundle.certificate.approval;
  const ended = Date.parse(until);
  requireThat(
    [decided, bundle.event('approved').at].every((at) => Date.parse(at) <= ended),
    `${approver} decided on ${decided} with a key that had ended on ${until}`,
  );
  if (!compromised) return `the key of then, which ended on ${until}`;
  requireThat(
    stampTimes(bundle).some((at) => at.getTime() <= ended),
    `others may have had the key since ${until}, and no timestamp shows that the certificate is older`,
  );
  return `the key of then, and the certificate was stamped before others may have had it, on ${until}`;
};
