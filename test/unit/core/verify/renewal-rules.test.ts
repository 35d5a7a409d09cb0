// Re-certifications, rule by rule: what whoever holds the keys of service and log could change in a statement, in its
// event and in the suite behind it, and in which words the rule objects.
import { beforeAll, describe } from '@jest/globals';
import { digestOf } from '#core/canonical.ts';
import { personKey } from '#core/certificate.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { CLOCKS_DIFFER_MS } from '#core/ledger/log-keys.ts';
import { daysAfter } from '#core/retention.ts';
import { SERVICE_KEY, type RenewalPredicate } from '#core/statements.ts';
import { notExpired, notRevoked, renewals } from '#core/verify/renewals.ts';
import { APPROVER } from '#bench/house/requests.ts';
import { leavesOf, payloadOf, readJson, type Leaf, type TrueBundle } from '#test/support/forged-bundles.ts';
import { lastStatement, renewedBundle, restated, withSuite, type Suite } from '#test/support/renewed-bundles.ts';
import { numbered, said as certified, says } from '#test/support/rule-rows.ts';

let truth: TrueBundle;
/** It passes, fails, and passes again. */
beforeAll(async () => {
  truth = await renewedBundle([true, false, true]);
});

const RENEWED = 'holds: 3 re-certifications, 3 of them signed, 3 by both keys, with their results judged again';
const WHAT = 're-certification 17';

const leafOf = (type: string): Leaf => leavesOf(truth.files).findLast(({ event }) => event.type === type)!;
const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

const stating = (change: Partial<RenewalPredicate>) => restated(truth, { said: (one) => ({ ...one, ...change }) });
/** At another time, and renewed from then on. */
const dated = (at: string) => stating({ at, validUntil: daysAfter(new Date(at), 90) });
const logged = (event: Readonly<Record<string, string>>) => restated(truth, { event });

/** One more event that nobody signed, before or after the certificate's. */
const more = (event: Leaf['event'], where: 'before' | 'after') =>
  numbered((all) => {
    const at = where === 'after' ? all.length : all.findIndex((leaf) => leaf.event.type === 'certified');
    return all.toSpliced(at, 0, { ...all[at - 1]!, event });
  });
const found = (state: string, where: 'before' | 'after') => more({ type: 'recertified', state }, where);

describe('the statement of a re-certification', () => {
  const forged = `fails: ${WHAT}`;
  const between = `${forged} is dated before the certificate or after its entry in the log`;
  says(() => truth, renewals, [
    ['as they are', () => ({}), RENEWED],
    ['the last one written anew, as it was', () => restated(truth), RENEWED],
    [
      'none yet',
      () => numbered((all) => all.filter(({ event }) => event.type !== 'recertified')),
      'holds: no re-certification yet',
    ],
    ['one that nobody signed', () => found('current', 'after'), RENEWED.replace('3 re', '4 re')],
    ['one from before the certificate', () => found('drifted', 'before'), RENEWED],
    [
      'by the service alone',
      () => restated(truth, { signers: [SERVICE_KEY] }),
      RENEWED.replace('3 by both', '2 by both'),
    ],
    [
      'by a person',
      () => restated(truth, { signers: [personKey(APPROVER)] }),
      `${forged} is not signed by the service`,
    ],
    [
      'that is not here',
      () => logged({ statement: digestOf('another') }),
      `${forged}: its statement is not in the bundle`,
    ],
    [
      'of another type',
      () => restated(truth, { about: { predicateType: 'https://quittance.dev/other/v1' } }),
      `${forged} is a statement of another type`,
    ],
    ['of another form', () => stating({ at: 'soon' }), `${forged} does not have its form`],
    ['of another ticket', () => stating({ ticketId: 'T-0' }), `${forged} is about another certificate`],
    [
      'of another certificate',
      () => stating({ certificate: digestOf('another') }),
      `${forged} is about another certificate`,
    ],
    [
      'another state than was logged',
      () => logged({ state: 'lapsed' }),
      `${forged}: the log says something else than was signed`,
    ],
    [
      'other evidence than was logged',
      () => logged({ evidence: digestOf(truth.files.get('recertifications/1/evidence.json')!) }),
      `${forged}: the log says something else than was signed`,
    ],
    [
      'another model',
      () =>
        restated(truth, {
          about: {
            subject: [
              { name: 'another', digest: payloadOf(truth.files, lastStatement(truth.files)).subject[0]!.digest },
            ],
          },
        }),
      `${forged} is about another model`,
    ],
    ['as early as clocks allow', () => dated(later(leafOf('certified').at, -CLOCKS_DIFFER_MS)), RENEWED],
    ['earlier', () => dated(later(leafOf('certified').at, -CLOCKS_DIFFER_MS - 1)), between],
    ['as late as clocks allow', () => dated(later(leafOf('recertified').at, CLOCKS_DIFFER_MS)), RENEWED],
    ['later', () => dated(later(leafOf('recertified').at, CLOCKS_DIFFER_MS + 1)), between],
  ]);
});

describe('the suite behind it', () => {
  const says_ = (words: string) => `fails: ${WHAT} ${words}`;
  const other = digestOf('another');
  const another = says_('evaluated another model, or by another suite, than it says');
  const otherPlan = says_('was planned for another model, or sampled with another seed than planned');
  const policyDay = says_('renews until another day than the policy grants');
  const suite = (change: Parameters<typeof withSuite>[1]) => withSuite(truth, change);
  const plan = (fields: Partial<Suite['plan']>) => suite((one) => ({ plan: { ...one.plan, ...fields } }));
  const tables = (fields: (one: EvaluationTables) => Partial<EvaluationTables>) =>
    suite((one) => ({ tables: { ...one.tables, ...fields(one.tables) } }));
  const failing = (one: Suite): Partial<Suite> => ({
    tables: { ...one.tables, ...readJson<EvaluationTables>(truth.files, 'recertifications/2/tables.json') },
  });
  says(() => truth, renewals, [
    ['another, as good', () => suite((one) => ({ tables: { ...one.tables } })), RENEWED],
    ['none', () => stating({ evidence: undefined }), says_('renews without a suite that ran')],
    ['none, which renews nothing', () => stating({ evidence: undefined, validUntil: undefined }), RENEWED],
    [
      'that is not here',
      () => stating({ evidence: other }),
      `fails: ${WHAT}: a file that it names is not in the bundle`,
    ],
    ['planned for another digest', () => plan({ digest: other }), another],
    ['of another model', () => tables(() => ({ model: other })), another],
    ['of another suite', () => plan({ suite: other }), another],
    ['planned under another name', () => plan({ model: 'another' }), otherPlan],
    ['another seed', () => tables(({ sampling }) => ({ sampling: { ...sampling, seed: 2 } })), otherPlan],
    [
      'another form of storage',
      () => plan({ quantisation: 'int8' }),
      says_('evaluated another form of storage than planned'),
    ],
    ['that failed', () => suite(failing), says_('says current, and its suite fail')],
    [
      'that failed, and says so',
      () =>
        withSuite(truth, failing, {
          said: (one) => ({ ...one, state: 'drifted', validUntil: undefined }),
          event: { state: 'drifted' },
        }),
      RENEWED,
    ],
    [
      'that passed, of a model that is said to have drifted',
      () =>
        withSuite(truth, () => ({}), {
          said: (one) => ({ ...one, state: 'drifted', validUntil: undefined }),
          event: { state: 'drifted' },
        }),
      RENEWED,
    ],
    [
      'that passed, of a model that is said to have drifted, and is renewed',
      () =>
        withSuite(truth, () => ({}), {
          said: (one) => ({ ...one, state: 'drifted' }),
          event: { state: 'drifted' },
        }),
      policyDay,
    ],
    ['a day more', () => stating({ validUntil: daysAfter(new Date(leafOf('recertified').at), 91) }), policyDay],
    ['no day', () => stating({ validUntil: undefined }), policyDay],
    [
      'judged otherwise',
      () => suite(() => ({ judgement: (one) => ({ ...one, policyVersion: 'another' }) })),
      'fails: the judgement does not follow from tables and policy',
    ],
    [
      'by a policy whose checks all need the forgotten',
      () =>
        suite(({ policy }) => ({
          policy: { ...policy, checks: policy.checks.filter((one) => JSON.stringify(one).includes('forget.')) },
        })),
      `fails: ${WHAT}: its policy has no check that outlives the purge`,
    ],
    [
      'fewer questions than planned',
      () => tables(({ proportions }) => ({ proportions: { ...proportions, 'facts.greedyExact': { k: 5, n: 5 } } })),
      `fails: ${WHAT}: 'facts.greedyExact' counts 5 records, and 20 were planned`,
    ],
    [
      'beside other never-trained people',
      () =>
        suite((one) => ({
          plan: { ...one.plan, asked: { ...one.plan.asked!, controls: { ...one.plan.asked!.controls, gate: other } } },
        })),
      says_('was measured beside other never-trained people than the certificate'),
    ],
    [
      'from before the questions were planned',
      () => suite(({ plan: one }) => ({ plan: { ...one, asked: undefined } })),
      RENEWED,
    ],
  ]);
});

describe('the certificate', () => {
  const [FIRST, SECOND, LAST] = ['2026-05-31', '2026-06-30', '2026-08-29'].map((day) => `${day}T10:00:00.000Z`);
  const renewed = 'by a signed re-certification';
  const drifted = 'fails: a re-certification found the model drifted, and no suite has passed since';
  const lapsed = drifted.replace('drifted', 'lapsed');
  const inForce = (entries: number) =>
    `holds: none in the history up to entry ${entries}; what came later needs a newer bundle`;
  says(() => truth, notExpired, [
    ['renewed', () => ({}), `holds: valid until ${LAST}, ${renewed}`],
    [
      'renewed by the service alone: as before',
      () => restated(truth, { signers: [SERVICE_KEY] }),
      `holds: valid until ${SECOND}, ${renewed}`,
    ],
    [
      'a moment before its end',
      () => ({}),
      `holds: valid until ${LAST}, ${renewed}`,
      () => ({ now: new Date(Date.parse(LAST!) - 1) }),
    ],
    [
      'at its end',
      () => ({}),
      `fails: certificate-expired: re-certification was due on ${LAST}`,
      () => ({ now: new Date(LAST!) }),
    ],
    ['found drifted after: until then', () => found('drifted', 'after'), `holds: valid until ${LAST}, ${renewed}`],
    [
      'never renewed',
      () => numbered((all) => all.filter(({ event }) => event.type !== 'recertified')),
      `holds: valid until ${FIRST}`,
      () => ({ now: new Date(Date.parse(FIRST!) - 1) }),
    ],
    [
      'another date than was logged',
      () => certified(() => ({ validUntil: '2020-01-01T00:00:00.000Z' })),
      'fails: the log names another date',
    ],
  ]);
  says(() => truth, notRevoked, [
    ['in force', () => ({}), inForce(17)],
    ['found drifted after', () => found('drifted', 'after'), drifted],
    ['found drifted before it was certified', () => found('drifted', 'before'), inForce(18)],
    [
      'never looked at again',
      () => numbered((all) => all.filter(({ event }) => event.type !== 'recertified')),
      inForce(14),
    ],
    [
      'found wanting, and mended by a statement without a suite',
      () => stating({ evidence: undefined, validUntil: undefined }),
      lapsed,
    ],
    ['found wanting, and mended by the service alone', () => restated(truth, { signers: [SERVICE_KEY] }), lapsed],
    [
      'found drifted, and mended by an event that nobody signed',
      () =>
        numbered((all) => [
          ...all,
          ...['drifted', 'current'].map((state) => ({ ...all.at(-1)!, event: { type: 'recertified', state } })),
        ]),
      drifted,
    ],
    [
      'rolled back after',
      () => more({ type: 'rolled-back' }, 'after'),
      "fails: the log holds a later 'rolled-back' event",
    ],
    ['rolled back before', () => more({ type: 'rolled-back' }, 'before'), inForce(18)],
  ]);
});
