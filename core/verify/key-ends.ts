// Until when a key of the trust root counts, in the words of the log and of the trust root.
// Traps: whoever has a key of the service can write any date under it, but not into the log, which another key signs;
// so the log's date of what was signed is what is held against the end. Nobody signs the log's own dates but the log:
// of a key that others may have had nothing counts, and the ticket's list of leaves is signed anew by its successor.
import { isAsStrict, stricterEnd } from '../key-end.ts';
import { keyIdOf } from '../dsse.ts';
import { wasInUse, type LogKey } from '../ledger/log-keys.ts';
import { openNote } from '../ledger/note.ts';
import type { TrustRoot } from '../trust-root.ts';
import { fail, requireThat, type BundleReader } from './bundle-reader.ts';

type Key = TrustRoot['keys'][number];

/**
 * Where the ticket's history has the end of the key, a trust root without it, or with a milder one, is out of date. Of
 * several the strictest counts: a key that was retired may turn out to have been in other hands.
 */
export const requireEndAsLogged = (
  bundle: BundleReader,
  event: 'approval-key-ended' | 'service-key-ended' | 'log-key-ended',
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

/** One of the log's keys signed the note, was the log's at that time, and is not known to have been in other hands. */
export const requireLogKeyAt = (bundle: BundleReader, note: string, at: string, what: string): void => {
  const keys = bundle.logKeys;
  const signers = keys.filter((key) => openNote(note, key, keys) !== undefined);
  const [first] = signers;
  if (!first) return fail(`no log key of ${bundle.whose} signed ${what}`);
  const counts = signers.some((key) => key.ended?.compromised !== true && wasInUse(keys, key, at));
  requireThat(counts, notThen(first, at, what));
};

const notThen = ({ ended }: LogKey, at: string, what: string): string => {
  if (ended?.compromised)
    return `others may have had the log's key that signed ${what} since ${ended.until}: ask for a newer bundle, by its next key`;
  return ended && Date.parse(at) > Date.parse(ended.until)
    ? `the log's key ended on ${ended.until}, before ${what} of ${at}`
    : `${what} of ${at} is signed by a key of the log that came into use later`;
};

/** Whether one of the signers was the log's key when the log has what they signed. */
export const logKeySigned = (bundle: BundleReader, signers: readonly string[], at: string): boolean => {
  const keys = bundle.logKeys;
  return keys.some((key) => signers.includes(keyIdOf(key.publicKey)) && wasInUse(keys, key, at));
};
