// Attacks on who signed and who decided. An insider holds every private key and writes the history anew: nothing but
// the rule stands in the way.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { APPROVAL_TYPE, CERTIFICATE_TYPE, personKey, type CertificatePredicate } from '#core/certificate.ts';
import { SERVICE_KEY } from '#core/statements.ts';
import { keyIdOf, STATEMENT_TYPE, type Envelope, type Statement } from '#core/dsse.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { verifyBundle, type VerifyOptions } from '#core/verify.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import {
  failedChecks,
  forged,
  jsonBytes,
  payloadOf,
  readJson,
  relisted,
  trueBundle,
  trustRootOf,
  type Forgery,
  type Leaf,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});
const failing = (files: BundleFiles, options: Partial<VerifyOptions> = {}) => failedChecks(truth, files, options);
const at = (leaves: Leaf[], type: string): Leaf => leaves.find(({ event }) => event.type === type)!;

describe('signatures', () => {
  const resigned = (change: (envelope: Envelope) => void) =>
    relisted(truth.files, (files) => {
      const envelope = readJson<Envelope>(files, 'certificate.dsse.json');
      change(envelope);
      files.set('certificate.dsse.json', jsonBytes(envelope));
    });

  it('removed, the one or the other', () => {
    for (const which of [0, 1])
      expect(failing(resigned(({ signatures }) => void signatures.splice(which, 1)))).toContain(
        'certificate-signatures',
      );
  });

  it('of one key, once or twice, by an insider', async () => {
    for (const key of [personKey(APPROVER), SERVICE_KEY, LOG_KEY])
      for (const signers of [[key], [key, key]])
        expect(failing(await forged(truth, { signers }))).toContain('certificate-signatures');
  });

  it('of the service and another person than the one whose key is named', async () => {
    const trustRoot = await trustRootOf(truth.signer, { people: [APPROVER, 'clerk.cleo'] });
    const files = await forged(truth, { signers: [personKey('clerk.cleo'), SERVICE_KEY] });
    expect(failing(files, { trustRoot })).toEqual(['certificate-signatures']);
  });

  it('over another certificate than the approver signed', async () => {
    const decided = payloadOf(truth.files, 'certificate.dsse.json');
    const more = { ...decided, predicate: { ...decided.predicate, validUntil: '2027-01-01T00:00:00.000Z' } };
    expect(failing(await forged(truth, { decided: more }))).toEqual(['approval-signature']);
  });

  it('of the service alone, on a certificate of the form that had no other', async () => {
    const certificate = (one: CertificatePredicate): CertificatePredicate => ({ ...one, version: 2 });
    expect(failing(await forged(truth, { certificate, signers: [SERVICE_KEY] }))).toContain('certificate-signatures');
    expect(failing(await forged(truth, { certificate }))).toContain('certificate-signatures');
  });

  it('of both, on a certificate that says it is of the form whose approver signed the evidence alone', async () => {
    const certificate = (one: CertificatePredicate): CertificatePredicate => ({ ...one, version: 1 });
    expect(failing(await forged(truth, { certificate }))).toEqual(
      expect.arrayContaining(['certificate-signatures', 'approval-signature']),
    );
  });

  it("the service's key listed a second time as a person's", async () => {
    const { keys, ...rest } = truth.trustRoot;
    const service = keys.find(({ role }) => role === 'service')!;
    const twice = [
      ...keys.filter(({ role }) => role !== 'person'),
      { ...service, role: 'person' as const, name: APPROVER },
    ];
    const files = await forged(truth, {
      signers: [SERVICE_KEY, SERVICE_KEY],
      certificate: (predicate) => ({ ...predicate, keys: { service: service.id, approver: service.id } }),
    });
    expect(failing(files, { trustRoot: { ...rest, keys: twice } })).toEqual(
      expect.arrayContaining(['trust-root', 'separation-of-duties']),
    );
  });

  it("the approver's key id under the service's signature", () => {
    const approver = truth.trustRoot.keys.find(({ role }) => role === 'person')!;
    const files = resigned(({ signatures: [, service] }) => void (service!.keyid = approver.id));
    expect(failing(files)).toContain('certificate-signatures');
  });

  it('the approval signed by another person than the approver', async () => {
    const trustRoot = await trustRootOf(truth.signer, { people: [APPROVER, 'clerk.cleo'] });
    const other = await forged(truth, { approver: 'clerk.cleo', signers: [SERVICE_KEY, personKey(APPROVER)] });
    expect(failing(other, { trustRoot })).toEqual(['approval-signature']);
  });

  it('an attestation put in the place of another', () => {
    const files = relisted(truth.files, (all) =>
      all.set('attestations/approved.dsse.json', all.get('attestations/deployed.dsse.json')!),
    );
    expect(failing(files)).toEqual(['bundle-sealed', 'stage-attestations']);
  });

  it("the approver's signature from another statement", () => {
    const files = relisted(truth.files, (all) => all.set('approval.dsse.json', all.get('certificate.dsse.json')!));
    expect(failing(files)).toEqual(['bundle-sealed', 'approval-signature', 'history']);
  });

  it('of strangers who signed everything, in a trust root of their own', async () => {
    const keys = { log: 'forger.log', service: 'forger.service' };
    const files = await forged(truth, {
      keys,
      approver: 'mallory',
      leaves: (leaves) => (Object.assign(at(leaves, 'approved').event, { approver: 'mallory' }), leaves),
      certificate: (predicate) => ({ ...predicate, approval: { ...predicate.approval, approver: 'mallory' } }),
    });
    expect(failing(files)).toEqual(
      expect.arrayContaining(['certificate-signatures', 'checkpoint', 'log-inclusion', 'stage-attestations']),
    );
  });

  it('true ones, but the trust root is pinned to other keys', async () => {
    for (const keys of [{ log: 'other' }, { service: 'other' }, { people: ['other'] }])
      expect(failing(truth.files, { trustRoot: await trustRootOf(truth.signer, keys) })).not.toEqual([]);
  });
});

describe('people', () => {
  const asFiler = async (forgery: object) => {
    const trustRoot = await trustRootOf(truth.signer, { people: [FILER] });
    const approver = keyIdOf(await truth.signer.publicKey(personKey(FILER)));
    const files = await forged(truth, {
      approver: FILER,
      certificate: (predicate) => ({
        ...predicate,
        keys: { ...predicate.keys, approver },
        approval: { ...predicate.approval, approver: FILER },
      }),
      ...forgery,
    });
    return failing(files, { trustRoot });
  };

  it('the filer approved, and log and certificate say so', async () => {
    const leaves = (all: Leaf[]) => (Object.assign(at(all, 'approved').event, { approver: FILER }), all);
    expect(await asFiler({ leaves })).toEqual(['separation-of-duties', 'history']);
  });

  it('the filer approved and the certificate names another filer', async () => {
    const approver = keyIdOf(await truth.signer.publicKey(personKey(FILER)));
    const files = await forged(truth, {
      approver: FILER,
      leaves: (all) => (Object.assign(at(all, 'approved').event, { approver: FILER }), all),
      certificate: (predicate) => ({
        ...predicate,
        keys: { ...predicate.keys, approver },
        approval: { ...predicate.approval, filer: 'somebody.else', approver: FILER },
      }),
    });
    const trustRoot = await trustRootOf(truth.signer, { people: [FILER] });
    expect(failing(files, { trustRoot })).toEqual(['separation-of-duties', 'history']);
  });

  it('the log names another approver than the certificate', async () => {
    expect(await asFiler({})).toEqual(['separation-of-duties']);
  });
});

describe('a decision from before approvers signed the certificate', () => {
  const other = `sha256:${'7'.repeat(64)}`;
  /** Under a certificate of the first form; which of its checks fail. */
  const decided = async (change: (statement: Statement) => Partial<Statement>) => {
    const { ticketId, approval } = payloadOf(truth.files, 'certificate.dsse.json').predicate as CertificatePredicate;
    const { approver, evidence } = approval;
    const sha256 = evidence.slice('sha256:'.length);
    const said: Statement = {
      _type: STATEMENT_TYPE,
      subject: [{ name: 'evidence.json', digest: { sha256 } }],
      predicateType: APPROVAL_TYPE,
      predicate: { ticketId, decision: 'approved', approver, evidence },
    };
    const service = truth.trustRoot.keys.find(({ role }) => role === 'service')!.id;
    const certificate = (one: CertificatePredicate): CertificatePredicate => ({
      ...one,
      version: 1,
      keys: { ...one.keys, service },
    });
    return failing(await forged(truth, { certificate, decided: { ...said, ...change(said) } }));
  };
  const saying = (change: object) => decided(({ predicate }) => ({ predicate: { ...predicate, ...change } }));

  it('stands as it was', async () => {
    const failed = await decided(() => ({}));
    expect(failed).not.toContain('approval-signature');
    expect(failed).not.toContain('certificate-signatures');
  });

  it('is of the type and form of a decision, on this ticket and evidence, by this approver', async () => {
    expect(await decided(() => ({ predicateType: CERTIFICATE_TYPE }))).toContain('approval-signature');
    for (const change of [
      { ticketId: 'T-9999999999' },
      { evidence: other },
      { approver: 'clerk.cleo' },
      { more: true },
    ])
      expect([change, await saying(change)]).toEqual([change, expect.arrayContaining(['approval-signature'])]);
  });

  it('is about the evidence, as whoever reads its subject sees it', async () => {
    for (const change of [
      ({ subject: [one] }: Statement) => ({ subject: [{ ...one!, digest: { sha256: '7'.repeat(64) } }] }),
      ({ subject: [one] }: Statement) => ({ subject: [{ ...one!, name: 'tables.json' }] }),
      ({ subject: [one] }: Statement) => ({ subject: [one!, one!] }),
    ])
      expect(await decided(change)).toContain('approval-signature');
  });
});

describe('the keys that a certificate names', () => {
  const naming = async (keys: Partial<CertificatePredicate['keys']>, forgery: Forgery = {}) => {
    const certificate = (one: CertificatePredicate) => ({ ...one, keys: { ...one.keys, ...keys } });
    return forged(truth, { ...forgery, certificate });
  };
  const idOf = async (name: string) => keyIdOf(await truth.signer.publicKey(name));

  it('are those that signed, and two', async () => {
    const [service, approver] = [await idOf(SERVICE_KEY), await idOf(personKey(APPROVER))];
    expect(failing(await naming({ service: approver }))).toEqual(['separation-of-duties']);
    expect(failing(await naming({ service: await idOf(LOG_KEY) }))).toContain('certificate-signatures');
    expect(failing(await naming({ approver: service }))).toEqual(['approval-signature', 'separation-of-duties']);
  });

  it("are of a person, and of the approver by name, where another's key is in the trust root too", async () => {
    const trustRoot = await trustRootOf(truth.signer, { people: [APPROVER, 'clerk.cleo'] });
    const cleo = await idOf(personKey('clerk.cleo'));
    const files = await naming({ approver: cleo }, { approver: 'clerk.cleo' });
    expect(failing(files, { trustRoot })).toEqual(['separation-of-duties']);
    const keys = trustRoot.keys.map((key) =>
      key.id === cleo ? { ...key, role: 'service' as const, name: APPROVER } : key,
    );
    expect(failing(files, { trustRoot: { ...trustRoot, keys } })).toEqual([
      'certificate-signatures',
      'separation-of-duties',
    ]);
  });
});

describe('who filed and who approved', () => {
  it('differ in more than how the name is written', async () => {
    const filer = 'Approver-Aino';
    const files = await forged(truth, {
      leaves: (all) => (Object.assign(at(all, 'received').event, { filer }), all),
      certificate: (one) => ({ ...one, approval: { ...one.approval, filer } }),
    });
    expect(failing(files)).toContain('separation-of-duties');
  });

  it('are those of the log', async () => {
    const filer = (one: CertificatePredicate) => ({ ...one, approval: { ...one.approval, filer: 'somebody.else' } });
    expect(failing(await forged(truth, { certificate: filer }))).toEqual(['separation-of-duties']);
  });

  it("is said, with what the certificate's signature is over", () => {
    const { checks } = verifyBundle(truth.files, { now: truth.now, trustRoot: truth.trustRoot });
    const detail = (id: string) => checks.find((one) => one.id === id)?.detail;
    expect(detail('separation-of-duties')).toBe(`filed by ${FILER}, approved by ${APPROVER}`);
    expect(detail('approval-signature')).toContain(APPROVER);
    expect(detail('certificate-signatures')).toBe('signed by 2 keys: service and approver');
  });
});
