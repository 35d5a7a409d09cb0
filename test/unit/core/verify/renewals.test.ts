// Re-certifications in a bundle: true ones renew, and whoever lacks one of the certificate's two keys, or forges what
// is behind a statement, renews nothing.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { digestOf } from '#core/canonical.ts';
import { personKey } from '#core/certificate.ts';
import { SERVICE_KEY, type RenewalPredicate } from '#core/statements.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { APPROVER } from '#bench/house/requests.ts';
import { failedChecks, jsonBytes, payloadOf, readJson, type TrueBundle } from '#test/support/forged-bundles.ts';
import { verifyBundle } from '#core/verify.ts';
import { lastStatement, renewedBundle, restated as restatedOf, type Restated } from '#test/support/renewed-bundles.ts';

let truth: TrueBundle;
/** It passes, fails, and passes again. */
beforeAll(async () => {
  truth = await renewedBundle([true, false, true]);
});

const failing = (files: BundleFiles, now = truth.now) => failedChecks(truth, files, { now });
const restated = (change: Restated) => restatedOf(truth, change);

describe('a certificate that was re-certified', () => {
  it('is in its bundle with every statement, and holds from the last suite that passed', () => {
    const { ok, checks } = verifyBundle(truth.files, { now: truth.now, trustRoot: truth.trustRoot });
    expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
    expect(ok).toBe(true);
    const detail = (id: string) => checks.find((one) => one.id === id)!.detail;
    expect(detail('renewals')).toMatch(/^3 re-certifications, 3 of them signed/);
    expect(detail('validity')).toMatch(/^valid until 2026-08-29T.*by a signed re-certification/);
    expect(failing(truth.files, new Date('2026-08-28T00:00:00.000Z'))).toEqual([]);
    expect(failing(truth.files, new Date('2026-08-30T00:00:00.000Z'))).toEqual(['validity']);
  });

  it('stays so when its history is written anew, as it was', async () => {
    expect(failing(await restated({}))).toEqual([]);
  });

  it('is renewed by no statement that the service did not sign', async () => {
    for (const signers of [[personKey(APPROVER)], [personKey('desk.dora')], [LOG_KEY], [LOG_KEY, personKey(APPROVER)]])
      expect([signers, failing(await restated({ signers }))]).toEqual([
        signers,
        ['renewals', 'validity', 'revocation'],
      ]);
  });

  it('is renewed by no statement that the service signed alone', async () => {
    const alone = await restated({ signers: [SERVICE_KEY] });
    expect(failing(alone)).toEqual(['revocation']);
    const twice = await restated({ signers: [SERVICE_KEY, SERVICE_KEY] });
    expect(failing(twice, new Date('2026-08-28T00:00:00.000Z'))).toEqual(['validity', 'revocation']);
  });

  it('is renewed by no statement that says more than its suite, about another certificate, or at another time', async () => {
    const changes: ((said: RenewalPredicate) => RenewalPredicate)[] = [
      (said) => ({ ...said, validUntil: '2926-01-01T00:00:00.000Z' }),
      (said) => ({ ...said, certificate: digestOf('another') }),
      (said) => ({ ...said, ticketId: 'T-9999999999' }),
      (said) => ({ ...said, at: '2025-01-01T00:00:00.000Z' }),
      (said) => ({ ...said, at: '2027-01-01T00:00:00.000Z' }),
      (said) => ({ ...said, evidence: undefined }),
      (said) => ({ ...said, state: 'lapsed' }),
    ];
    for (const change of changes) expect(failing(await restated({ said: change }))).toContain('renewals');
  });

  it('is not renewed by tables that fail, or that are of another model', async () => {
    const second = readJson<RenewalPredicate>(truth.files, 'recertifications/2/evidence.json');
    const failed = await restated({ said: (said) => ({ ...said, evidence: digestOf(jsonBytes(second)) }) });
    expect(failing(failed)).toContain('renewals');
  });

  it('is not renewed by a statement that others read as one about another model, or as one of another type', async () => {
    const { subject, predicateType } = payloadOf(truth.files, lastStatement(truth.files));
    const [one] = subject;
    for (const about of [
      { subject: [{ ...one!, name: 'another' }] },
      { subject: [{ ...one!, digest: { sha256: '7'.repeat(64) } }] },
      { subject: [one!, one!] },
      { predicateType: predicateType.replace('recertification', 'approval') },
    ])
      expect(failing(await restated({ signers: [SERVICE_KEY], about }))).toContain('renewals');
  });

  it('shows when what was found in between is left out', () => {
    const cut = new Map(truth.files);
    cut.delete('recertifications/2/statement.dsse.json');
    expect(failing(cut)).toEqual(expect.arrayContaining(['bundle-files', 'renewals']));
  });
});

it('is renewed by no key of the log that had ended when the log has it', () => {
  const by = (until: string) => {
    const keys = truth.trustRoot.keys.map((key) =>
      key.role === 'log' ? { ...key, ended: { until, compromised: false } } : key,
    );
    const { checks } = verifyBundle(truth.files, { now: truth.now, trustRoot: { ...truth.trustRoot, keys } });
    return checks.find(({ id }) => id === 'renewals')!.detail;
  };
  expect(by(truth.now.toISOString())).toMatch(/3 of them signed, 3 by both keys/);
  expect(by('2026-03-03T00:00:00.000Z')).toMatch(/3 of them signed, 0 by both keys/);
});
