// Timestamps of a certificate, rule by rule: when they may say that it existed, whose count, and what they show of a
// key that others may have had. The tokens are OpenSSL's; their time is chosen, and signed by its key.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { digestOf } from '#core/canonical.ts';
import { CLOCKS_DIFFER_MS } from '#core/ledger/log-keys.ts';
import type { TrustRoot } from '#core/trust-root.ts';
import { approvalKey } from '#core/verify/approval-key.ts';
import { timestamped } from '#core/verify/timestamps.ts';
import { forged, leavesOf, trueBundle, type Leaf, type TrueBundle } from '#test/support/forged-bundles.ts';
import { opensslAuthority, type OpensslAuthority } from '#test/support/openssl-authority.ts';
import { numbered, said, says } from '#test/support/rule-rows.ts';

let truth: TrueBundle;
let openssl: OpensslAuthority;
beforeAll(async () => {
  truth = await trueBundle();
  openssl = opensslAuthority();
});
afterAll(() => openssl.remove());

/** A whole second within the days of the authority's certificates, which begin when the test does. */
const STAMPED = 1000 * Math.floor(Date.now() / 1000) + 86_400_000;
const time = (ms: number) => new Date(STAMPED + ms).toISOString();

interface Stamping {
  /** When the approver decided, by the certificate. */
  readonly approved?: string;
  /** When the certificate entered the log. */
  readonly logged?: string;
  /** Milliseconds from STAMPED of each stamp: the first with the certificate, others later. */
  readonly at?: readonly number[];
  readonly authority?: string;
}

const stamped = async ({ approved, logged = time(0), at = [0], authority = 'good' }: Stamping = {}) => {
  const change = said(({ approval }) => ({ approval: { ...approval, at: approved ?? approval.at } }));
  const certificate = (await forged(truth, change)).get('certificate.dsse.json')!;
  const files: BundleFiles = new Map(truth.files);
  const named = at.map((ms, i) => {
    const token = openssl.stampedAt(new Date(STAMPED + ms), certificate);
    files.set(`timestamps/${i}.tst`, token);
    return { timestamps: [{ authority, token: digestOf(token) }] };
  });
  const [first = {}, ...later] = named;
  const { leaves } = numbered((all) => [
    ...all.map((leaf) =>
      leaf.event.type === 'certified' ? { ...leaf, at: logged, event: { ...leaf.event, ...first } } : leaf,
    ),
    ...later.map((more): Leaf => ({ ...all.at(-1)!, at: time(60_000), event: { type: 'timestamped', ...more } })),
  ]);
  return forged({ ...truth, files }, { ...change, ...(leaves && { leaves }) });
};

const good = () => ({ name: 'good', certificates: [openssl.root.toString('base64')] });
const rooted = (authorities: TrustRoot['authorities'], ended?: TrustRoot['keys'][number]['ended']) => ({
  trustRoot: {
    ...truth.trustRoot,
    ...(authorities && { authorities }),
    keys: truth.trustRoot.keys.map((key) => (key.role === 'person' && ended ? { ...key, ended } : key)),
  },
});

describe('a timestamp', () => {
  const holds = 'holds: 1 of 1 by authorities of the trust root:';
  const outside = (logged: string) =>
    `fails: the certificate was stamped on ${time(0)}, and the log has it from the approval to ${logged}`;
  const own = () => rooted([good()]);
  says(() => truth, timestamped, [
    ['of the moment of its entry', () => stamped(), `${holds} ${time(0)}`, own],
    ['none', () => ({}), 'not-checked: the certificate has no timestamp', own],
    ['where no authority is named', () => stamped(), 'not-checked: the trust root names no timestamp authority'],
    [
      'of an authority that is not named',
      () => stamped({ authority: 'other' }),
      'not-checked: the trust root does not name the authority of the timestamp: other',
      own,
    ],
    [
      'as long before the approval as clocks allow',
      () => stamped({ approved: time(CLOCKS_DIFFER_MS) }),
      `${holds} ${time(0)}`,
      own,
    ],
    ['longer before it', () => stamped({ approved: time(CLOCKS_DIFFER_MS + 1) }), outside(time(0)), own],
    [
      'as long after its entry as clocks allow',
      () => stamped({ logged: time(-CLOCKS_DIFFER_MS) }),
      `${holds} ${time(0)}`,
      own,
    ],
    [
      'longer after it',
      () => stamped({ logged: time(-CLOCKS_DIFFER_MS - 1) }),
      outside(time(-CLOCKS_DIFFER_MS - 1)),
      own,
    ],
    [
      'the earliest of several',
      () => stamped({ at: [2000, 0, 1000], logged: time(2000) }),
      `holds: 3 of 3 by authorities of the trust root: ${time(0)}`,
      own,
    ],
    [
      'whose token is not here',
      async () => new Map([...(await stamped())].filter(([name]) => name !== 'timestamps/0.tst')),
      'fails: the timestamp of good is not in the bundle',
      own,
    ],
    [
      'of other bytes',
      async () => {
        const other = openssl.stampedAt(new Date(STAMPED), Buffer.from('another'));
        const files = await stamped();
        const leaves = (all: Leaf[]) =>
          all.map((leaf) =>
            leaf.event.type === 'certified'
              ? { ...leaf, event: { ...leaf.event, timestamps: [{ authority: 'good', token: digestOf(other) }] } }
              : leaf,
          );
        return forged({ ...truth, files: new Map(files).set('timestamps/1.tst', other) }, { leaves });
      },
      'fails: timestamp of good, digest: the timestamp is of something else',
      own,
    ],
    [
      'by a certificate that nobody can read',
      () => stamped(),
      'fails: timestamp of good, malformed: a trusted certificate of good cannot be read',
      () => rooted([{ name: 'good', certificates: ['AAAA'] }]),
    ],
    [
      'by the first of two authorities of one name',
      () => stamped(),
      `${holds} ${time(0)}`,
      () => rooted([good(), { name: 'good', certificates: ['AAAA'] }]),
    ],
  ]);
});

describe('a key that others may have had since', () => {
  const until = (ms: number) => ({ until: time(ms), compromised: true });
  const held = (ms: number) =>
    `holds: the key of then, and the certificate was stamped before others may have had it, on ${time(ms)}`;
  const unshown = (ms: number) =>
    `fails: others may have had the key since ${time(ms)}, and no timestamp shows that the certificate is older`;
  says(() => truth, approvalKey, [
    ['the moment of the stamp', () => stamped(), held(0), () => rooted([good()], until(0))],
    ['a moment before it', () => stamped(), unshown(-1), () => rooted([good()], until(-1))],
    ['the first stamp is enough', () => stamped({ at: [2000, 0] }), held(0), () => rooted([good()], until(0))],
    ['a stamp by nobody who is trusted', () => stamped(), unshown(0), () => rooted(undefined, until(0))],
    [
      'a stamp by another authority',
      () => stamped({ authority: 'other' }),
      unshown(0),
      () => rooted([good()], until(0)),
    ],
  ]);
});

// the walk has a clock of its own, whose days are before those of the authority's certificates
it('has a log from before the stamps', () => {
  expect(leavesOf(truth.files).every(({ at }) => Date.parse(at) < STAMPED)).toBe(true);
});
