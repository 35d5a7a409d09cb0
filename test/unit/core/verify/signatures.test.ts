// Attacks on who signed and who decided. An insider holds every private key and writes the history anew: nothing but
// the rule stands in the way.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { personKey, SERVICE_KEY, type CertificatePredicate } from '#core/certificate.ts';
import { keyIdOf, type Envelope } from '#core/dsse.ts';
import { LOG_KEY } from '#core/ledger/log.ts';
import type { VerifyOptions } from '#core/verify.ts';
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
