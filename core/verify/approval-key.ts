// Whether the approver's key was theirs to sign with when they decided: a person's keys follow each other, and the
// trust root says until when each counts.
// Trap: whoever has a key can write any date under it. Of a key that others may have had, only what an authority
// stamped before then is believed; the dates of the log and of the certificate itself prove nothing.
import { isAsStrict, stricterEnd } from '../key-end.ts';
import type { TrustRoot } from '../trust-root.ts';
import { notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';
import { stampTimes } from './timestamps.ts';

export const approvalKey: Rule = (bundle) => {
  const { keys, approval } = bundle.certificate;
  const key =
    bundle.trustRoot.keys.find(({ id, role }) => id === keys.approver && role === 'person') ??
    notChecked("rests on the approver's key, which the trust root does not have");
  requireEndAsLogged(bundle, key);
  if (!key.ended) return `${approval.approver}'s key is in use`;
  const { until, compromised } = key.ended;
  const ended = Date.parse(until);
  const dates = [approval.at, bundle.event('approved').at];
  requireThat(
    dates.every((at) => Date.parse(at) <= ended),
    `${approval.approver} decided on ${approval.at} with a key that had ended on ${until}`,
  );
  if (!compromised) return `the key of then, which ended on ${until}`;
  requireThat(
    stampTimes(bundle).some((at) => at.getTime() <= ended),
    `others may have had the key since ${until}, and no timestamp shows that the certificate is older`,
  );
  return `the key of then, and the certificate was stamped before others may have had it, on ${until}`;
};

/**
 * Where the ticket's history has the end of the key, a trust root without it, or with a milder one, is out of date. Of
 * several the strictest counts: a key that was retired may turn out to have been in other hands.
 */
const requireEndAsLogged = (bundle: BundleReader, { id, ended }: TrustRoot['keys'][number]): void => {
  const logged = bundle.events
    .filter(({ type, body }) => type === 'approval-key-ended' && body['key'] === id)
    .map(({ body }) => ({ until: String(body['until']), compromised: body['compromised'] === true }));
  const [first, ...more] = logged;
  if (!first) return;
  const said = more.reduce(stricterEnd, first);
  requireThat(
    ended !== undefined && isAsStrict(ended, said),
    `the log says that the approver's key ended on ${said.until}${said.compromised ? ', and that others may have had it since' : ''}; ` +
      `the trust root ${ended ? `has a milder end of it, ${ended.until}` : 'has no end of it'}: ask for a newer one`,
  );
};
