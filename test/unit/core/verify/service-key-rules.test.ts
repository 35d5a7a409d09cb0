// The service's keys follow each other: one that ended signs nothing that the log has from later, whichever of them
// stands first in the trust root and whoever else signed.
import { beforeAll, describe } from '@jest/globals';
import { personKey } from '#core/certificate.ts';
import { keyIdOf } from '#core/dsse.ts';
import { SERVICE_KEY } from '#core/statements.ts';
import type { TrustRoot } from '#core/trust-root.ts';
import { bundleSealed } from '#core/verify/listing.ts';
import { certificateSignatures, keysPinned } from '#core/verify/signatures.ts';
import { APPROVER } from '#bench/house/requests.ts';
import { leavesOf, trueBundle, type Leaf, type TrueBundle } from '#test/support/forged-bundles.ts';
import { numbered, says } from '#test/support/rule-rows.ts';

type Key = TrustRoot['keys'][number];
type Ended = Key['ended'];

const NEXT = 'service-next';
let truth: TrueBundle;
let next: Key;
beforeAll(async () => {
  truth = await trueBundle();
  const publicKey = await truth.signer.publicKey(NEXT);
  next = { id: keyIdOf(publicKey), role: 'service', name: NEXT, publicKey: Buffer.from(publicKey).toString('base64') };
});

const service = (): Key => truth.trustRoot.keys.find(({ role }) => role === 'service')!;
const certified = (): number => Date.parse(leavesOf(truth.files).find(({ event }) => event.type === 'certified')!.at);
const at = (ms: number): string => new Date(certified() + ms).toISOString();
const end = (ms: number, compromised = false) => ({ until: at(ms), compromised });

/** The keys as they are, with the service's ends, and the service's next key first or last. */
const rooted = (ended: Ended, { endOfNext, first = false }: { endOfNext?: Ended; first?: boolean } = {}) => {
  const withEnd = (key: Key, one: Ended): Key => (one ? { ...key, ended: one } : key);
  const own = truth.trustRoot.keys.map((key) => (key.role === 'service' ? withEnd(key, ended) : key));
  const more = withEnd(next, endOfNext);
  return { trustRoot: { ...truth.trustRoot, keys: first ? [more, ...own] : [...own, more] } };
};

const both = () => ({ signers: [personKey(APPROVER), SERVICE_KEY, NEXT] });
/** The log says that a key ended. */
const logged = (key: () => Key, fields: object = {}) =>
  numbered((all) => {
    const event: Leaf['event'] = { type: 'service-key-ended', key: key().id, ...end(60_000), ...fields };
    return [...all, { ...all.at(-1)!, event }];
  });

describe('the certificate', () => {
  const two = 'holds: signed by 2 keys: service and approver';
  const three = two.replace('2', '3');
  const over = (ms: number) => () => `fails: the service's key ended on ${at(ms)}, before the certificate of ${at(0)}`;
  const said = "fails: the log says that the service's key ended on";
  const newer = 'ask for a newer one';
  says(() => truth, certificateSignatures, [
    ['signed with a key in use', () => ({}), two],
    ['signed at the moment of its end', () => ({}), two, () => rooted(end(0))],
    ['signed a moment after', () => ({}), over(-1), () => rooted(end(-1))],
    ['a next key that did not sign, first or last', () => ({}), over(-1), () => rooted(end(-1), { first: true })],
    ['signed with the next one, too', both, three, () => rooted(end(-1))],
    [
      'signed with a next one that has ended',
      both,
      three,
      () => rooted(undefined, { endOfNext: end(-1), first: true }),
    ],
    ['both of which have ended', both, over(-1), () => rooted(end(-1), { endOfNext: end(-2) })],
    [
      'signed by no key of the service',
      () => ({ signers: [personKey(APPROVER)] }),
      'fails: no service key of the trust root that was given signed the certificate',
    ],
    ['an end that the log has as well', () => logged(service), two, () => rooted(end(60_000))],
    [
      'an end that the log alone has',
      () => logged(service),
      () => `${said} ${at(60_000)}; the trust root has no end of it: ${newer}`,
    ],
    [
      'a milder end than the log has',
      () => logged(service),
      () => `${said} ${at(60_000)}; the trust root has a milder end of it, ${at(60_001)}: ${newer}`,
      () => rooted(end(60_001)),
    ],
    [
      'an end that does not say that others may have had it',
      () => logged(service, { compromised: true }),
      () =>
        `${said} ${at(60_000)}, and that others may have had it since; the trust root has a milder end of it, ${at(60_000)}: ${newer}`,
      () => rooted(end(60_000)),
    ],
    [
      'the strictest of several ends',
      () => {
        const [one, other] = [logged(service), logged(service, end(90_000))];
        return { leaves: (all) => numbered(() => other.leaves!(one.leaves!(all))).leaves!(all) };
      },
      two,
      () => rooted(end(60_000)),
    ],
    ['the end of another key', () => logged(() => next), two],
    ["of two keys the first one's end", () => ({ ...both(), ...logged(() => next) }), three, () => rooted(undefined)],
    ['another event about the key', () => logged(service, { type: 'notified' }), two],
  ]);
});

describe('the keys', () => {
  const open = "not-checked: the bundle's own keys: it agrees with itself; whose they are needs --trust-root FILE";
  says(() => truth, keysPinned, [
    ['of the verifier', () => ({}), 'holds: keys pinned by the verifier'],
    ["of the bundle's own", () => ({}), open, () => ({ trustRoot: undefined })],
  ]);
});

describe('the list of files', () => {
  const late = () => truth.now.getTime() - certified();
  says(() => truth, bundleSealed, [
    [
      'of the moment of the end',
      () => ({}),
      'holds: the service signed the list, with 14 events',
      () => rooted(end(late())),
    ],
    [
      'of the moment after',
      () => ({}),
      () => `fails: the service's key ended on ${at(late() - 1)}, before the list of files of ${at(late())}`,
      () => rooted(end(late() - 1)),
    ],
  ]);
});
