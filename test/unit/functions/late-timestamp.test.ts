// Authorities that were away when a certificate was issued: the purged ticket's next re-certification asks them again,
// the stamp enters its history, and `verify` counts it for the day on which it was made, not for an earlier one.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpCourier } from '#adapters/http/courier.ts';
import { Attestors } from '#core/attestors.ts';
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import { certificateBlock } from '#core/timestamp/pem.ts';
import { withAttestors, type TrustRoot } from '#core/trust-root.ts';
import { verifyBundle } from '#core/verify.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { trustRootOf } from '#test/support/forged-bundles.ts';
import { walkedToEnd, type WalkedTicket } from '#test/support/hand-walked.ts';
import { opensslAuthority, type OpensslAuthority } from '#test/support/openssl-authority.ts';

const PATIENT_MS = 3_600_000;
type Served = Awaited<ReturnType<OpensslAuthority['serve']>>;

let openssl: OpensslAuthority;
let served: Served[];
let walked: WalkedTicket;
let root: TrustRoot;
const away = new Set<string>();
const asked: string[] = [];

/** One that counts how often it is asked, and does not answer while it is away. */
const serve = (name: string): Promise<Served> =>
  openssl.serve((_request, real) => {
    asked.push(name);
    return away.has(name) ? 503 : real;
  });

beforeAll(async () => {
  openssl = opensslAuthority();
  served = await Promise.all(['prompt', 'late'].map(serve));
  const certificates = certificateBlock(openssl.root.toString('base64'));
  const timestamps = ['prompt', 'late'].map((name, i) => ({ name, url: served[i]!.url, certificates }));
  away.add('late');
  walked = await walkedToEnd({}, { attestors: Attestors.parse({ timestamps }), courier: httpCourier(PATIENT_MS) });
  const named = ['prompt', 'late'].map((name) => ({ name, certificates: [openssl.root] }));
  root = withAttestors(await trustRootOf(walked.harness.ports.signer), [], named);
});
afterAll(async () => {
  for (const one of served) await one.close();
  openssl.remove();
});

const recertified = () => walked.harness.call(sequenceLog, { model: 'house' });
const bundle = () => assembleBundle(walked.harness.ports, walked.ticketId);
const eventsNamed = async (name: string) =>
  (await walked.harness.ports.tickets.events(walked.ticketId)).filter(({ type }) => type === name);
const check = (files: BundleFiles, id: string, trustRoot = root) => {
  const found = verifyBundle(files, { now: new Date(Date.now() + 3_600_000), trustRoot });
  const { state, detail } = found.checks.find((one) => one.id === id)!;
  return `${found.ok ? 'valid' : 'not valid'}, ${state}: ${detail}`;
};

describe('a timestamp that comes after the purge', () => {
  it('is asked for again, once, and only of who gave none', async () => {
    expect(check(await bundle(), 'timestamps')).toMatch(/^valid, holds: 1 of 1 by/);
    await recertified();
    expect(await eventsNamed('timestamped')).toEqual([]);
    away.clear();
    await recertified();
    await recertified();
    expect(asked).toEqual(['prompt', 'late', 'late', 'late']);
    expect(await eventsNamed('timestamped')).toHaveLength(1);
    expect((await walked.harness.ports.tickets.get(walked.ticketId)).ticket.status).toBe('PURGED');
  });

  it('is in the bundle and counts, by itself too', async () => {
    const files = await bundle();
    expect([...files.keys()].filter((name) => name.startsWith('timestamps/')).sort()).toEqual([
      'timestamps/late.tst',
      'timestamps/prompt.tst',
    ]);
    expect(check(files, 'timestamps')).toMatch(/^valid, holds: 2 of 2 by/);
    const late = { ...root, authorities: root.authorities!.filter(({ name }) => name === 'late') };
    expect(check(files, 'timestamps', late)).toMatch(/^valid, holds: 1 of 2 by/);
    expect(check(files, 'history')).toMatch(/^valid, holds/);
  });

  it('fails where the token is of something else, and where it is left out', async () => {
    const files = await bundle();
    const swapped = new Map(files).set('timestamps/late.tst', openssl.reply(OTHER_REQUEST));
    expect(check(swapped, 'timestamps')).toMatch(/^not valid, fails/);
    const without = new Map(files);
    without.delete('timestamps/late.tst');
    expect(check(without, 'timestamps')).toMatch(/^not valid, fails: the timestamp of late is not in the bundle/);
  });
});

const OTHER_REQUEST = Buffer.from(
  '303902010130313' + '00d060960864801650304020105000420' + '22'.repeat(32) + '0101ff',
  'hex',
);
