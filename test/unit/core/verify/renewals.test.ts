// Re-certifications in a bundle: true ones renew, and whoever lacks one of the certificate's two keys, or forges what
// is behind a statement, renews nothing.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import { digestOf } from '#core/canonical.ts';
import { personKey } from '#core/certificate.ts';
import { SERVICE_KEY, type RenewalPredicate } from '#core/statements.ts';
import { signEnvelope, type Statement } from '#core/dsse.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { LOG_KEY } from '#core/ledger/log.ts';
import { findStep } from '#functions/steps.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { APPROVER } from '#bench/house/requests.ts';
import {
  failedChecks,
  forged,
  jsonBytes,
  payloadOf,
  readJson,
  trustRootOf,
  type Leaf,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';
import { verifyBundle } from '#core/verify.ts';
import { walkedToEnd } from '#test/support/hand-walked.ts';

const DAY = 86_400;
let truth: TrueBundle;
let stillGood: boolean;

/** Re-certified three times: it passes, fails, and passes again. */
beforeAll(async () => {
  const { harness, ticketId } = await walkedToEnd({ stillGood: () => stillGood });
  for (const good of [true, false, true]) {
    stillGood = good;
    harness.clock.advance(30 * DAY);
    const execution = `on ${harness.ports.clock.now().toISOString()}`;
    const check = await harness.call(findStep('check-continuity'), { model: 'house', trigger: 'manual', execution });
    const { job, planDigest } = check as { job: string; planDigest: string };
    await harness.ports.jobs.submit({ name: job, definition: 'recertify', parameters: { job, planDigest } });
    await harness.call(findStep('record-recertification'), { model: 'house', check });
    await harness.call(sequenceLog, {});
  }
  const files = await assembleBundle(harness.ports, ticketId);
  const { signer, clock } = harness.ports;
  truth = { files, trustRoot: await trustRootOf(signer), now: clock.now(), signer };
});

const NAME = 'recertifications/3/statement.dsse.json';
const failing = (files: BundleFiles, now = truth.now) => failedChecks(truth, files, { now });

/** The last statement written anew, with its leaf. */
const restated = async (
  change: (said: RenewalPredicate) => RenewalPredicate,
  signers = [SERVICE_KEY, LOG_KEY],
  from = truth.files,
  about: Partial<Statement> = {},
): Promise<BundleFiles> => {
  const files = new Map(from);
  const statement = { ...payloadOf(files, NAME), ...about };
  const { evidence: named, validUntil, ...said } = change(statement.predicate as RenewalPredicate);
  const predicate = {
    ...said,
    ...(named !== undefined && { evidence: named }),
    ...(validUntil !== undefined && { validUntil }),
  };
  files.set(NAME, jsonBytes(await signEnvelope({ ...statement, predicate }, truth.signer, signers)));
  const leaves = (all: Leaf[]) => {
    const last = all.at(-1)!;
    const event: Leaf['event'] = { ...last.event, statement: digestOf(files.get(NAME)!) };
    delete event['evidence'];
    if (named !== undefined) event['evidence'] = named;
    return [...all.slice(0, -1), { ...last, event }];
  };
  return forged({ ...truth, files }, { leaves });
};

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
    expect(failing(await restated((said) => said))).toEqual([]);
  });

  it('is renewed by no statement that the service did not sign', async () => {
    for (const signers of [[personKey(APPROVER)], [personKey('desk.dora')], [LOG_KEY], [LOG_KEY, personKey(APPROVER)]])
      expect([signers, failing(await restated((said) => said, signers))]).toEqual([
        signers,
        ['renewals', 'validity', 'revocation'],
      ]);
  });

  it('is renewed by no statement that the service signed alone', async () => {
    const alone = await restated((said) => said, [SERVICE_KEY]);
    expect(failing(alone)).toEqual(['revocation']);
    const twice = await restated((said) => said, [SERVICE_KEY, SERVICE_KEY]);
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
    for (const change of changes) expect(failing(await restated(change))).toContain('renewals');
  });

  it('is not renewed by tables that fail, or that are of another model', async () => {
    const second = readJson<RenewalPredicate>(truth.files, 'recertifications/2/evidence.json');
    const failed = await restated((said) => ({ ...said, evidence: digestOf(jsonBytes(second)) }));
    expect(failing(failed)).toContain('renewals');
  });

  it('is not renewed by a statement that others read as one about another model, or as one of another type', async () => {
    const { subject, predicateType } = payloadOf(truth.files, NAME);
    const [one] = subject;
    for (const about of [
      { subject: [{ ...one!, name: 'another' }] },
      { subject: [{ ...one!, digest: { sha256: '7'.repeat(64) } }] },
      { subject: [one!, one!] },
      { predicateType: predicateType.replace('recertification', 'approval') },
    ])
      expect(failing(await restated((said) => said, [SERVICE_KEY], truth.files, about))).toContain('renewals');
  });

  it('is not renewed by tables that were sampled with another seed, or planned for another model', async () => {
    const digestsOf = readJson<Record<string, string>>;
    const said = payloadOf(truth.files, NAME).predicate as RenewalPredicate;
    const named = (digest: string) => [...truth.files].find(([, bytes]) => digestOf(bytes) === digest)![0];
    const evidenceFile = named(said.evidence!);
    const file = (name: 'plan' | 'tables') => named(digestsOf(truth.files, evidenceFile)[name]!);
    const exchanged = async (name: 'plan' | 'tables', change: (value: object) => object) => {
      const files = new Map(truth.files);
      const bytes = jsonBytes(change(readJson<object>(files, file(name))));
      const evidence = jsonBytes({ ...digestsOf(files, evidenceFile), [name]: digestOf(bytes) });
      files.set(`recertifications/4/${name}.json`, bytes).set('recertifications/4/evidence.json', evidence);
      return failing(
        await restated((one) => ({ ...one, evidence: digestOf(evidence) }), [SERVICE_KEY, LOG_KEY], files),
      );
    };
    expect(await exchanged('tables', (tables) => tables)).toEqual([]);
    const { sampling } = readJson<EvaluationTables>(truth.files, file('tables'));
    const reseeded = { sampling: { ...sampling, seed: 2 } };
    expect(await exchanged('tables', (tables) => ({ ...tables, ...reseeded }))).toContain('renewals');
    expect(await exchanged('plan', (plan) => ({ ...plan, model: 'another' }))).toContain('renewals');
    expect(await exchanged('plan', (plan) => ({ ...plan, quantisation: 'int8' }))).toContain('renewals');
  });

  it('shows when what was found in between is left out', () => {
    const cut = new Map(truth.files);
    cut.delete('recertifications/2/statement.dsse.json');
    expect(failing(cut)).toEqual(expect.arrayContaining(['bundle-files', 'renewals']));
  });
});
