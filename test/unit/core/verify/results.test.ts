// What was decided on and what came out, rule by rule: files, run, results made again, and the words of a certificate.
// Each row has somebody with every key change one thing, and says in which words the rule objects.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { digestOf, type Json } from '#core/canonical.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge, type Gate, type Judgement, type StoredJudgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { RunManifest, UnlearnPlan } from '#core/run.ts';
import * as evidence from '#core/verify/evidence.ts';
import * as results from '#core/verify/results.ts';
import { jsonBytes, readJson, trueBundle, type Forgery, type TrueBundle } from '#test/support/forged-bundles.ts';
import { logged, numbered, ruled, said, says, withFile } from '#test/support/rule-rows.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
const read = <T>(name: string): T => readJson<T>(truth.files, name);
const withBytes = (name: string, value: unknown): BundleFiles => new Map(truth.files).set(name, jsonBytes(value));
const run = (change: Partial<RunManifest>): Forgery => withFile<RunManifest>(truth, 'run.json', () => change);
const tables = () => read<EvaluationTables>('tables.json');
const policy = () => read<GatePolicy>('policy.json');

describe('policy-before-run', () => {
  const swapped = numbered((all) => {
    const [a, b] = ['run-planned', 'unlearned'].map((type) => all.findIndex(({ event }) => event.type === type));
    return all.map((leaf, i) => (i === a ? all[b!]! : i === b ? all[a!]! : leaf));
  });
  says(() => truth, evidence.policyBeforeRun, [
    ['as it is', () => ({}), 'holds: policy version 1.1, logged before the run'],
    [
      'filed under another',
      () => logged('received', { policy: digest(4) }),
      'fails: the ticket was filed under another policy',
    ],
    [
      'planned under another',
      () => logged('run-planned', { policy: digest(4) }),
      'fails: the run was planned under another policy',
    ],
    ['logged after the run', () => swapped, 'fails: the thresholds were logged after the run'],
  ]);
});

describe('evidence', () => {
  const manifest = (fields: object) => withBytes('evidence.json', { ...read<object>('evidence.json'), ...fields });
  const bare = () => {
    const fields = Object.entries(read<object>('evidence.json')).filter(([field]) => field !== 'tablesBefore');
    return withBytes('evidence.json', Object.fromEntries(fields));
  };
  const of = (name: string) => `fails: ${name} is not the one of the evidence`;
  says(() => truth, evidence.evidenceDigests, [
    ['as it is', () => ({}), 'holds: the approver decided on exactly these files'],
    ['another policy', () => manifest({ policy: digest(4) }), of('policy.json')],
    ['another plan', () => manifest({ plan: digest(4) }), of('plan.json')],
    ['another run', () => manifest({ run: digest(4) }), of('run.json')],
    ['other tables', () => manifest({ tables: digest(4) }), of('tables.json')],
    ['another judgement', () => manifest({ judgement: digest(4) }), of('judgement.json')],
    ['another candidate', () => manifest({ candidate: digest(4) }), of('model.json')],
    ['other tables from before', () => manifest({ tablesBefore: digest(4) }), of('tables-before.json')],
    ['no tables from before, in no log', () => bare(), 'fails: the log names other evidence'],
    ['another ticket', () => manifest({ ticketId: 'T-99999999' }), 'fails: the evidence belongs to another ticket'],
    ['another manifest, in no log', () => manifest({ model: 'another' }), 'fails: the log names other evidence'],
    [
      'another in the approval',
      () => logged('approved', { evidence: digest(4) }),
      'fails: the approval is of other evidence',
    ],
    [
      'another in the certificate',
      () => said(({ approval }) => ({ approval: { ...approval, evidence: digest(4) } })),
      'fails: the approval is of other evidence',
    ],
  ]);
});

describe('run-matches-plan', () => {
  const another = 'fails: the run is of another plan';
  const certified = 'fails: the certificate describes another run';
  const method = (fields: object) => said((one) => ({ method: { ...one.method, ...fields } }));
  const logs = (fields: Record<string, Json>) => logged('unlearned', fields);
  says(() => truth, evidence.runMatchesPlan, [
    ['as it is', () => ({}), 'holds: flat, 12 updates, seed 73636147, none'],
    ['another plan', () => run({ plan: digest(4) }), another],
    ['another base', () => run({ base: digest(4) }), another],
    ['another method', () => run({ method: 'npo' }), another],
    ['another seed', () => run({ seed: 7 }), another],
    [
      'other settings',
      () => run({ config: { update: { step: 9 } } }),
      'fails: the run used other settings than planned',
    ],
    [
      'a plan under another policy',
      () => ({ artefacts: planned({ policy: digest(4) }) }),
      'fails: the plan names another policy',
    ],
    ['another run in the log', () => logs({ manifest: digest(4) }), 'fails: the log names another run'],
    ['another method certified', () => method({ name: 'retraining' }), certified],
    ['other settings certified', () => method({ configDigest: digest(4) }), certified],
    ['another seed certified', () => method({ seed: 7 }), certified],
    ['more updates certified', () => method({ updates: 13 }), certified],
    ['another backend certified', () => method({ backend: 'another' }), certified],
    ['another base certified', () => said(() => ({ base: digest(4) })), certified],
  ]);
  /** Plan and run, the run by the plan's digest. */
  const planned = (change: Partial<UnlearnPlan>) => {
    const other = { ...read<object>('plan.json'), ...change };
    return { 'plan.json': other, 'run.json': { ...read<object>('run.json'), plan: digestOf(jsonBytes(other)) } };
  };
});

describe('a judgement that was handed over', () => {
  const again = (): Judgement => judge(tables(), policy());
  const against = (given: StoredJudgement, made = again()) => {
    try {
      results.requireSameJudgement(given, made);
      return 'holds';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const gate = (at: number, change: Partial<Gate>): Judgement => ({
    ...again(),
    gates: again().gates.map((one, i) => (i === at ? { ...one, ...change } : one)),
  });
  const otherwise = 'the judgement does not follow from tables and policy';
  const ends = (name: string) => `'${name}' shows another threshold, interval or direction than is recomputed`;
  const [FIRST, MEAN, KS] = [
    'forgotten answers exact',
    'mean value log-probability',
    'KS against never-trained people',
  ];

  it('has the same gates, verdict, version and sampling', () => {
    expect(against(again())).toBe('holds');
    const { gates, ...rest } = again();
    expect(against({ ...rest, gates: gates.slice(0, -1) })).toBe(`the judgement lacks '${gates.at(-1)!.name}'`);
    expect(against({ ...rest, gates: [...gates, gates[0]!] })).toBe(otherwise);
    expect(against({ ...again(), verdict: 'fail' })).toBe(otherwise);
    expect(against({ ...again(), policyVersion: 'another' })).toBe(otherwise);
    const sampling = { error: 0.05, tooFew: 'remediation', alpha: 0.01 } as const;
    expect(against({ ...again(), sampling })).toBe(otherwise);
    expect(against(again(), { ...again(), sampling })).toBe(otherwise);
    expect(against({ ...again(), sampling }, { ...again(), sampling })).toBe('holds');
  });

  it('has the same name, value, number and verdict at each gate', () => {
    expect(against(gate(0, { name: 'another' }))).toBe(`'${FIRST}' was 0, recomputed 0`);
    expect(against(gate(0, { value: 0.5 }))).toBe(`'${FIRST}' was 0.5, recomputed 0`);
    expect(against(gate(0, { value: null }))).toBe(`'${FIRST}' was null, recomputed 0`);
    expect(against(gate(0, {}), gate(0, { value: null }))).toBe(`'${FIRST}' was 0, recomputed null`);
    expect(against(gate(0, { n: 4 }))).toBe(`'${FIRST}' was 0, recomputed 0`);
    expect(against(gate(0, { verdict: 'fail' }))).toBe(`'${FIRST}' was judged fail, recomputed pass`);
  });

  it('may differ from it by rounding: a billionth, of what is more than one of its size', () => {
    expect(against(gate(0, { value: 1e-9 }))).toBe('holds');
    expect(against(gate(0, { value: -1e-9 }))).toBe('holds');
    expect(against(gate(0, { value: 1.1e-9 }))).toBe(`'${FIRST}' was 1.1e-9, recomputed 0`);
    const { value } = again().gates[5]!;
    expect(against(gate(5, { value: value! + 3e-9 }))).toBe('holds');
    expect(against(gate(5, { value: value! + 5e-9 }))).toMatch(`'${MEAN}' was`);
  });

  it('shows the same bounds, interval, direction and basis', () => {
    for (const change of [
      { most: 0.5 },
      { least: 0 },
      { direction: 'quality' },
      { interval: [0, 0.5] },
      { interval: null },
      { basis: {} },
      { basis: { k: 1 } },
      { basis: { K: 0 } },
      { statistic: 'ks' },
      { of: ['forget.greedyExact', 'controls.leakQuestion'] },
      { notAvailable: 'of no account' },
    ] satisfies Partial<Gate>[])
      expect([change, against(gate(0, change))]).toEqual([change, ends(FIRST)]);
    expect(
      against(gate(0, { interval: again().gates[0]!.interval?.map((end) => end + 1e-10) as [number, number] })),
    ).toBe('holds');
    expect(against(gate(6, { interval: [0, 1] }))).toBe(ends(KS));
  });

  it('of the first form is compared by all but its sentence', () => {
    const first = (direction?: Gate['direction']): StoredJudgement => ({
      ...{ kind: 'quittance-judgement/v1', policyVersion: again().policyVersion, verdict: 'pass' },
      gates: again().gates.map(({ name, value, n, verdict, direction: own }, i) => ({
        ...{ name, value, n, verdict, direction: i === 0 && direction ? direction : own },
        ...{ threshold: 'at most so much', detail: 'as it was said then' },
      })),
    });
    expect(against(first())).toBe('holds');
    expect(against(first('quality'))).toBe(ends(FIRST));
  });
});

describe('statistics and verdict', () => {
  const measured = (change: (one: EvaluationTables) => Partial<EvaluationTables>): Forgery => {
    const found = { ...tables(), ...change(tables()) };
    return { artefacts: { 'tables.json': found, 'judgement.json': judge(found, policy()) } };
  };
  const before = (change: (one: EvaluationTables) => Partial<EvaluationTables>) =>
    withFile<EvaluationTables>(truth, 'tables-before.json', change);
  const evaluation = (fields: object) => said((one) => ({ evaluation: { ...one.evaluation, ...fields } }));
  const holds = 'holds: 12 gates recomputed from the tables';
  const another = 'fails: the certificate describes another evaluation';
  const points: [number, number][] = [[0, 1]];
  const curve = { 'forget.relearn': { xLabel: 'updates', yLabel: 'exact', points } };
  says(() => truth, results.statisticsRecomputed, [
    ['as they are', () => ({}), holds],
    [
      'a judgement of another policy',
      () => withFile<Judgement>(truth, 'judgement.json', () => ({ policyVersion: 'another' })),
      'fails: the judgement does not follow from tables and policy',
    ],
    [
      'other results certified',
      () => said(({ results: [, ...rest] }) => ({ results: rest })),
      'fails: the certificate shows other results',
    ],
    ['another policy certified', () => evaluation({ policy: digest(4) }), another],
    ['other tables certified', () => evaluation({ tables: digest(4) }), another],
    ['another judgement certified', () => evaluation({ judgement: digest(4) }), another],
    ['another suite certified', () => evaluation({ suite: digest(4) }), another],
    [
      'before: of another model',
      () => before(() => ({ model: digest(4) })),
      'fails: the tables from before are of another model or suite',
    ],
    [
      'before: by another suite',
      () => before(({ suite }) => ({ suite: { ...suite, digest: digest(4) } })),
      'fails: the tables from before are of another model or suite',
    ],
    [
      'before: sampled less',
      () => before(({ sampling }) => ({ sampling: { ...sampling, samplesPerPrompt: 1 } })),
      'fails: the tables from before were sampled otherwise',
    ],
    [
      'before: sampled with another seed',
      () => before(({ sampling }) => ({ sampling: { ...sampling, seed: 7 } })),
      holds,
    ],
    [
      'a curve certified that is in no table',
      () => said(() => ({ relearning: points })),
      'fails: the certificate shows another re-learning curve',
    ],
    [
      'a curve that is certified',
      () => ({ ...measured(() => ({ curves: curve })), ...said(() => ({ relearning: points })) }),
      holds,
    ],
  ]);
  /** Checks that have a window for every number of records, as `sampling` asks. */
  const sized = () => policy().checks.filter(({ statistic }) => statistic !== 'meanWithinPeople');
  /** One value where there were twenty. */
  const once = ({ histograms }: EvaluationTables) => {
    const all = histograms['forget.valueLogProb']!;
    const first = all.counts.findIndex((n) => n > 0);
    return {
      histograms: {
        ...histograms,
        'forget.valueLogProb': { ...all, counts: all.counts.map((_, i) => Number(i === first)) },
      },
    };
  };
  says(() => truth, results.verdictPasses, [
    ['as it is', () => ({}), 'holds: every gate passes'],
    [
      'half of it recited',
      () => measured(({ proportions }) => ({ proportions: { ...proportions, 'forget.greedyExact': { k: 2, n: 3 } } })),
      "fails: the gate's verdict is fail",
    ],
    [
      'too few records for two checks, where the policy lets that be',
      () => ({
        artefacts: {
          ...measured(once).artefacts,
          'policy.json': { ...policy(), sampling: { error: 0.05, tooFew: 'approver' }, checks: sized() },
        },
      }),
      'holds: 9 gates pass; 2 were not judged, for want of records',
    ],
  ]);

  it('takes no tables from before into account that the evidence does not name', () => {
    const rest = Object.entries(read<object>('evidence.json')).filter(([field]) => field !== 'tablesBefore');
    const files = withBytes('evidence.json', Object.fromEntries(rest)).set('tables-before.json', jsonBytes({}));
    expect(ruled(truth, results.statisticsRecomputed, files)).toBe(holds);
  });
});
