// The judge: applies a policy's checks to aggregate tables. The evaluate job, the workflow and a stranger's verifier
// call the same `judge`. It is two-sided: forgetting too little fails, and so does unlearning too much. Its result is
// numbers; gate-words.ts puts them into words. Trap: a statistic that cannot be computed, or that could not fail at
// these sizes, is `not_available` and fails the gate; it is never replaced by a default.
import { plural } from './plural.ts';
import { z } from 'zod';
import type { EvaluationTables } from './evaluation.ts';
import { chanceOf, leastRecordsOf, type Bound, type Chance } from './gate-chance.ts';
import { CheckDirection, checkId, GateCheck, Sampling, type GatePolicy, type Statistic } from './policy.ts';
import { quantityOf } from './quantities.ts';
import { areaUnderCurve, clopperPearsonUpper, smallestRejected } from './stats.ts';
import { aucOf, entry, ksOf, lowestOf, pairOf, reasonFor, summarise, total, type Found } from './summaries.ts';

export const GateVerdict = z.enum(['pass', 'remediation', 'fail', 'not_available']);
export type GateVerdict = z.infer<typeof GateVerdict>;

const STATISTICS = GateCheck.options.map(({ shape }) => shape.statistic.value) as [Statistic, ...Statistic[]];

export const Gate = z.strictObject({
  /** Statistic and quantities, which identify the check whatever its name. */
  id: z.string(),
  /** Its name in the policy. */
  name: z.string(),
  statistic: z.enum(STATISTICS),
  /** Keys of quantities: what is judged, and what it is compared with. */
  of: z.array(z.string()).min(1).max(2),
  value: z.number().nullable(),
  n: z.int().nonnegative(),
  /**
   * The bounds that were applied, those from a reference group as computed; null where a side is open or the bound has
   * no number.
   */
  least: z.number().nullable(),
  most: z.number().nullable(),
  verdict: GateVerdict,
  /** What a failure means; where a two-sided check failed, on which side. */
  direction: CheckDirection,
  /** 95 %, where the statistic has one. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** The numbers from which value and bounds follow, by name. */
  basis: z.record(z.string(), z.number()),
  /** Why there is no verdict. */
  notAvailable: z.string().optional(),
  /** Where records are missing: how many the check needs. */
  needs: z.int().positive().optional(),
});
export type Gate = z.infer<typeof Gate>;

const VERDICTS = z.enum(['pass', 'remediation', 'fail']);
export const Judgement = z.strictObject({
  kind: z.literal('quittance-judgement/v2'),
  policyVersion: z.string(),
  verdict: VERDICTS,
  gates: z.array(Gate),
  /** What was left to chance, where the policy says how much may be: `alpha` to each check that has a reference. */
  sampling: z.strictObject({ ...Sampling.shape, alpha: z.number() }).optional(),
});
export type Judgement = z.infer<typeof Judgement>;

/** The form of gates before their bounds were numbers, in which old certificates and judgements are still read. */
export const GateV1 = z.strictObject({
  ...Gate.pick({ name: true, value: true, n: true, verdict: true, direction: true }).shape,
  threshold: z.string(),
  detail: z.string(),
});
export const StoredJudgement = z.union([
  Judgement,
  z.strictObject({
    ...Judgement.omit({ sampling: true }).shape,
    kind: z.literal('quittance-judgement/v1'),
    gates: z.array(GateV1),
  }),
]);
export type StoredJudgement = z.infer<typeof StoredJudgement>;

type Side = 'under-forgetting' | 'over-unlearning';
type Finding = Pick<
  Gate,
  'value' | 'n' | 'least' | 'most' | 'verdict' | 'interval' | 'basis' | 'notAvailable' | 'needs'
> & {
  direction?: Side;
};
type CheckOf<S extends Statistic> = Extract<GateCheck, { statistic: S }>;
type Ends = Pick<Gate, 'least' | 'most'>;

/** Applies every check; the verdict is the worst of them. */
export const judge = (tables: EvaluationTables, policy: GatePolicy): Judgement => {
  const { sampling, version } = policy;
  const chance = chanceOf(tables, policy);
  const gates = policy.checks.map((one) => gateOf(one, enough(find(tables, one, chance), leastRecordsOf(one, policy))));
  return {
    ...{ kind: 'quittance-judgement/v2', policyVersion: version, verdict: worstOf(gates, sampling), gates },
    ...(sampling && chance && { sampling: { ...sampling, alpha: chance.alpha } }),
  };
};

/**
 * A check for which the ticket has too few records neither passes nor fails, where the policy says what then: but
 * something must have been asked.
 */
const worstOf = (gates: readonly Gate[], sampling: Sampling | undefined): Judgement['verdict'] => {
  const small = sampling ? gates.filter(({ needs }) => needs !== undefined) : [];
  const verdicts = gates.filter((gate) => !small.includes(gate)).map(({ verdict }) => verdict);
  if (verdicts.some((verdict) => verdict === 'fail' || verdict === 'not_available')) return 'fail';
  const asked = small.length === 0 || gates.some((gate) => gate.verdict === 'pass' && noticesKnown(gate));
  if (!asked || (small.length > 0 && sampling?.tooFew === 'remediation')) return 'remediation';
  return verdicts.includes('remediation') ? 'remediation' : 'pass';
};

/** Whether another attempt could be judged differently: it has the same records. */
export const worthAnotherAttempt = ({ verdict, gates }: Judgement): boolean =>
  verdict !== 'pass' && gates.some((gate) => gate.verdict !== 'pass' && gate.needs === undefined);

const noticesKnown = ({ direction }: Gate): boolean => direction === 'under-forgetting' || direction === 'two-sided';

const gateOf = (one: GateCheck, finding: Finding): Gate => ({
  id: checkId(one),
  name: one.name,
  statistic: one.statistic,
  of: 'reference' in one ? [one.of, one.reference] : [one.of],
  direction: one.direction,
  ...finding,
});

const find = (tables: EvaluationTables, one: GateCheck, chance: Chance | undefined): Finding => {
  switch (one.statistic) {
    case 'value':
    case 'share':
      return bounded(tables, one);
    case 'shareAtMostReference':
      return shareAtMostReference(tables, one, chance);
    case 'auc':
      return auc(tables, one, chance);
    case 'meanWithinPeople':
      return meanWithinPeople(tables, one);
    case 'ks':
      return ks(tables, one, chance);
    case 'worstPerson':
      return worstPerson(tables, one);
  }
};

const endsOf = ({ least, most }: { least?: number | undefined; most?: number | undefined }): Ends => ({
  least: least ?? null,
  most: most ?? null,
});
const within = (value: number, { least, most }: Ends): boolean =>
  value >= (least ?? -Infinity) && value <= (most ?? Infinity);

const none = (ends: Ends, notAvailable: string): Finding => ({
  ...{ value: null, n: 0, ...ends, verdict: 'not_available', interval: null, basis: {} },
  notAvailable,
});

/** Measured but not judged, because the policy asks for more records. */
const enough = (finding: Finding, least: number): Finding =>
  finding.value === null || finding.n >= least ? finding : tooFew(finding, Math.max(least, finding.needs ?? 0));

const tooFew = (finding: Omit<Finding, 'verdict'>, needs: number): Finding => {
  const { n } = finding;
  return {
    ...finding,
    verdict: 'not_available',
    needs,
    notAvailable: `${plural(n, 'record')}: so few could show nothing here, ${needs} are needed`,
  };
};

/** A check that could not fail beside its reference is not made; the finding has no bounds of its own yet. */
const unbounded = (finding: Omit<Finding, 'verdict'>, bound: Exclude<Bound<unknown>, { bound: unknown }>): Finding =>
  bound === 'never'
    ? {
        ...finding,
        verdict: 'not_available',
        notAvailable: 'never-trained people are too few, or too unlike each other: nothing could fail it',
      }
    : tooFew(finding, bound.needs);

/** Value, n, interval and the numbers beside them. */
const numbers = ({ value, n, interval, detail = {} }: Found): Omit<Finding, keyof Ends | 'verdict'> => ({
  value,
  n,
  interval,
  basis: detail,
});

/** The verdict on a value that should be like the reference's, with the side on which it fails. */
const alike = (passes: boolean, stillKnown: boolean): Pick<Finding, 'verdict' | 'direction'> =>
  passes ? { verdict: 'pass' } : { verdict: 'fail', direction: stillKnown ? 'under-forgetting' : 'over-unlearning' };

const bounded = (tables: EvaluationTables, one: CheckOf<'value' | 'share'>): Finding => {
  const [found, ends] = [summarise(tables, one.of), endsOf(one)];
  if ('notAvailable' in found) return none(ends, found.notAvailable);
  const verdict = within(found.value, ends)
    ? 'pass'
    : one.remediation && within(found.value, endsOf(one.remediation))
      ? 'remediation'
      : 'fail';
  return { ...numbers(found), ...ends, verdict };
};

/** Asked of records that are too few for it to be done at all: the tables then count none, and say why. */
const noRecords = (tables: EvaluationTables, { of }: CheckOf<'shareAtMostReference'>): Finding | undefined => {
  const { leastRecords } = quantityOf(of);
  if (leastRecords < 2 || entry(tables.proportions, of)?.n !== 0) return undefined;
  return { ...none({ least: null, most: null }, reasonFor(tables, [of])), needs: leastRecords };
};

const shareAtMostReference = (
  tables: EvaluationTables,
  one: CheckOf<'shareAtMostReference'>,
  chance: Chance | undefined,
): Finding => {
  const [found, reference] = [summarise(tables, one.of), entry(tables.proportions, one.reference)];
  const open = { least: null, most: null };
  if ('notAvailable' in found) return noRecords(tables, one) ?? none(open, found.notAvailable);
  if (!reference || reference.n === 0) return none(open, reasonFor(tables, [one.reference]));
  const needed = one.referenceAtLeast ?? 1;
  if (reference.n < needed) return none(open, `${reference.n} never-trained records, ${needed} are needed`);
  const said = numbers(found);
  const { alpha } = chance ?? one;
  const { margin = 0 } = one;
  const referred = { referenceK: reference.k, referenceN: reference.n, alpha };
  const basis = { ...said.basis, ...referred, ...(margin > 0 && { margin }) };
  const own = Math.max(one.most ?? 0, Math.min(1, clopperPearsonUpper(reference, one.alpha) + margin));
  const bound = chance?.share(found.n, reference, own) ?? { bound: own };
  if (bound === 'never' || 'needs' in bound) return unbounded({ ...said, ...open, basis }, bound);
  const most = bound.bound;
  return { ...said, least: null, most, verdict: found.value <= most ? 'pass' : 'fail', basis };
};

const auc = (tables: EvaluationTables, one: CheckOf<'auc'>, chance: Chance | undefined): Finding => {
  const keys = [one.of, one.reference];
  const [pair, own] = [pairOf(tables, keys), endsOf(one)];
  if (!pair) return none(own, reasonFor(tables, keys));
  const found = aucOf(pair, one.name);
  const said = numbers(found);
  const bound = chance?.auc(found.n, total(pair[1].counts), one.reference);
  if (bound === 'never' || (bound && 'needs' in bound)) return unbounded({ ...said, ...own }, bound);
  const [low, high] = bound?.bound ?? [1, 0];
  const ends = {
    least: own.least === null ? null : Math.min(own.least, low),
    most: own.most === null ? null : Math.max(own.most, high),
  };
  const basis = { ...said.basis, ...(chance && { alpha: chance.alpha }) };
  return { ...said, ...ends, ...alike(within(found.value, ends), found.value > 0.5), basis };
};

const meanWithinPeople = (tables: EvaluationTables, one: CheckOf<'meanWithinPeople'>): Finding => {
  const [found, people] = [summarise(tables, one.of), entry(tables.peopleMeans, one.reference) ?? []];
  const open = { least: null, most: null };
  if ('notAvailable' in found) return none(open, found.notAvailable);
  if (people.length === 0) return none(open, reasonFor(tables, [one.reference]));
  if (people.length < 2) return none(open, 'one never-trained person has no range');
  const [low, high] = [people.reduce((a, b) => Math.min(a, b)), people.reduce((a, b) => Math.max(a, b))];
  const ends = { least: low - one.margin, most: high + one.margin };
  return {
    ...numbers(found),
    ...ends,
    ...alike(within(found.value, ends), found.value > ends.most),
    basis: { people: people.length, margin: one.margin },
  };
};

const ks = (tables: EvaluationTables, one: CheckOf<'ks'>, chance: Chance | undefined): Finding => {
  const [keys, own] = [[one.of, one.reference], { least: one.least, most: null }];
  const pair = pairOf(tables, keys);
  if (!pair) return none(own, reasonFor(tables, keys));
  const found = ksOf(pair, one.name);
  if ('notAvailable' in found) return none(own, found.notAvailable);
  const [a, b] = [pair[0].counts, pair[1].counts];
  const [said, sides] = [numbers(found), (passes: boolean) => alike(passes, areaUnderCurve(a, b).value > 0.5)];
  if (!chance) {
    if (smallestRejected(total(a), total(b), 0.05) === undefined)
      return none(own, `too few values to tell anything apart: n = ${total(a)}, m = ${total(b)}`);
    return { ...said, ...own, ...sides(found.value >= one.least) };
  }
  const bound = chance.gap(total(a), total(b), one.reference);
  if (bound === 'never' || 'needs' in bound) return unbounded({ ...said, ...own }, bound);
  const least = Math.min(one.least, bound.bound.least);
  const basis = { ...said.basis, rejectsFrom: bound.bound.from, alpha: chance.alpha };
  return { ...said, least, most: null, ...sides(found.value >= least), basis };
};

const worstPerson = (tables: EvaluationTables, one: CheckOf<'worstPerson'>): Finding => {
  const [found, ends] = [lowestOf(entry(tables.people, one.of), one.name), { least: one.least, most: null }];
  if (!found) return none(ends, reasonFor(tables, [one.of]));
  return { ...numbers(found), ...ends, verdict: within(found.value, ends) ? 'pass' : 'fail' };
};
