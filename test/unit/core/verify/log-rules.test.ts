// The rules on the log, one by one: each row has somebody with every key change one thing, and says in which words the
// rule objects. What notes carry, and who signed them, is in log-notes.test.ts.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { signEnvelope, type Statement } from '#core/dsse.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { SERVICE_KEY } from '#core/statements.ts';
import * as log from '#core/verify/log.ts';
import { forged, jsonBytes, leavesOf, payloadOf, trueBundle, type TrueBundle } from '#test/support/forged-bundles.ts';
import { writtenLog } from '#test/support/small-log.ts';
import { logged, numbered, ruled, said, says } from '#test/support/rule-rows.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

const MINUTE = 60_000;
const NOW = '2026-03-02T10:00:00.000Z';
const after = (ms: number) => new Date(Date.parse(NOW) + ms);
const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
const textOf = (name: string) => Buffer.from(truth.files.get(name)!).toString('utf8');
const withFile = (name: string, content: string | Uint8Array): BundleFiles =>
  new Map(truth.files).set(name, Buffer.from(content));
const without = (...types: string[]) => numbered((all) => all.filter(({ event }) => !types.includes(event.type)));

describe('checkpoint', () => {
  const shorter = 'fails: the log is shorter than when the certificate was written';
  const size = (n: number) => said((one) => ({ log: { ...one.log, size: n } }));
  const late = after(5 * MINUTE + 1);
  says(() => truth, log.checkpoint, [
    ['as it is', () => ({}), `holds: 14 entries at ${NOW}`],
    [
      'as much later as clocks may differ',
      () => ({ checkpointTime: after(5 * MINUTE) }),
      `holds: 14 entries at ${after(5 * MINUTE).toISOString()}`,
    ],
    [
      'later than that',
      () => ({ checkpointTime: late }),
      `fails: the checkpoint is dated ${late.toISOString()}, after the present`,
    ],
    ['of the log as it was', () => size(14), `holds: 14 entries at ${NOW}`],
    ['of a log that was longer', () => size(15), shorter],
    [
      'of another log than the certificate names',
      () => said((one) => ({ log: { ...one.log, origin: 'other.example/log' } })),
      shorter,
    ],
  ]);
});

const other = `— somebody.else ${Buffer.alloc(68, 7).toString('base64')}\n`;

describe('consistency', () => {
  const past = 'fails: this log does not begin with the log that the certificate names';
  says(() => truth, log.consistency, [
    ['as it is', () => ({}), 'holds: entries 1 to 6 are those of the log that the certificate names'],
    [
      'with a signature more under its note',
      () => withFile('consistency', textOf('consistency') + other),
      'holds: entries 1 to 6 are those of the log that the certificate names',
    ],
    [
      'of another root',
      () => said((one) => ({ log: { ...one.log, root: Buffer.alloc(32).toString('base64') } })),
      past,
    ],
    ['of another size', () => withFile('consistency', textOf('consistency').replace('old 6\n', 'old 5\n')), past],
  ]);

  it('of another size than the certificate names, with the root of that size', async () => {
    const files = await forged(
      truth,
      said((one) => ({ log: { ...one.log, size: 5 } })),
    );
    const bodies = leavesOf(files).map((leaf) => Buffer.from(jsonBytes(leaf)).toString('utf8'));
    const { consistency } = await writtenLog(truth.trustRoot.origin, truth.signer, bodies, 6, truth.now);
    expect(ruled(truth, log.consistency, files.set('consistency', Buffer.from(consistency)))).toBe(past);
  });

  it('of another checkpoint', async () => {
    const later = await forged(truth, { checkpointTime: after(1) });
    expect(ruled(truth, log.consistency, withFile('consistency', later.get('consistency')!))).toBe(
      'fails: the proof is for another checkpoint',
    );
  });
});

describe('log-inclusion', () => {
  says(() => truth, log.logInclusion, [
    ['as it is', () => ({}), 'holds: 14 events are in the log'],
    [
      'with a signature more under a proof',
      () => withFile('log/0003.tlog-proof', textOf('log/0003.tlog-proof') + other),
      'holds: 14 events are in the log',
    ],
    [
      'another event',
      () => withFile('log/0003.json', textOf('log/0004.json')),
      'fails: log/0003.json is not in the log where its proof says',
    ],
    [
      'the proof of another event',
      () => withFile('log/0003.tlog-proof', textOf('log/0004.tlog-proof')),
      'fails: log/0003.json is not in the log where its proof says',
    ],
  ]);

  it('of another checkpoint', async () => {
    const later = await forged(truth, { checkpointTime: after(1) });
    expect(ruled(truth, log.logInclusion, withFile('log/0003.tlog-proof', later.get('log/0003.tlog-proof')!))).toBe(
      'fails: log/0003.json: its proof is for another checkpoint',
    );
  });
});

describe('event-order', () => {
  const before = (n: number) => `fails: event ${n} stands before its predecessor in the log`;
  const swapped = (from: string, to: string) =>
    numbered((all) => {
      const [a, b] = [from, to].map((type) => all.findIndex(({ event }) => event.type === type));
      return all.map((leaf, i) => (i === a ? all[b!]! : i === b ? all[a!]! : leaf));
    });
  says(() => truth, log.eventOrder, [
    ['as it is', () => ({}), 'holds: 14 events without a gap'],
    ['without its purge', () => without('purged'), 'holds: 13 events without a gap'],
    [
      'an event left out',
      () => ({ leaves: (all) => all.filter(({ sequence }) => sequence !== 5) }),
      'fails: event 5 of the ticket is missing',
    ],
    [
      'two events in each other’s place in the log',
      () =>
        withFile('log/0006.tlog-proof', textOf('log/0007.tlog-proof')).set(
          'log/0007.tlog-proof',
          Buffer.from(textOf('log/0006.tlog-proof')),
        ),
      before(7),
    ],
    ['two events in one place', () => withFile('log/0007.tlog-proof', textOf('log/0006.tlog-proof')), before(7)],
    ['stages out of order', () => swapped('evaluated', 'approved'), 'fails: the stages are out of order'],
    ['a stage left out', () => without('deployed'), "fails: there is no 'deployed' event"],
  ]);
});

describe('stage-attestations', () => {
  const FILE = 'attestations/evaluated.dsse.json';
  const attested = (change: (one: Statement) => Partial<Statement>) => ({
    statement: (one: Statement, file: string) => (file === FILE ? { ...one, ...change(one) } : one),
  });
  const about = (fields: Statement['predicate']) =>
    attested(({ predicate }) => ({ predicate: { ...predicate, ...fields } }));
  const another = 'fails: attestation evaluated is about another event';
  says(() => truth, log.stageAttestations, [
    ['as they are', () => ({}), 'holds: 7 stages attested'],
    [
      'of another type',
      () => attested(() => ({ predicateType: 'https://quittance.dev/another/v1' })),
      'fails: attestation evaluated is of another type',
    ],
    ['in another form', () => about({ stage: 7 }), 'fails: attestation evaluated does not have its form'],
    ['of another stage', () => about({ stage: 'approved' }), another],
    ['of another ticket', () => about({ ticketId: 'T-99999999' }), another],
    ['of another event', () => about({ event: digest(4) }), another],
    [
      'of another event, in its subject too',
      () =>
        attested(({ predicate, subject: [one] }) => ({
          predicate: { ...predicate, event: digest(4) },
          subject: [{ ...one!, digest: { sha256: '4'.repeat(64) } }],
        })),
      another,
    ],
    [
      'of a stage that the log does not have',
      () => without('deployed'),
      'fails: attestations/deployed.dsse.json is missing',
    ],
    ['of another place', () => about({ logIndex: 4 }), another],
    ['of another time', () => about({ at: after(1).toISOString() }), another],
    [
      'of another subject',
      () => attested(({ subject: [one] }) => ({ subject: [{ ...one!, name: 'another' }] })),
      another,
    ],
    [
      'of which one is missing',
      () => {
        const files: BundleFiles = new Map(truth.files);
        files.delete(FILE);
        return files;
      },
      `fails: ${FILE} is missing`,
    ],
  ]);

  it('are signed by the service, beside whom others may sign', async () => {
    const by = async (...keys: string[]) => {
      const envelope = await signEnvelope(payloadOf(truth.files, FILE), truth.signer, keys);
      return ruled(truth, log.stageAttestations, withFile(FILE, jsonBytes(envelope)));
    };
    expect(await by(LOG_KEY)).toBe("fails: attestation evaluated lacks the service's signature");
    expect(await by(LOG_KEY, SERVICE_KEY)).toBe('holds: 7 stages attested');
  });
});

describe('certificate-logged and case-purged', () => {
  says(() => truth, log.certificateLogged, [
    ['as it is', () => ({}), 'holds: at index 11'],
    [
      'another certificate',
      () => withFile('certificate.dsse.json', textOf('approval.dsse.json')),
      'fails: the log names another certificate',
    ],
  ]);
  const purged = (objects: number, readsRefused: number) => logged('purged', { objects, readsRefused });
  const read = 'fails: reading the case data was not refused for every object';
  const uncounted = said(({ approval }) => ({ approval: { ...approval, caseObjects: undefined } }));
  says(() => truth, log.casePurged, [
    ['every object', () => ({}), 'holds: 2 objects, every read refused'],
    ['more than there were', () => purged(3, 3), 'holds: 3 objects, every read refused'],
    ['none', () => purged(0, 0), read],
    ['one that could be read', () => purged(2, 1), read],
    [
      'fewer than there were',
      () => purged(1, 1),
      "fails: of the case's objects 1 were destroyed, and there were 2 when it was decided on",
    ],
    ['one, where nobody counted', () => ({ ...uncounted, ...purged(1, 1) }), 'holds: 1 object, every read refused'],
  ]);
});
