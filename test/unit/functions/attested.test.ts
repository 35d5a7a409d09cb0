// Timestamps and cosignatures, from the settings to the verified bundle, with an authority of OpenSSL's and witnesses
// that share no code with ours. What fails outside stops no ticket, and stands in the log.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpCourier } from '#adapters/http/courier.ts';
import { Attestors } from '#core/attestors.ts';
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import { keyIdOf } from '#core/dsse.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { attemptsAt } from '#core/ledger/witnesses.ts';
import { parseKeyLine, parseTrustRoot, keyBlocks, withAttestors, type TrustRoot } from '#core/trust-root.ts';
import { verifyBundle } from '#core/verify.ts';
import { memorySigner } from '#adapters/memory/secrets.ts';
import { opensslAuthority, type OpensslAuthority } from '#test/support/openssl-authority.ts';
import { jsonBytes, readJson, trustRootOf, type Leaf } from '#test/support/forged-bundles.ts';
import { walkedToEnd, type WalkedTicket } from '#test/support/hand-walked.ts';
import { smallWitness, type SmallWitness } from '#test/support/small-witness.ts';

/** For an authority that answers, however busy the machine is. */
const PATIENT_MS = 3_600_000;
const pem = (der: Buffer) => `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
type Served = Awaited<ReturnType<OpensslAuthority['serve']>>;

let openssl: OpensslAuthority;
let stranger: OpensslAuthority;
let authorities: Record<'good' | 'replays' | 'broken', Served>;
let witnesses: SmallWitness[];
let lying: SmallWitness;
let walked: WalkedTicket;
let files: BundleFiles;
let trustRoot: TrustRoot;
let now: Date;

beforeAll(async () => {
  openssl = opensslAuthority();
  stranger = opensslAuthority();
  authorities = {
    good: await openssl.serve(),
    // what it said to somebody else
    replays: await openssl.serve(() => openssl.reply(OTHER_REQUEST)),
    broken: await openssl.serve(() => 500),
  };
  const signer = memorySigner();
  const root = await trustRootOf(signer);
  const logs = new Map([[root.origin, await signer.publicKey(LOG_KEY)]]);
  let clock = () => Date.now();
  witnesses = await Promise.all(['witness.one', 'witness.two'].map((name) => smallWitness(name, logs, () => clock())));
  lying = await smallWitness('witness.lying', logs);
  lying.answer = () => [200, `— witness.lying ${Buffer.alloc(76, 7).toString('base64')}\n`];
  const attestors = Attestors.parse({
    timestamps: [
      { name: 'good', url: authorities.good.url, certificates: pem(openssl.root) },
      { name: 'untrusted', url: authorities.good.url, certificates: pem(stranger.root) },
      { name: 'replays', url: authorities.replays.url, certificates: pem(openssl.root) },
      { name: 'broken', url: authorities.broken.url, certificates: pem(openssl.root) },
    ],
    witnesses: [...witnesses, lying, { key: lying.key, url: 'http://127.0.0.1:9/' }].map(({ key, url }) => ({
      key,
      url,
    })),
  });
  walked = await walkedToEnd({}, { attestors, courier: httpCourier(PATIENT_MS) });
  const { ports, clock: harnessClock } = walked.harness;
  clock = () => ports.clock.now().getTime();
  harnessClock.advance(1);
  files = await assembleBundle(ports, walked.ticketId);
  now = ports.clock.now();
  const named = [...witnesses, lying].map(({ key }) => parseKeyLine(key)!.key);
  const certificates = (from: OpensslAuthority) => [from.root];
  trustRoot = withAttestors(root, named, [{ name: 'good', certificates: certificates(openssl) }]);
});
afterAll(async () => {
  for (const one of [...Object.values(authorities), ...witnesses, lying]) await one.close();
  openssl.remove();
  stranger.remove();
});

const OTHER_REQUEST = Buffer.from(
  '303902010130313' + '00d060960864801650304020105000420' + '11'.repeat(32) + '0101ff',
  'hex',
);

const check = (id: string, root: TrustRoot = trustRoot, of = files) => {
  const found = verifyBundle(of, { now, trustRoot: root }).checks.find((one) => one.id === id)!;
  return `${found.state}: ${found.detail}`;
};

describe('timestamps of a certificate', () => {
  it('are in the bundle where they verified; why the others are not stands in the log', () => {
    const leaves = [...files.keys()]
      .filter((name) => /^log\/\d+\.json$/.test(name))
      .map((name) => readJson<Leaf>(files, name));
    const { timestamps } = leaves.find(({ event }) => event.type === 'certified')!.event;
    expect(timestamps).toMatchObject([
      { authority: 'good', token: expect.stringMatching(/^sha256:/) },
      { authority: 'untrusted', failed: 'untrusted' },
      { authority: 'replays', failed: 'digest' },
      { authority: 'broken', failed: 'refused' },
    ]);
    expect([...files.keys()].filter((name) => name.startsWith('timestamps/'))).toEqual(['timestamps/good.tst']);
  });

  it('hold for whoever trusts their authority, and are not checked for others', () => {
    expect(check('timestamps')).toMatch(/^holds: 1 of 1 by authorities of the trust root: 20/);
    const until = new Date(Date.now() + 60_000).toISOString(); // after the stamp
    const ended = { until, compromised: true };
    const keys = trustRoot.keys.map((key) => (key.role === 'person' ? { ...key, ended } : key));
    expect(check('approval-key', { ...trustRoot, keys })).toMatch(/^holds: .* stamped before others may have had it/);
    expect(check('approval-key', { ...trustRoot, keys, authorities: [] })).toMatch(/^fails: /);
    // the moment of the stamp itself still counts, and none before it
    const stamped = Date.parse(check('timestamps').split('trust root: ')[1]!);
    const endedAt = (ms: number) =>
      trustRoot.keys.map((key) =>
        key.role === 'person' ? { ...key, ended: { until: new Date(ms).toISOString(), compromised: true } } : key,
      );
    expect(check('approval-key', { ...trustRoot, keys: endedAt(stamped - 1) })).toMatch(/^fails: /);
    expect(check('timestamps', { ...trustRoot, authorities: [] })).toMatch(/^not-checked: the trust root names no/);
    const others = [{ name: 'other', certificates: [openssl.root.toString('base64')] }];
    expect(check('timestamps', { ...trustRoot, authorities: others })).toMatch(/^not-checked: .*: good$/);
  });

  it('fail where the name is another authority, by its name', () => {
    const certificates = [stranger.root.toString('base64')];
    expect(check('timestamps', { ...trustRoot, authorities: [{ name: 'good', certificates }] })).toMatch(
      /^fails: timestamp of good, untrusted:/,
    );
  });

  it('fail where the token is not here, and are not checked where no authority is named at all', () => {
    const without: BundleFiles = new Map(files);
    without.delete('timestamps/good.tst');
    expect(check('timestamps', trustRoot, without)).toBe('fails: the timestamp of good is not in the bundle');
    const { authorities: named = [], ...bare } = trustRoot;
    expect(check('timestamps', bare)).toMatch(/^not-checked: the trust root names no/);
    const twice = [...named, { name: 'good', certificates: [stranger.root.toString('base64')] }];
    expect(check('timestamps', { ...trustRoot, authorities: twice })).toMatch(/^holds/);
  });

  it('are from before the log had them, up to what clocks differ', () => {
    const stamped = Date.parse(check('timestamps').split('trust root: ')[1]!);
    const loggedAt = (ms: number) => {
      const changed: BundleFiles = new Map(files);
      for (const name of files.keys()) {
        if (!/^log\/\d+\.json$/.test(name)) continue;
        const leaf = readJson<Leaf>(files, name);
        if (leaf.event.type === 'certified') changed.set(name, jsonBytes({ ...leaf, at: new Date(ms).toISOString() }));
      }
      return check('timestamps', trustRoot, changed);
    };
    expect(loggedAt(stamped - 300_000)).toMatch(/^holds/);
    expect(loggedAt(stamped - 300_001)).toMatch(/^fails: the certificate was stamped on/);
  });

  it('stand in a trust root as PEM, which is read back', () => {
    expect(parseTrustRoot(keyBlocks(trustRoot), 'keys.pem').authorities).toEqual(trustRoot.authorities);
  });
});

describe('witnesses', () => {
  it('co-sign the checkpoint of the bundle; one that lies or does not answer is recorded, and stops nothing', async () => {
    expect(check('witnesses')).toBe('holds: co-signed by 2 of 3 witnesses');
    const note = Buffer.from(files.get('checkpoint')!).toString('utf8');
    const attempts = await attemptsAt(walked.harness.ports.logStorage, note);
    expect(attempts.flatMap(({ failed }) => failed)).toEqual([
      { witness: 'witness.lying', why: 'not-verified' },
      { witness: 'witness.lying', why: 'SERVICE_UNAVAILABLE' },
    ]);
  });

  it('are asked with the size that they know, which they say', () => {
    for (const { answered } of witnesses) expect(answered).toEqual([200, 409, 200]);
  });

  it('must be as many as the trust root asks for', () => {
    expect(check('witnesses', { ...trustRoot, quorum: 2 })).toMatch(/^holds/);
    expect(check('witnesses', { ...trustRoot, quorum: 3 })).toMatch(/^fails: 2 of 3 .*and 3 must$/);
  });

  it('count once, and not where their line is of another checkpoint or time', () => {
    const note = Buffer.from(files.get('checkpoint')!).toString('utf8');
    const line = note.split('\n').find((one) => one.startsWith('— witness.one '))!;
    const twice = new Map(files).set('checkpoint', Buffer.from(`${note}${line}\n`));
    expect(check('witnesses', { ...trustRoot, quorum: 3 }, twice)).toMatch(/^fails: 2 of 3/);
    const later = verifyBundle(files, { now: new Date(now.getTime() - 3_600_000), trustRoot });
    expect(later.checks.find(({ id }) => id === 'witnesses')!.state).toBe('fails');
  });

  it('have keys of their own in the trust root', () => {
    const ids = trustRoot.keys.map(({ id }) => id);
    for (const { key } of witnesses) expect(ids).toContain(keyIdOf(parseKeyLine(key)!.key.publicKey));
  });
});
