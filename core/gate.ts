// The gate: a versioned policy of checks, and a judge that applies it to aggregate tables. The evaluate job, the workflow and a stranger's verifier call the
// same `judge`. Two-sided: under-forgetting fails, and so does over-unlearning. Traps: a statistic that cannot be computed, or that could not fail at these
// sizes, is `not_available` and fails the gate; it is never replaced by a default. Policy and tables may come from a stranger.
import { z } from 'zod';
import type { EvaluationTables, Proportion } from './evaluation.ts';
import { JsonValue } from './run.ts';
import {
  areaUnderCurve,
  clopperPearson,
  clopperPearsonUpper,
  fitsLattice,
  kolmogorovSmirnov,
  meanOf,
  sameCells,
} from './stats.ts';

const Key = z.string().min(1);
const Bounds = z.strictObject({ least: z.number().optional(), most: z.number().optional() });

const check = <S extends string, F extends z.ZodRawShape>(statistic: S, fields: F) =>
  z.strictObject({
    name: z.string(),
    statistic: z.literal(statistic),
    direction: z.enum(['under-forgetting', 'over-unlearning', 'two-sided', 'locality', 'quality']),
    /** Why the check is there, in one line. */
    reason: z.string(),
    ...fields,
  });

export const GateCheck = z.discriminatedUnion('statistic', [
  /** k/n of one group within bounds; outside them but within `remediation` a human may help. */
  check('share', { of: Key, ...Bounds.shape, remediation: Bounds.optional() }),
  /** k/n at most the one-sided upper Clopper–Pearson bound of a reference group of `referenceAtLeast` records: of a few, the bound lets anything pass. */
  check('shareAtMostReference', {
    of: Key,
    reference: Key,
    alpha: z.number().positive().max(0.5),
    referenceAtLeast: z.int().positive().optional(),
  }),
  /** AUC of one group's values over another's, within bounds. */
  check('auc', { of: Key, reference: Key, ...Bounds.shape }),
  /** Mean of a group's values within the range of per-person means of the reference, widened by `margin`. */
  check('meanWithinPeople', { of: Key, reference: Key, margin: z.number() }),
  /** Exact two-sample Kolmogorov–Smirnov p-value. */
  check('ks', { of: Key, reference: Key, least: z.number() }),
  /** Share of the person who fares worst. */
  check('worstPerson', { of: Key, least: z.number() }),
]);
export type GateCheck = z.infer<typeof GateCheck>;

export const Rung = z.strictObject({ method: z.string(), config: z.record(z.string(), JsonValue), reason: z.string() });
export type Rung = z.infer<typeof Rung>;

export const GatePolicy = z.strictObject({
  kind: z.literal('quittance-gate-policy/v1'),
  version: z.string(),
  checks: z.array(GateCheck).min(1).max(64),
  /** Attempts in order; after the last a human decides. */
  ladder: z.array(Rung).min(1).max(8),
  /** A certificate holds this long unless something changes before. */
  certificateDays: z.int().positive(),
  /** How tickets of one model share a run: how long the first waits for others, and how many go together. */
  gathering: z.strictObject({ windowSeconds: z.int().nonnegative(), atMost: z.int().min(1).max(16) }).optional(),
});
export type GatePolicy = z.infer<typeof GatePolicy>;

export const GateVerdict = z.enum(['pass', 'remediation', 'fail', 'not_available']);
export type GateVerdict = z.infer<typeof GateVerdict>;

export const Gate = z.strictObject({
  name: z.string(),
  value: z.number().nullable(),
  n: z.int().nonnegative(),
  threshold: z.string(),
  verdict: GateVerdict,
  /** What a failure means; of a two-sided check that failed, the side. */
  direction: z.string(),
  /** Method, interval and whatever makes the number readable. */
  detail: z.string(),
});
export type Gate = z.infer<typeof Gate>;

export const Judgement = z.strictObject({
  kind: z.literal('quittance-judgement/v1'),
  policyVersion: z.string(),
  verdict: z.enum(['pass', 'remediation', 'fail']),
  gates: z.array(Gate),
});
export type Judgement = z.infer<typeof Judgement>;

type Finding = Pick<Gate, 'value' | 'n' | 'threshold' | 'verdict' | 'detail'> & { direction?: Side };
type Side = 'under-forgetting' | 'over-unlearning';
type CheckOf<S extends GateCheck['statistic']> = Extract<GateCheck, { statistic: S }>;

/** Applies every check; the verdict is the worst of them. */
export const judge = (tables: EvaluationTables, policy: GatePolicy): Judgement => {
  const gates = policy.checks.map((one) => ({ name: one.name, direction: one.direction, ...find(tables, one) }));
  const verdicts = gates.map(({ verdict }) => verdict);
  const worst = verdicts.some((v) => v === 'fail' || v === 'not_available')
    ? 'fail'
    : verdicts.includes('remediation')
      ? 'remediation'
      : 'pass';
  return { kind: 'quittance-judgement/v1', policyVersion: policy.version, verdict: worst, gates };
};

const find = (tables: EvaluationTables, one: GateCheck): Finding => {
  switch (one.statistic) {
    case 'share':
      return share(tables, one);
    case 'shareAtMostReference':
      return shareAtMostReference(tables, one);
    case 'auc':
      return auc(tables, one);
    case 'meanWithinPeople':
      return meanWithinPeople(tables, one);
    case 'ks':
      return ks(tables, one);
    case 'worstPerson':
      return worstPerson(tables, one);
  }
};

/** Looks up what a stranger may have named: nothing that is not in the table itself. */
const entry = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

const notAvailable = (threshold: string, detail: string): Finding => ({
  value: null,
  n: 0,
  threshold,
  verdict: 'not_available',
  detail,
});

const missing = ({ notAvailable: why }: EvaluationTables, threshold: string, ...keys: string[]): Finding => {
  const reasonOf = (key: string) => entry(why, key) ?? entry(why, key.split('.')[0] ?? '');
  const known = keys.map(reasonOf).filter((reason) => reason !== undefined);
  return notAvailable(threshold, known.join('; ') || `the tables lack ${keys.join(' or ')}, or hold nothing under it`);
};

const within = (
  value: number,
  { least = -Infinity, most = Infinity }: { least?: number | undefined; most?: number | undefined },
): boolean => value >= least && value <= most;

const boundsText = ({ least, most }: { least?: number | undefined; most?: number | undefined }): string =>
  [least === undefined ? '' : `≥ ${least}`, most === undefined ? '' : `≤ ${most}`].filter(Boolean).join(' and ');

const ratio = ({ k, n }: Proportion): number => (n === 0 ? NaN : k / n);
const proportionText = (p: Proportion): string => {
  const [low, high] = clopperPearson(p);
  return `${p.k} of ${p.n}; 95 % Clopper–Pearson ${low.toFixed(3)}–${high.toFixed(3)}`;
};

const share = (tables: EvaluationTables, one: CheckOf<'share'>): Finding => {
  const p = entry(tables.proportions, one.of);
  if (!p || p.n === 0) return missing(tables, boundsText(one), one.of);
  const verdict = within(ratio(p), one)
    ? 'pass'
    : one.remediation && within(ratio(p), one.remediation)
      ? 'remediation'
      : 'fail';
  return { value: ratio(p), n: p.n, threshold: boundsText(one), verdict, detail: proportionText(p) };
};

const shareAtMostReference = (tables: EvaluationTables, one: CheckOf<'shareAtMostReference'>): Finding => {
  const [p, reference] = [entry(tables.proportions, one.of), entry(tables.proportions, one.reference)];
  const threshold = `≤ upper bound of ${one.reference}`;
  if (!p || p.n === 0 || !reference || reference.n === 0) return missing(tables, threshold, one.of, one.reference);
  if (reference.n < (one.referenceAtLeast ?? 1))
    return notAvailable(threshold, `${reference.n} never-trained records, ${one.referenceAtLeast ?? 1} are needed`);
  const bound = clopperPearsonUpper(reference, one.alpha);
  return {
    value: ratio(p),
    n: p.n,
    threshold: `≤ ${bound.toFixed(3)}`,
    verdict: ratio(p) <= bound ? 'pass' : 'fail',
    detail: `${proportionText(p)}; threshold is the ${100 * (1 - one.alpha)} % upper bound of ${reference.k} of ${reference.n} never-trained records`,
  };
};

/** Two histograms over the same cells, or undefined. */
const pair = (tables: EvaluationTables, { of, reference }: { of: string; reference: string }) => {
  const [a, b] = [entry(tables.histograms, of), entry(tables.histograms, reference)];
  return a && b && sameCells(a, b) && sum(a.counts) > 0 && sum(b.counts) > 0 ? { a: a.counts, b: b.counts } : undefined;
};

const sum = (counts: readonly number[]): number => counts.reduce((x, y) => x + y, 0);

/** The verdict of a value that should be like the reference's, and on which side it is where it is not. */
const alike = (passes: boolean, stillKnown: boolean): Pick<Finding, 'verdict' | 'direction'> =>
  passes ? { verdict: 'pass' } : { verdict: 'fail', direction: stillKnown ? 'under-forgetting' : 'over-unlearning' };

const auc = (tables: EvaluationTables, one: CheckOf<'auc'>): Finding => {
  const both = pair(tables, one);
  if (!both) return missing(tables, boundsText(one), one.of, one.reference);
  const { value, interval } = areaUnderCurve(both.a, both.b);
  return {
    value,
    n: sum(both.a),
    threshold: boundsText(one),
    ...alike(within(value, one), value > 0.5),
    detail: `against ${sum(both.b)} never-trained records; 95 % Hanley–McNeil ${interval[0].toFixed(3)}–${interval[1].toFixed(3)}`,
  };
};

const meanWithinPeople = (tables: EvaluationTables, one: CheckOf<'meanWithinPeople'>): Finding => {
  const [sums, people] = [entry(tables.sums, one.of), entry(tables.peopleMeans, one.reference) ?? []];
  const threshold = 'within the range of never-trained people';
  if (!sums || sums.n === 0 || people.length === 0) return missing(tables, threshold, one.of, one.reference);
  if (people.length < 2) return notAvailable(threshold, 'one never-trained person has no range');
  const [least, most] = [people.reduce((a, b) => Math.min(a, b)), people.reduce((a, b) => Math.max(a, b))];
  const bounds = { least: least - one.margin, most: most + one.margin };
  const mean = meanOf(sums);
  return {
    value: mean,
    n: sums.n,
    threshold: `${bounds.least.toFixed(2)} to ${bounds.most.toFixed(2)} nats`,
    ...alike(within(mean, bounds), mean > bounds.most),
    detail: `range of ${people.length} never-trained people, widened by ${one.margin}`,
  };
};

const ks = (tables: EvaluationTables, one: CheckOf<'ks'>): Finding => {
  const both = pair(tables, one);
  const threshold = `p ≥ ${one.least}`;
  if (!both) return missing(tables, threshold, one.of, one.reference);
  const sizes = `n = ${sum(both.a)}, m = ${sum(both.b)}`;
  if (!fitsLattice(sum(both.a), sum(both.b)))
    return notAvailable(threshold, `too many values to test exactly: ${sizes}`);
  const { d, p, n, rejectsFrom, canReject } = kolmogorovSmirnov(both.a, both.b);
  if (!canReject) return notAvailable(threshold, `too few values to tell anything apart: ${sizes}`);
  return {
    value: p,
    n,
    threshold,
    ...alike(p >= one.least, areaUnderCurve(both.a, both.b).value > 0.5),
    detail: `exact two-sample KS: D = ${d.toFixed(3)}, ${sizes}; D from ${rejectsFrom.toFixed(3)} would be rejected at 5 %`,
  };
};

const worstPerson = (tables: EvaluationTables, one: CheckOf<'worstPerson'>): Finding => {
  const people = entry(tables.people, one.of)?.filter(({ n }) => n > 0) ?? [];
  if (people.length === 0) return missing(tables, `≥ ${one.least}`, one.of);
  const worst = people.reduce((a, b) => (ratio(b) < ratio(a) ? b : a));
  return {
    value: ratio(worst),
    n: people.length,
    threshold: `≥ ${one.least}`,
    verdict: ratio(worst) >= one.least ? 'pass' : 'fail',
    detail: `lowest of ${people.length} retained people: ${worst.k} of ${worst.n}`,
  };
};
