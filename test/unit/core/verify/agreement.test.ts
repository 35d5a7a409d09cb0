// One story in all files, rule by rule: each row has somebody with every key change one thing, and says in which words
// the rule about it objects, or that it does not. Bounds are asked on both of their sides.
import { beforeAll, describe } from '@jest/globals';
import type { EvaluationTables } from '#core/evaluation.ts';
import { manifestDigest, type WeightsManifest } from '#core/model.ts';
import type { RunManifest, UnlearnPlan } from '#core/run.ts';
import * as agreement from '#core/verify/agreement.ts';
import { readJson, trueBundle, type Forgery, type TrueBundle } from '#test/support/forged-bundles.ts';
import { logged, said, says, withFile } from '#test/support/rule-rows.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
const MINUTE = 60_000;
const APPROVED = '2026-03-02T10:00:00.000Z';
const after = (ms: number) => new Date(Date.parse(APPROVED) + ms).toISOString();

const read = <T>(name: string): T => readJson<T>(truth.files, name);
const plan = (change: Partial<UnlearnPlan>): Forgery => withFile<UnlearnPlan>(truth, 'plan.json', () => change);
const run = (change: Partial<RunManifest>): Forgery => withFile<RunManifest>(truth, 'run.json', () => change);
const tables = (change: (one: EvaluationTables) => Partial<EvaluationTables>): Forgery =>
  withFile<EvaluationTables>(truth, 'tables.json', change);
const asked = (k: number, n: number) => (one: EvaluationTables) => ({
  proportions: { ...one.proportions, 'forget.greedyExact': { k, n } },
});

describe('plan-before-run', () => {
  const other = 'fails: the plan is of another ticket, model or form of storage than was filed';
  const unlogged = 'fails: the plan names another base, method, run or rung than the log';
  const ladder = (rung: number) => `fails: the plan is not what the ladder has as rung ${rung}`;
  says(() => truth, agreement.planLogged, [
    ['as it is', () => ({}), 'holds: run 1, rung 1 of the ladder, as logged before it'],
    ['another ticket', () => plan({ ticketId: 'T-99999999' }), other],
    ['another model', () => plan({ model: 'another' }), other],
    ['another form of storage', () => plan({ quantisation: 'int8' }), other],
    ['another base', () => plan({ base: digest(4) }), unlogged],
    ['another method', () => plan({ method: 'npo' }), unlogged],
    ['another run', () => plan({ run: 2 }), unlogged],
    ['another rung', () => plan({ rung: 1 }), unlogged],
    [
      'another method, in the log too',
      () => ({ ...plan({ method: 'npo' }), ...logged('run-planned', { run: { method: 'npo' } }) }),
      ladder(1),
    ],
    ['other settings', () => plan({ config: { update: { step: 9 } } }), ladder(1)],
    [
      'a rung that no ladder has',
      () => ({ ...plan({ rung: 99 }), ...logged('run-planned', { run: { rung: 99 } }) }),
      ladder(100),
    ],
    ['another seed', () => plan({ seed: 7 }), 'fails: the seed is not the one that follows from ticket and run'],
  ]);
});

describe('run-of-ticket', () => {
  const point = (update: number) => ({ update, loss: 0, valueAuc: 0.5, greedyExact: 0, meanValueLogProb: -1 });
  const another: WeightsManifest = { kind: 'quittance-model/v1', quantisation: 'none', files: {} };
  /** So many records filed, admitted and run. */
  const filed = (records: number): Forgery => ({
    ...run({ records }),
    leaves: (all) =>
      logged('received', { counts: { records } }).leaves!(logged('forget-set-admitted', { records }).leaves!(all)),
  });
  const elsewhere = 'fails: the run describes another candidate than it names';
  says(() => truth, agreement.runIsOfTicket, [
    ['as it is', () => ({}), 'holds: 3 records, 12 updates'],
    [
      'other records admitted',
      () => logged('forget-set-admitted', { records: 9 }),
      'fails: 9 records were admitted, filed were 3',
    ],
    ['another ticket', () => run({ ticketId: 'T-99999999' }), 'fails: the run is of another ticket'],
    ['other records', () => run({ records: 9 }), 'fails: the run was of 9 records, filed were 3'],
    ['no records', () => run({ records: 0 }), 'fails: the run was of 0 records, filed were 3'],
    ['none of none', () => filed(0), 'fails: the run was of 0 records, filed were 0'],
    ['one of one', () => filed(1), 'holds: 1 record, 12 updates'],
    ['no update', () => run({ updates: 0, trajectory: [] }), 'fails: the run made no update'],
    ['one update', () => run({ updates: 1, trajectory: [] }), 'holds: 3 records, 1 update'],
    [
      'an update followed that was not made',
      () => run({ trajectory: [point(1), point(2), point(13)] }),
      'fails: the run followed 13 updates and made 12',
    ],
    [
      'the base given back',
      () => run({ base: read<RunManifest>('run.json').candidate }),
      'fails: the run returned the model that it was given',
    ],
    ['another candidate', () => run({ candidate: digest(5) }), elsewhere],
    ['another manifest', () => run({ manifest: another }), elsewhere],
    [
      'another candidate with its manifest, not in the log',
      () => run({ manifest: another, candidate: manifestDigest(another) }),
      elsewhere,
    ],
    [
      'another form of storage than planned',
      () => plan({ quantisation: 'int8' }),
      'fails: the candidate is stored otherwise than was planned',
    ],
  ]);
});

describe('tables-of-ticket', () => {
  const asking = (n: string) => `fails: asked about were ${n}, filed were 3`;
  says(() => truth, agreement.tablesCount, [
    ['as it is', () => ({}), 'holds: 3 forgotten records, 20 samples a prompt'],
    ['one record asked about', () => tables(asked(0, 1)), asking('1 forgotten record')],
    [
      'a record that says the same as another',
      () => tables((one) => ({ ...asked(0, 2)(one), repeated: { forget: 1 } })),
      'holds: 2 forgotten records, 20 samples a prompt',
    ],
    ['nothing asked', () => tables(() => ({ proportions: {} })), asking('0 forgotten records')],
    [
      'nothing sampled',
      () => tables(({ sampling }) => ({ sampling: { ...sampling, samplesPerPrompt: 0 } })),
      'fails: nothing was sampled',
    ],
    [
      'one sample',
      () => tables(({ sampling }) => ({ sampling: { ...sampling, samplesPerPrompt: 1 } })),
      'holds: 3 forgotten records, 1 sample a prompt',
    ],
    [
      'another seed',
      () => tables(({ sampling }) => ({ sampling: { ...sampling, seed: 7 } })),
      'fails: the evaluation was sampled with another seed than was planned',
    ],
    [
      'another seed, under a certificate of the first form',
      () => ({
        ...tables(({ sampling }) => ({ sampling: { ...sampling, seed: 7 } })),
        ...said(() => ({ version: 1 })),
      }),
      'holds: 3 forgotten records, 20 samples a prompt',
    ],
    ['another suite planned', () => plan({ side: { suite: digest(8) } }), 'fails: the plan names another suite'],
    [
      'the suite of the plan',
      () => plan({ side: { suite: read<EvaluationTables>('tables.json').suite.digest } }),
      'holds: 3 forgotten records, 20 samples a prompt',
    ],
  ]);
});

describe('served-probed', () => {
  says(() => truth, agreement.servedWasProbed, [
    ['as it is', () => ({}), 'holds: 3 questions, 0 answered as before'],
    [
      'fewer questions',
      () => logged('served-verified', { prompts: 2 }),
      'fails: what is served was asked 2 of 3 questions',
    ],
    [
      'more than was judged',
      () => logged('served-verified', { exact: 1 }),
      'fails: what is served recites 1 record, what was judged 0',
    ],
    [
      'as much as was judged',
      () => ({ ...tables(asked(1, 3)), ...logged('served-verified', { exact: 1 }) }),
      'holds: 3 questions, 1 answered as before',
    ],
    [
      'something, where nothing was judged',
      () => ({ ...tables(() => ({ proportions: {} })), ...logged('served-verified', { exact: 1 }) }),
      'fails: what is served recites 1 record, what was judged 0',
    ],
    ['nothing judged', () => tables(() => ({ proportions: {} })), 'holds: 3 questions, 0 answered as before'],
  ]);
});

describe('validity-follows', () => {
  const granted = 'fails: the policy grants 90 days, until 2026-05-31T10:00:00.000Z';
  const validUntil = '2026-06-01T10:00:00.000Z';
  says(() => truth, agreement.validityFollows, [
    ['as it is', () => ({}), `holds: 90 days from ${APPROVED}`],
    ['longer in the log', () => logged('certified', { validUntil }), granted],
    ['longer in the certificate', () => said(() => ({ validUntil })), granted],
    [
      'from the approval, which was a day later',
      () => ({
        ...said(({ approval }) => ({ validUntil, approval: { ...approval, at: '2026-03-03T10:00:00.000Z' } })),
        ...logged('certified', { validUntil }),
      }),
      'holds: 90 days from 2026-03-03T10:00:00.000Z',
    ],
    [
      'from the probe, under a certificate of the first form',
      () => said(({ approval }) => ({ version: 1, approval: { ...approval, at: '2026-03-03T10:00:00.000Z' } })),
      `holds: 90 days from ${APPROVED}`,
    ],
  ]);
});

describe('certificate-agrees', () => {
  const holds = 'holds: as in log and files; the log had 6 entries';
  const approvedAt = (at: string) => said(({ approval }) => ({ approval: { ...approval, at } }));
  const time = 'fails: the certificate names another time of the approval than the log';
  const other = { what: 'another model', digest: digest(6), daysAfterReplacement: 30 };
  const copies = 'fails: the certificate does not list the model that was replaced among the copies that remain';
  const size = (n: number, version: 1 | 3 = 3) => said(({ log }) => ({ version, log: { ...log, size: n } }));
  const log = (from: string, to: string) =>
    `fails: the certificate names the log from before '${from}', or from after '${to}'`;
  says(() => truth, agreement.certificateAgrees, [
    ['as it is', () => ({}), holds],
    ['approved as much later as clocks may differ', () => approvedAt(after(5 * MINUTE)), holds],
    ['approved later than that', () => approvedAt(after(5 * MINUTE + 1)), time],
    ['approved earlier than that', () => approvedAt(after(-5 * MINUTE - 1)), time],
    [
      'approved a moment later, under a certificate of the first form',
      () => said(({ approval }) => ({ version: 1, approval: { ...approval, at: after(1) } })),
      time,
    ],
    [
      'another recorded value',
      () => said(({ method }) => ({ method: { ...method, recorded: { trust: 'me' } } })),
      'fails: the certificate repeats something else than the run recorded',
    ],
    [
      'another reference',
      () => said(({ evaluation }) => ({ evaluation: { ...evaluation, reference: 'retain-model' } })),
      'fails: the certificate names another reference',
    ],
    ['no copy', () => said(() => ({ residualCopies: [] })), copies],
    ['a copy of another model', () => said(() => ({ residualCopies: [other] })), copies],
    ['a copy more', () => said(({ residualCopies }) => ({ residualCopies: [...residualCopies, other] })), holds],
    ['the log from before the plan', () => size(5), log('run-planned', 'approved')],
    ['the log up to the approval', () => size(8), 'holds: as in log and files; the log had 8 entries'],
    ['the log from after the approval', () => size(9), log('run-planned', 'approved')],
    [
      'no copy and the log up to its own entry, under a certificate of the first form',
      () => said((one) => ({ ...size(11, 1).certificate!(one), residualCopies: [] })),
      'holds: as in log and files; the log had 11 entries',
    ],
    ['the log from before the probe, under such a one', () => size(10, 1), log('served-verified', 'certified')],
    ['the log from after its own entry, under such a one', () => size(12, 1), log('served-verified', 'certified')],
  ]);
});
