// Until when a key of the trust root counts, in the words of the log and of the trust root.
// Trap: whoever has a key of the service can write any date under it, but not into the log, which another key signs; so
// the log's date of what was signed is what is held against the end.
import { isAsStrict, stricterEnd } from '../key-end.ts';
import type { TrustRoot } from '../trust-root.ts';
import { fail, requireThat, type BundleReader } from './bundle-reader.ts';

type Key = TrustRoot['keys'][number];

/**
 * Where the ticket's history has the end of the key, a trust root without it, or with a milder one, is out of date. Of
 * several the strictest counts: a key that was retired may turn out to have been in other hands.
 */
export const requireEndAsLogged = (
  bundle: BundleReader,
  event: 'approval-key-ended' | 'service-key-ended',
  { id, ended }: Key,
  whose: string,
): void => {
  const logged = bundle.events
    .filter(({ type, body }) => type === event && body['key'] === id)
    .map(({ body }) => ({ until: String(body['until']), compromised: body['compromised'] === true }));
  const [first, ...more] = logged;
  if (!first) return;
  const said = more.reduce(stricterEnd, first);
  requireThat(
    ended !== undefined && isAsStrict(ended, said),
    `the log says that ${whose} ended on ${said.until}${said.compromised ? ', and that others may have had it since' : ''}; ` +
      `the trust root ${ended ? `has a milder end of it, ${ended.until}` : 'has no end of it'}: ask for a newer one`,
  );
};

/** One of the service's keys among the signers, which had not ended by the log's time of what it signed. */
export const serviceKeyAt = (bundle: BundleReader, signers: readonly string[], at: string, what: string): Key => {
  const keys = bundle.trustRoot.keys.filter(({ id, role }) => role === 'service' && signers.includes(id));
  const inTime = ({ ended }: Key) => ended === undefined || Date.parse(at) <= Date.parse(ended.until);
  const [first] = keys;
  if (!first) return fail(`no service key of ${bundle.whose} signed ${what}`);
  return keys.find(inTime) ?? fail(`the service's key ended on ${first.ended?.until ?? ''}, before ${what} of ${at}`);
};
