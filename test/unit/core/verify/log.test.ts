// Attacks on the history: events left out, exchanged or moved, proofs of another log, and what happened after the
// certificate was issued.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { digestOf } from '#core/canonical.ts';
import type { CertificatePredicate } from '#core/certificate.ts';
import { signBundle } from '#core/statements.ts';
import { verifyBundle, type VerifyOptions } from '#core/verify.ts';
import {
  failedChecks,
  forged,
  jsonBytes,
  readJson,
  relisted,
  trueBundle,
  type Leaf,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';
import { writtenLeaves } from '#test/support/small-log.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});
const failing = (files: BundleFiles, options: Partial<VerifyOptions> = {}) => failedChecks(truth, files, options);
const at = (leaves: Leaf[], type: string): Leaf => leaves.find(({ event }) => event.type === type)!;
const appended =
  (...events: Leaf['event'][]) =>
  (leaves: Leaf[]) => [
    ...leaves,
    ...events.map((event, i) => ({ ...leaves[0]!, sequence: leaves.length + 1 + i, event })),
  ];
const verify = (files: BundleFiles, options: Partial<VerifyOptions> = {}) =>
  verifyBundle(files, { now: truth.now, trustRoot: truth.trustRoot, ...options });
const number = (i: number) => String(i).padStart(4, '0');

describe('the log', () => {
  it('an event removed and the rest numbered again', () => {
    const files = relisted(truth.files, (all) => {
      for (let i = 5; i < 14; i++)
        for (const ending of ['json', 'tlog-proof'])
          all.set(`log/${number(i)}.${ending}`, all.get(`log/${number(i + 1)}.${ending}`)!);
      for (const ending of ['json', 'tlog-proof']) all.delete(`log/${number(14)}.${ending}`);
    });
    expect(failing(files)).toContain('event-order');
  });

  it('an event removed by an insider', async () => {
    for (const type of ['received', 'forget-set-admitted', 'evaluated', 'approved', 'purged', 'certified']) {
      const files = await forged(truth, { leaves: (all) => all.filter(({ event }) => event.type !== type) });
      expect([type, verify(files).ok]).toEqual([type, false]);
    }
  });

  it('events exchanged', () => {
    const files = relisted(truth.files, (all) => {
      const [six, seven] = [all.get('log/0006.json')!, all.get('log/0007.json')!];
      all.set('log/0006.json', seven).set('log/0007.json', six);
    });
    expect(failing(files)).toEqual(expect.arrayContaining(['log-inclusion', 'event-order']));
  });

  it('approved before it was evaluated', async () => {
    const leaves = (all: Leaf[]) => {
      const [evaluated, approved] = [at(all, 'evaluated'), at(all, 'approved')];
      [evaluated.event, approved.event] = [approved.event, evaluated.event];
      return all;
    };
    expect(failing(await forged(truth, { leaves }))).toContain('event-order');
  });

  it('a proof for another checkpoint', async () => {
    const other = await forged(truth, { leaves: appended({ type: 'notified', template: 'x' }) });
    const files = relisted(truth.files, (all) => all.set('log/0003.tlog-proof', other.get('log/0003.tlog-proof')!));
    expect(failing(files)).toContain('log-inclusion');
  });

  it("another ticket's event among them", async () => {
    const leaves = (all: Leaf[]) => all.map((leaf, i) => (i === 2 ? { ...leaf, ticketId: 'T-0000000000' } : leaf));
    expect(failing(await forged(truth, { leaves }))).toContain('bundle-ticket');
  });

  it('a checkpoint dated after the present', async () => {
    const checkpointTime = new Date(truth.now.getTime() + 3_600_000);
    expect(failing(await forged(truth, { checkpointTime }))).toEqual(['checkpoint']);
  });

  it('a log that is shorter than when the certificate was written', async () => {
    const files = await forged(truth, {
      certificate: (predicate) => ({ ...predicate, log: { ...predicate.log, size: 99 } }),
    });
    expect(failing(files)).toEqual(['checkpoint', 'consistency', 'certificate-agrees']);
  });

  it('another certificate than the logged one, truly signed', async () => {
    const other = await forged(truth, {
      certificate: (predicate) => ({ ...predicate, relearning: [], timestamps: ['AA=='] }),
    });
    const files = relisted(truth.files, (all) => all.set('certificate.dsse.json', other.get('certificate.dsse.json')!));
    expect(failing(files)).toEqual(['bundle-sealed', 'approval-signature', 'history', 'certificate-logged']);
  });

  it('another past than the certificate names: a log written anew', async () => {
    for (const change of [{ root: Buffer.alloc(32).toString('base64') }, { root: '' }, { size: 5 }, { size: 0 }]) {
      const certificate = (predicate: CertificatePredicate) => ({ ...predicate, log: { ...predicate.log, ...change } });
      expect(failing(await forged(truth, { certificate }))).toContain('consistency');
    }
    const fewer = await forged(truth, { leaves: appended({ type: 'notified', template: 'x' }) });
    const files = relisted(truth.files, (all) => all.set('consistency', fewer.get('consistency')!));
    expect(failing(files)).toEqual(['bundle-sealed', 'consistency']);
  });

  it('what came later cut off its end by a stranger, with proofs that hold', async () => {
    const drifted = await forged(truth, { leaves: appended({ type: 'recertified', state: 'drifted' }) });
    const files = relisted(drifted, (all) => {
      for (const ending of ['json', 'tlog-proof']) all.delete(`log/0015.${ending}`);
    });
    expect(failing(files)).toEqual(['bundle-sealed', 'history-complete']);
  });

  it("what came later cut off by whoever holds the service's key and not the log's", async () => {
    const before = await forged(truth);
    const drifted = await forged(truth, { leaves: appended({ type: 'recertified', state: 'drifted' }) });
    const cut = relisted(drifted, (all) => {
      for (const ending of ['json', 'tlog-proof']) all.delete(`log/0015.${ending}`);
    });
    const resealed = async (files: BundleFiles) => {
      const { ticketId } = readJson<{ ticketId: string }>(files, 'bundle.json');
      const log = { origin: truth.trustRoot.origin, size: 15 };
      const predicate = { ticketId, events: 14, log };
      const envelope = await signBundle(truth.signer, digestOf(files.get('bundle.json')!), predicate);
      return files.set('bundle.dsse.json', jsonBytes(envelope));
    };
    expect(failing(await resealed(cut))).toEqual(['history-complete']);
    const olderList = relisted(cut, (all) => all.set('leaves', before.get('leaves')!));
    expect(failing(await resealed(olderList))).toEqual(['history-complete']);
    const without = relisted(cut, (all) => all.delete('leaves'));
    expect(failing(await resealed(without))).toEqual(['history-complete']);
  });

  it('a list of leaves of another ticket, or with one too few', async () => {
    const bodies = [...truth.files]
      .filter(([name]) => /^log.*json$/.test(name))
      .map(([, bytes]) => Buffer.from(bytes).toString());
    const { origin } = truth.trustRoot;
    const { ticketId } = readJson<{ ticketId: string }>(truth.files, 'bundle.json');
    for (const [id, leaves] of [
      ['T-9999999999', undefined],
      [ticketId, [0, 1, 2]],
    ] as const) {
      const list = await writtenLeaves(origin, truth.signer, id, bodies, leaves);
      const files = relisted(truth.files, (all) => all.set('leaves', Buffer.from(list)));
      expect(failing(files)).toContain('history-complete');
    }
  });
});

describe('what came later', () => {
  it('the certificate has expired', () => {
    const now = new Date('2026-06-01T00:00:00.000Z');
    expect(failing(truth.files, { now })).toEqual(['validity']);
  });

  it('a longer validity than was logged', async () => {
    const validUntil = '2036-01-01T00:00:00.000Z';
    expect(failing(await forged(truth, { certificate: (predicate) => ({ ...predicate, validUntil }) }))).toContain(
      'validity',
    );
  });

  it('rolled back after certification', async () => {
    const files = await forged(truth, { leaves: appended({ type: 'rolled-back', found: null, exact: 3 }) });
    expect(failing(files)).toEqual(['history', 'revocation']);
  });

  it('found drifted by a re-certification; a current one is no harm', async () => {
    const drifted = appended({ type: 'recertified', state: 'current' }, { type: 'recertified', state: 'drifted' });
    expect(failing(await forged(truth, { leaves: drifted }))).toEqual(['revocation']);
    const current = appended({ type: 'recertified', state: 'current' });
    expect(failing(await forged(truth, { leaves: current }))).toEqual([]);
  });

  it('a failure hidden behind a later leaf that says current', async () => {
    for (const state of ['drifted', 'lapsed']) {
      const hidden = appended({ type: 'recertified', state }, { type: 'recertified', state: 'current' });
      expect([state, failing(await forged(truth, { leaves: hidden }))]).toEqual([state, ['revocation']]);
    }
  });

  it('an expired certificate revived by a leaf that names evidence and no statement', async () => {
    const at = '2026-05-20T00:00:00.000Z';
    const evidence = digestOf(truth.files.get('tables.json')!);
    const leaves = (all: Leaf[]) =>
      appended({ type: 'recertified', state: 'current', evidence })(all).map((leaf, i) =>
        i < 14 ? leaf : { ...leaf, at },
      );
    const files = await forged(truth, { leaves, checkpointTime: new Date(at) });
    expect(failing(files, { now: new Date('2026-08-17T00:00:00.000Z') })).toEqual(['validity']);
  });

  it('names the rule of an expired certificate', () => {
    const { checks } = verify(truth.files, { now: new Date('2026-06-01T00:00:00.000Z') });
    expect(checks.find(({ id }) => id === 'validity')?.detail).toContain('certificate-expired');
  });

  it('case data that could still be read', async () => {
    const leaves = (all: Leaf[]) => (Object.assign(at(all, 'purged').event, { readsRefused: 1 }), all);
    expect(failing(await forged(truth, { leaves }))).toEqual(['history', 'case-purged']);
  });
});
