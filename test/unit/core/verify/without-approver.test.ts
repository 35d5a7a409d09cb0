// Histories that cannot be, written and signed anew by somebody with every key but the approver's. What the approver
// signed stays as it is; each row names the check that stops it, alone or among others.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '#core/canonical.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { RunManifest, UnlearnPlan } from '#core/run.ts';
import {
  failedChecks,
  forged,
  payloadOf,
  readJson,
  trueBundle,
  type Forgery,
  type Leaf,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
const read = <T>(name: string): T => readJson<T>(truth.files, name);
const plan = () => read<UnlearnPlan>('plan.json');
const run = () => read<RunManifest>('run.json');
const tables = () => read<EvaluationTables>('tables.json');
const policy = () => read<GatePolicy>('policy.json');
const at = (leaves: Leaf[], type: string): Leaf => leaves.find(({ event }) => event.type === type)!;

/** An event with other fields. */
const changed = (type: string, fields: Record<string, Json>) => (): Forgery => ({
  leaves: (all) => (Object.assign(at(all, type).event, fields), all),
});
const moved = (type: string, when: string) => (): Forgery => ({
  leaves: (all) => all.map((leaf) => (leaf.event.type === type ? { ...leaf, at: when } : leaf)),
});
const numbered = (leaves: Leaf[]) => leaves.map((leaf, i) => ({ ...leaf, sequence: i + 1 }));
/** One event more before another; all are numbered again. */
const before = (type: string, event: Leaf['event']) => (): Forgery => ({
  leaves: (all) => {
    const place = all.findIndex((leaf) => leaf.event.type === type);
    return numbered([...all.slice(0, place), { ...all[place]!, event }, ...all.slice(place)]);
  },
});
const after = (event: Leaf['event']) => (): Forgery => ({
  leaves: (all) => numbered([...all, { ...all.at(-1)!, event }]),
});
const without = (type: string) => (): Forgery => ({
  leaves: (all) => numbered(all.filter((leaf) => leaf.event.type !== type)),
});
/** Artefacts exchanged, and whatever rests on them made to match. */
const planned = (change: () => Partial<UnlearnPlan>) => (): Forgery => {
  const { config = plan().config, seed = plan().seed, method = plan().method, base = plan().base } = change();
  return {
    artefacts: { 'plan.json': { ...plan(), ...change() }, 'run.json': { ...run(), config, seed, method, base } },
  };
};
const ran = (change: () => Partial<RunManifest>) => (): Forgery => ({
  artefacts: { 'run.json': { ...run(), ...change() } },
});
const measured = (change: () => Partial<EvaluationTables>) => (): Forgery => {
  const found = { ...tables(), ...change() };
  return { artefacts: { 'tables.json': found, 'judgement.json': judge(found, policy()) } };
};
const counted = (key: string, n: number) => () => ({ proportions: { ...tables().proportions, [key]: { k: n, n } } });
const looser = (change: (policy: GatePolicy) => object) => (): Forgery => {
  const other = { ...policy(), ...change(policy()) } as GatePolicy;
  return { artefacts: { 'policy.json': other, 'judgement.json': judge(tables(), other) } };
};

type Row = readonly [what: string, forgery: () => Forgery, stoppedBy: string];

const PLAN: readonly Row[] = [
  ['another seed', planned(() => ({ seed: 7 })), 'plan-before-run'],
  ['other settings', planned(() => ({ config: { update: { step: 9 } } })), 'plan-before-run'],
  ['another method', planned(() => ({ method: 'npo' })), 'plan-before-run'],
  ['another base', planned(() => ({ base: digest(4) })), 'plan-before-run'],
  ["another ticket's plan", planned(() => ({ ticketId: 'T-99999999' })), 'plan-before-run'],
  ["another model's plan", planned(() => ({ model: 'another' })), 'plan-before-run'],
  ['another form of storage', planned(() => ({ quantisation: 'int8' })), 'plan-before-run'],
  ['no records', ran(() => ({ records: 0 })), 'run-of-ticket'],
  ['no updates', ran(() => ({ updates: 0 })), 'run-of-ticket'],
  ["another ticket's run", ran(() => ({ ticketId: 'T-99999999' })), 'run-of-ticket'],
  ['the base given back', ran(() => ({ base: run().candidate })), 'run-of-ticket'],
  ['evidence of another model', measured(() => ({ model: digest(5) })), 'subject'],
];

const LOG: readonly Row[] = [
  ['evaluated: fail', changed('evaluated', { verdict: 'fail' }), 'history'],
  ['every prompt leaked', changed('served-verified', { exact: 3 }), 'served-probed'],
  ['no prompt asked', changed('served-verified', { prompts: 0 }), 'served-probed'],
  ['another model served', changed('served-verified', { digest: digest(6) }), 'history'],
  ['another model deployed', changed('deployed', { digest: digest(6) }), 'history'],
  [
    'withdrawn before it was certified',
    before('certified', { type: 'closed', outcome: 'withdrawn', reason: 'withdrawn', by: 'filer.finn' }),
    'history',
  ],
  [
    'refused before it was certified',
    before('certified', { type: 'closed', outcome: 'refused', reason: 'art-17-3-b', by: 'approver.aino' }),
    'history',
  ],
  [
    'held before it was deployed',
    before('deployed', { type: 'hold-placed', by: 'legal.lena', code: 'litigation' }),
    'history',
  ],
  [
    'rolled back before it was certified',
    before('certified', { type: 'rolled-back', found: null, exact: 3 }),
    'history',
  ],
  ['purged before it was deployed', before('deployed', { type: 'purged', objects: 3, readsRefused: 3 }), 'history'],
  ['an event of no known kind', before('certified', { type: 'forgiven' }), 'history'],
  ['a field that no event has', changed('triaged', { remark: 'nothing to see' }), 'history'],
  ['approved by somebody else', changed('approved', { approver: 'third.tove' }), 'separation-of-duties'],
  ['approved on other evidence', changed('approved', { evidence: digest(7) }), 'evidence'],
  ['another decision', changed('approved', { decision: digest(7) }), 'approval-signature'],
  ['filed by somebody else', changed('received', { filer: 'somebody.else' }), 'separation-of-duties'],
  [
    "filed under the approver's name, in other letters",
    changed('received', { filer: 'approver.aino' }),
    'separation-of-duties',
  ],
  [
    'other records filed',
    changed('received', { counts: { records: 9, thirdPartiesAffected: false } }),
    'bundle-ticket',
  ],
  ['another commitment', changed('received', { commitment: 'f'.repeat(64) }), 'bundle-ticket'],
];

const TIMES: readonly Row[] = [
  ['back', moved('evaluated', '2001-01-01T00:00:00.000Z'), 'history'],
  ['in words', moved('evaluated', 'yesterday'), 'history'],
  ['in the year 9999', moved('purged', '9999-01-01T00:00:00.000Z'), 'times'],
  [
    'a certificate that holds for centuries, in the log',
    changed('certified', { validUntil: '2926-01-01T00:00:00.000Z' }),
    'validity-follows',
  ],
  ['a checkpoint of 1970', () => ({ checkpointTime: new Date(0) }), 'times'],
  ['an approval a day earlier', moved('approved', '2026-03-01T10:00:00.000Z'), 'history'],
];

const NUMBERS: readonly Row[] = [
  ['one question for three records', measured(counted('forget.greedyExact', 1)), 'tables-of-ticket'],
  ['more than there can be', measured(counted('forget.greedyExact', 9e15)), 'tables-of-ticket'],
  ['fewer retained people', measured(counted('retained.greedyExact', 4)), 'evidence'],
  ['more retained people', measured(counted('retained.greedyExact', 4_000)), 'evidence'],
  ['fewer controls', measured(counted('controls.leakQuestion', 2)), 'evidence'],
  ['fewer facts', measured(counted('facts.greedyExact', 1)), 'evidence'],
  ['another suite', measured(() => ({ suite: { ...tables().suite, digest: digest(8) } })), 'evidence'],
  ['no samples', measured(() => ({ sampling: { ...tables().sampling, samplesPerPrompt: 0 } })), 'tables-of-ticket'],
  ['a check fewer', looser(({ checks }) => ({ checks: checks.slice(1) })), 'policy-before-run'],
  ['a certificate for longer', looser(() => ({ certificateDays: 36_500 })), 'policy-before-run'],
  ['a judgement with a prettier threshold', () => ({ artefacts: { 'judgement.json': prettier() } }), 'statistics'],
];
const prettier = () => {
  const judgement = read<{ gates: Record<string, unknown>[] }>('judgement.json');
  return { ...judgement, gates: judgement.gates.map((gate, i) => (i === 0 ? { ...gate, most: 0.5 } : gate)) };
};

const AFTERWARDS: readonly Row[] = [
  ['fewer objects destroyed than there were', changed('purged', { objects: 1, readsRefused: 1 }), 'case-purged'],
  ['none destroyed', changed('purged', { objects: 0, readsRefused: 0 }), 'case-purged'],
  ['objects that could still be read', changed('purged', { readsRefused: 1 }), 'case-purged'],
  ['no purge', without('purged'), 'history'],
  [
    'withdrawn afterwards',
    after({ type: 'closed', outcome: 'withdrawn', reason: 'withdrawn', by: 'filer.finn' }),
    'history',
  ],
  ['rolled back afterwards', after({ type: 'rolled-back', found: null, exact: 3 }), 'history'],
  ['a failed re-certification', after({ type: 'recertified', state: 'lapsed' }), 'revocation'],
  ['a drift', after({ type: 'recertified', state: 'drifted' }), 'revocation'],
  [
    'a re-certification with a statement that is not there',
    after({ type: 'recertified', state: 'current', statement: digest(9) }),
    'renewals',
  ],
];

const stopped = (rows: readonly Row[]) =>
  it.each(rows)('%s', async (_what, forgery, stoppedBy) => {
    expect(failedChecks(truth, await forged(truth, { ...forgery(), kept: true }))).toContain(stoppedBy);
  });

it('the same history, written anew with nothing changed, holds', async () => {
  expect(failedChecks(truth, await forged(truth, { kept: true }))).toEqual([]);
});

describe('plan and run', () => stopped(PLAN));
describe('the log says', () => stopped(LOG));
describe('times', () => stopped(TIMES));
describe('numbers', () => stopped(NUMBERS));
describe('after the certificate', () => stopped(AFTERWARDS));

describe('the certificate itself, signed by another key in place of the approver’s', () => {
  const payload = () => payloadOf(truth.files, 'certificate.dsse.json').predicate;
  it.each([
    ...['validUntil', 'records', 'served', 'base', 'results', 'scope', 'residualCopies'],
    ...['statementsNotMade', 'evaluation', 'method', 'approval', 'keys'],
  ])('its %s', async (field) => {
    const change = () => ({ certificate: (one: object) => ({ ...one, [field]: other(payload()[field]!) }) as never });
    const failed = failedChecks(truth, await forged(truth, { ...change(), approver: 'impostor' }));
    expect(failed).toEqual(expect.arrayContaining(['certificate-signatures', 'approval-signature']));
  });
  const other = (value: Json): Json => {
    if (typeof value === 'number') return value + 1;
    if (typeof value === 'string') return value.startsWith('sha256:') ? digest(1) : '2027-01-01T00:00:00.000Z';
    return isList(value) ? value.slice(1) : { another: 'object' };
  };
  const isList = (value: Json): value is Json[] => Array.isArray(value);
});
