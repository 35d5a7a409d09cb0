// A bundle of a request that ended without a deletion: what it says, and that it cannot be made to say another end, or
// pass for a certificate.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import { signBundle } from '#core/statements.ts';
import { digestOf } from '#core/canonical.ts';
import { CLOSING_TYPE, ClosingPredicate } from '#core/closing.ts';
import { signEnvelope, subjectOf, type Statement } from '#core/dsse.ts';
import { verifyBundle } from '#core/verify.ts';
import { historyCloses } from '#core/verify/closing.ts';
import { findStep } from '#functions/steps.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { FILER } from '#bench/house/requests.ts';
import {
  jsonBytes,
  payloadOf,
  readJson,
  relisted,
  trustRootOf,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';
import { ruled } from '#test/support/rule-rows.ts';
import { walkedToApproval } from '#test/support/hand-walked.ts';

let truth: TrueBundle;
let early: BundleFiles;
const NAME = 'closing.dsse.json';

beforeAll(async () => {
  const { harness, ticketId } = await walkedToApproval();
  const input = { ticketId, outcome: 'withdrawn', reason: 'by-requester', by: FILER };
  await harness.call(findStep('close-ticket'), input);
  await harness.call(sequenceLog, {});
  early = await assembleBundle(harness.ports, ticketId);
  for (const name of ['notify-parties', 'purge-case']) await harness.call(findStep(name), { ticketId });
  await harness.call(sequenceLog, {});
  const { signer, clock } = harness.ports;
  const files = await assembleBundle(harness.ports, ticketId);
  truth = { files, trustRoot: await trustRootOf(signer, { people: [] }), now: clock.now(), signer };
});

const verify = (files: BundleFiles) => verifyBundle(files, { now: truth.now, trustRoot: truth.trustRoot });
const failing = (files: BundleFiles) =>
  verify(files)
    .checks.filter(({ state }) => state === 'fails')
    .map(({ id }) => id);

/** By whoever holds the service's key. */
const resealed = async (files: BundleFiles): Promise<BundleFiles> => {
  const predicate = payloadOf(files, 'bundle.dsse.json').predicate as Parameters<typeof signBundle>[2];
  const envelope = await signBundle(truth.signer, digestOf(files.get('bundle.json')!), predicate);
  return files.set('bundle.dsse.json', jsonBytes(envelope));
};
const saying = async (change: object, about: Partial<Statement> = {}, keys = ['service']): Promise<BundleFiles> => {
  const statement = payloadOf(truth.files, NAME);
  const predicate = { ...ClosingPredicate.parse(statement.predicate), ...change };
  const envelope = await signEnvelope({ ...statement, predicate, ...about }, truth.signer, keys);
  return resealed(relisted(truth.files, (all) => all.set(NAME, jsonBytes(envelope))));
};

describe('a bundle of a request that was closed', () => {
  it('holds, before the purge and after it, and says what it is: no certificate', () => {
    for (const files of [early, truth.files]) {
      const { ok, outcome, checks } = verify(files);
      expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
      expect([ok, outcome]).toEqual([true, 'withdrawn']);
      const open = checks.filter(({ state }) => state === 'not-checked').map(({ id }) => id);
      expect(open).toEqual(['witnesses']);
      const attested = files === early ? '4 stages attested' : '5 stages attested';
      expect(checks.find(({ id }) => id === 'stage-attestations')?.detail).toBe(attested);
      expect(checks.find(({ id }) => id === 'closing')?.detail).toMatch(
        /^withdrawn by filer\.finn on .*: by-requester$/,
      );
    }
    expect([...truth.files.keys()].filter((name) => name.startsWith('certificate'))).toEqual([]);
    expect(payloadOf(truth.files, NAME).predicateType).toBe(CLOSING_TYPE);
  });

  it('says no other outcome, reason, person, time, filer, law or clock than the log, whoever signs', async () => {
    const own: Partial<ClosingPredicate>[] = [
      { outcome: 'refused' },
      { reason: 'manifestly-unfounded' },
      { by: 'boss.bert' },
      { at: '2026-01-01T00:00:00.000Z' },
    ];
    const filed: Partial<ClosingPredicate>[] = [
      { filer: 'boss.bert' },
      { regime: 'ccpa' },
      { ground: 'art-17-1-d' },
      { receivedAt: '2026-01-01T00:00:00.000Z' },
      { filedAt: '2026-01-01T00:00:00.000Z' },
      { clock: [{ type: 'start', at: '2026-01-01T00:00:00.000Z' }] },
      { ticketId: 'T-9999999999' },
    ];
    for (const [id, changes] of [
      ['closing', own],
      ['closing-of-ticket', filed],
    ] as const)
      for (const change of changes) {
        const failed = failing(await saying(change)).filter((one) => one.startsWith('closing'));
        expect([change, failed]).toEqual([change, [id]]);
      }
    expect(failing(await saying({}))).toEqual([]);
  });

  it('is about the event that closed the ticket, in what it says and in its subject', async () => {
    const event = digestOf(Buffer.from('another event'));
    const subject = [subjectOf('house', event)];
    const others: readonly (readonly [object, Partial<Statement>])[] = [
      [{ event }, { subject }],
      [{ event }, {}],
      [{}, { subject }],
    ];
    for (const [change, about] of others) expect(failing(await saying(change, about))).toContain('closing');
  });

  it('is signed by the service, beside whom others may sign', async () => {
    expect(failing(await saying({}, {}, ['log', 'service']))).toEqual([]);
    expect(failing(await saying({}, {}, ['log']))).toContain('closing');
  });

  it('has its form and its type, or is named for what it lacks', async () => {
    const detail = async (change: object, about: Partial<Statement> = {}) =>
      verify(await saying(change, about)).checks.find(({ id }) => id === 'closing')?.detail;
    expect(await detail({ due: 'soon' })).toBe('the closing does not have its form');
    expect(await detail({}, { predicateType: 'https://quittance.dev/renewal/v1' })).toBe(
      'the statement is not about the end of a request',
    );
  });

  it('has a history that leads there, under the policy that it was filed with', () => {
    const closed = [...early.keys()].filter((name) => /^log\/.*json$/.test(name)).at(-1)!;
    const open: BundleFiles = new Map(early);
    open.delete(closed);
    expect(ruled(truth, historyCloses, open)).toBe('fails: the history ends in AWAITING_APPROVAL');
    const policy = Buffer.concat([truth.files.get('policy.json')!, Buffer.from(' ')]);
    expect(ruled(truth, historyCloses, new Map(truth.files).set('policy.json', policy))).toBe(
      'fails: the ticket was filed under another policy',
    );
  });

  it('passes for no refusal, and for no certificate', async () => {
    const index = readJson<{ outcome: string }>(truth.files, 'bundle.json');
    for (const outcome of ['refused', 'cancelled', 'completed']) {
      const files = new Map(truth.files).set('bundle.json', jsonBytes({ ...index, outcome }));
      expect([outcome, failing(await resealed(files)).length > 0]).toEqual([outcome, true]);
    }
    const silent = new Map(truth.files).set('bundle.json', jsonBytes({ ...index, outcome: undefined }));
    expect(failing(silent)).toContain('certificate-signatures');
  });

  it('shows an event that is left out, a byte that is changed and a statement by another key', async () => {
    const cut = relisted(truth.files, (all) => {
      const last = [...all.keys()].filter((name) => /^log\/.*json$/.test(name)).at(-1)!;
      all.delete(last);
      all.delete(last.replace('.json', '.tlog-proof'));
    });
    expect(failing(await resealed(cut))).toContain('history-complete');
    const changed = relisted(truth.files, (all) => all.set('log/0001.json', jsonBytes({})));
    expect(failing(changed)).toEqual(expect.arrayContaining(['log-inclusion', 'history']));
    const statement = payloadOf(truth.files, NAME);
    const envelope = await signEnvelope(statement, truth.signer, ['person.boss.bert']);
    expect(failing(relisted(truth.files, (all) => all.set(NAME, jsonBytes(envelope))))).toContain('closing');
  });
});
