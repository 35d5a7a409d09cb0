// The service's signature over the list of a bundle's files, and whose keys count: whoever holds a key writes the seal
// anew, with one thing in it that is not so.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { digestOf } from '#core/canonical.ts';
import { personKey } from '#core/certificate.ts';
import { SERVICE_KEY } from '#core/statements.ts';
import { signEnvelope, type Statement } from '#core/dsse.ts';
import type { TrustRoot } from '#core/trust-root.ts';
import { verifyBundle, type VerifyOptions } from '#core/verify.ts';
import { APPROVER } from '#bench/house/requests.ts';
import {
  failedChecks,
  forged,
  jsonBytes,
  payloadOf,
  readJson,
  relisted as relistedFiles,
  trueBundle,
  trustRootOf,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';

const SEAL = 'bundle.dsse.json';
let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});
const failing = (files: BundleFiles, options: Partial<VerifyOptions> = {}) => failedChecks(truth, files, options);
const digest = (n: number) => `sha256:${String(n).repeat(64)}`;

/** The seal as it is, save for what is changed; over the list that the files have. */
const sealed = async (
  change: (statement: Statement) => Partial<Statement>,
  { files = truth.files, keys = [SERVICE_KEY] }: { files?: BundleFiles; keys?: string[] } = {},
): Promise<BundleFiles> => {
  const statement = payloadOf(files, SEAL);
  const sha256 = digestOf(files.get('bundle.json')!).slice('sha256:'.length);
  const true_ = { ...statement, subject: [{ name: 'bundle.json', digest: { sha256 } }] };
  const envelope = await signEnvelope({ ...true_, ...change(true_) }, truth.signer, keys);
  return new Map(files).set(SEAL, jsonBytes(envelope));
};

it('does not make words for people true: a README of other words is remarked upon', async () => {
  const relisted = relistedFiles(truth.files, (all) => all.set('README.txt', Buffer.from('All of it is erased.\n')));
  const remarks = (files: BundleFiles) =>
    verifyBundle(files, { now: truth.now, trustRoot: truth.trustRoot }).remarks.join();
  const files = await sealed(() => ({}), { files: relisted });
  expect([failing(files), remarks(files)]).toEqual([[], expect.stringMatching(/^README\.txt is not the text/)]);
  expect(remarks(truth.files)).toBe('');
});

describe('the seal', () => {
  it('holds when it is made again as it was', async () => expect(failing(await sealed(() => ({})))).toEqual([]));

  it('is of the type, and about the list of files alone', async () => {
    const changes: ((statement: Statement) => Partial<Statement>)[] = [
      ({ predicateType }) => ({ predicateType: predicateType.replace('evidence-bundle', 'approval') }),
      ({ subject: [one] }) => ({ subject: [{ ...one!, digest: { sha256: '7'.repeat(64) } }] }),
      ({ subject: [one] }) => ({ subject: [{ ...one!, name: 'another.json' }] }),
      ({ subject: [one] }) => ({ subject: [one!, one!] }),
    ];
    for (const change of changes) expect(failing(await sealed(change))).toEqual(['bundle-sealed']);
  });

  it('says of which ticket, how many events and how long a log', async () => {
    const changes: object[] = [
      { ticketId: 'T-9999999999' },
      { events: 13 },
      { events: 15 },
      { log: { origin: truth.trustRoot.origin, size: 13 } },
      { log: { origin: truth.trustRoot.origin, size: 15 } },
      { more: 1 },
    ];
    for (const change of changes) {
      const files = await sealed(({ predicate }) => ({ predicate: { ...predicate, ...change } }));
      expect([change, failing(files)]).toEqual([change, ['bundle-sealed']]);
    }
  });

  it("is the service's, and nobody else's", async () => {
    for (const keys of [[personKey(APPROVER)], ['log'], ['stranger']])
      expect([keys, failing(await sealed(() => ({}), { keys }))]).toEqual([keys, ['bundle-sealed']]);
    expect(failing(await sealed(() => ({}), { keys: [personKey(APPROVER), SERVICE_KEY] }))).toEqual([]);
  });

  it('and its list are written in the one form that the service signs', async () => {
    const pretty = (name: string) => Buffer.from(JSON.stringify(readJson(truth.files, name), null, 1));
    expect(failing(new Map(truth.files).set(SEAL, pretty(SEAL)))).toEqual(['bundle-sealed']);
    const list = new Map(truth.files).set('bundle.json', pretty('bundle.json'));
    expect(failing(await sealed(() => ({}), { files: list }))).toEqual(['bundle-files']);
  });

  it('covers every file with its digest, and no file that is not listed', async () => {
    const index = readJson<{ files: Record<string, string> }>(truth.files, 'bundle.json');
    const listed = (files: Record<string, string | undefined>) =>
      sealed(() => ({}), {
        files: new Map(truth.files).set('bundle.json', jsonBytes({ ...index, files: { ...index.files, ...files } })),
      });
    expect(failing(await listed({ 'README.txt': digest(7) }))).toEqual(['bundle-files']);
    expect(failing(await listed({ 'README.txt': undefined }))).toEqual(['bundle-files']);
    expect(failing(await listed({ 'more.txt': digest(7) }))).toEqual(['bundle-files']);
  });
});

describe('the ticket of a bundle', () => {
  it("is the certificate's, the events' and the list's", async () => {
    const ticketId = 'T-9999999999';
    const certificate = await forged(truth, { certificate: (one) => ({ ...one, ticketId }) });
    expect(failing(certificate)).toContain('bundle-ticket');
    const index = readJson<object>(truth.files, 'bundle.json');
    const list = new Map(truth.files).set('bundle.json', jsonBytes({ ...index, ticketId }));
    expect(
      failing(await sealed(({ predicate }) => ({ predicate: { ...predicate, ticketId } }), { files: list })),
    ).toEqual(expect.arrayContaining(['bundle-ticket', 'history-complete', 'evidence']));
    const none = new Map([...truth.files].filter(([name]) => !name.startsWith('log/')));
    expect(failing(none)).toContain('bundle-ticket');
  });

  it('is said, with the time of its receipt', () => {
    const { checks } = verifyBundle(truth.files, { now: truth.now, trustRoot: truth.trustRoot });
    const { ticketId } = readJson<{ ticketId: string }>(truth.files, 'bundle.json');
    expect(checks.find(({ id }) => id === 'bundle-ticket')?.detail).toMatch(new RegExp(`^${ticketId}, received 2026-`));
  });
});

describe('a trust root', () => {
  const pinned = (change: (keys: TrustRoot['keys']) => TrustRoot['keys']) =>
    failing(truth.files, { trustRoot: { ...truth.trustRoot, keys: change(truth.trustRoot.keys) } });

  it('has a key for the log, the service and a person, each under its own id', async () => {
    for (const role of ['log', 'service', 'person'])
      expect([role, pinned((keys) => keys.filter((key) => key.role !== role))]).toEqual([
        role,
        expect.arrayContaining(['trust-root']),
      ]);
    expect(pinned((keys) => keys.map((key) => (key.role === 'person' ? { ...key, id: digest(7) } : key)))).toContain(
      'trust-root',
    );
    expect(pinned((keys) => [...keys, keys[0]!])).toContain('trust-root');
  });

  it('may have more of them', async () => {
    const more = await trustRootOf(truth.signer, { people: [APPROVER, 'clerk.cleo'] });
    expect(failing(truth.files, { trustRoot: more })).toEqual([]);
  });
});
