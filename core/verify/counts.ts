// Every count of the tables against every other: the forgotten records were asked about no more often than each was
// sampled, what is kept in two forms has one count, what was measured before and after was measured of as many, and a
// mean lies where its unit can be.
// Trap: the suite chose which people who stay and which never-trained people were asked, and no bundle holds the suite.
// Their counts are compared with each other and with what the plan fixed before the run; they cannot be computed again.
import { plural } from '../plural.ts';
import { notAsAsked, sameControls, type Asked } from '../asked.ts';
import { EvaluationTables } from '../evaluation.ts';
import { isQuantityKey, quantityOf, type QuantityKey } from '../quantities.ts';
import { UNITS } from '../quantity.ts';
import { UnlearnPlan } from '../run.ts';
import { fail, notChecked, requireThat, type BundleReader, type Rule } from './bundle-reader.ts';
import { tablesBefore } from './evidence.ts';
import { completed } from './history.ts';

/** No evaluation asks more. */
const MOST_ASKED = 1e7;

export const countsAgree: Rule = (bundle) => {
  const { counts } = completed(bundle);
  const after = bundle.json('tables.json', EvaluationTables);
  requireCounts(after, counts.records, 'tables.json');
  const before = tablesBefore(bundle);
  if (before) {
    requireCounts(before, counts.records, 'tables-before.json');
    requireSameCounts(before, after);
  }
  return `${plural(countsOf(after).length, 'count')} of the tables agree with each other and with ${plural(counts.records, 'record')}`;
};

/** Whom the evaluation asked is what the plan says, whose digest was logged before the run. */
export const askedAsPlanned: Rule = (bundle) => {
  const { asked } = bundle.json('plan.json', UnlearnPlan);
  if (!asked) return notChecked('the plan is from before the numbers of people and records were fixed in it');
  requireAsked(asked, 'tables.json', bundle.json('tables.json', EvaluationTables));
  const before = tablesBefore(bundle);
  if (before) requireAsked(asked, 'tables-before.json', before);
  for (const name of earlierPlans(bundle))
    requireThat(
      sameControls(bundle.json(name, UnlearnPlan).asked ?? asked, asked),
      `${name} was to be measured beside other never-trained people`,
    );
  const { people, records } = asked;
  return (
    `retained: ${plural(people.retained, 'person', 'people')} in ${plural(records.retained, 'record')}; ` +
    `never trained: ${people.controls} in ${records.controls}; as planned before the run`
  );
};

const earlierPlans = ({ files }: BundleReader): string[] =>
  [...files.keys()].filter((name) => /^attempts\/\d+\/plan\.json$/.test(name));

const requireAsked = (asked: Asked, name: string, tables: EvaluationTables): void => {
  const fault = notAsAsked(asked, tables);
  if (fault !== undefined) fail(`${name}: ${fault}`);
};

interface CountOf {
  readonly key: string;
  readonly n: number;
}

const total = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0);

const countsOf = ({ proportions, sums, histograms, people }: EvaluationTables): CountOf[] => [
  ...Object.entries(proportions).map(([key, { n }]) => ({ key, n })),
  ...Object.entries(sums).map(([key, { n }]) => ({ key, n })),
  ...Object.entries(histograms).map(([key, { counts }]) => ({ key, n: total(counts) })),
  ...Object.entries(people).map(([key, each]) => ({ key, n: total(each.map(({ n }) => n)) })),
];

/** In every wording of the suite is asked about the person, however few records the ticket lists. */
const OF_THE_PERSON: readonly string[] = ['forget.revealed', 'forget.revealedWorded'] satisfies QuantityKey[];

const isOfRecords = (key: string): boolean => key.startsWith('forget.') && !OF_THE_PERSON.includes(key);

const requireCounts = (tables: EvaluationTables, records: number, name: string): void => {
  const seen = new Map<string, number>();
  for (const { key, n } of countsOf(tables)) {
    const most = isOfRecords(key) ? records * Math.max(1, tables.sampling.samplesPerPrompt) : MOST_ASKED;
    requireThat(n <= most, `${name}: '${key}' counts ${n}, and there are ${most} at most`);
    requireThat((seen.get(key) ?? n) === n, `${name}: '${key}' counts ${n} in one form, ${seen.get(key)} in another`);
    seen.set(key, n);
  }
  for (const [key, { unit }] of Object.entries(tables.histograms))
    requireThat(!isQuantityKey(key) || quantityOf(key).unit === unit, `${name}: '${key}' is binned in ${unit}`);
  for (const [key, sums] of Object.entries(tables.sums)) requirePossible(key, sums, name);
  const { temperature } = tables.sampling;
  requireThat(temperature > 0 && temperature <= 10, `${name}: sampled at a temperature of ${temperature}`);
};

/** A mean within its unit, and squares that such a sum can have (n · Σx² ≥ (Σx)²). */
const requirePossible = (
  key: string,
  { n, sum, sumOfSquares }: EvaluationTables['sums'][string],
  name: string,
): void => {
  if (n === 0) return;
  const slack = 1e-6 * Math.max(1, Math.abs(sum), sumOfSquares);
  requireThat(n * sumOfSquares - sum ** 2 >= -slack * n, `${name}: '${key}' has squares that no values have`);
  const unit = isQuantityKey(key) && quantityOf(key).summary === 'mean' ? UNITS[quantityOf(key).unit] : undefined;
  const within = !unit || (sum >= unit[0] * n - slack && sum <= unit[1] * n + slack);
  requireThat(within, `${name}: '${key}' has a mean of ${sum / n}, which its unit does not reach`);
};

const requireSameCounts = (before: EvaluationTables, after: EvaluationTables): void => {
  for (const [key, one] of Object.entries(after.histograms)) requireSameBins(key, before.histograms[key] ?? one, one);
  const counted = new Map(countsOf(before).map(({ key, n }) => [key, n]));
  for (const { key, n } of countsOf(after)) {
    const then = counted.get(key) ?? n;
    requireThat(then === n, `'${key}' was measured of ${then} before and of ${n} after`);
  }
};

type Histogram = EvaluationTables['histograms'][string];

const requireSameBins = (key: string, before: Histogram, after: Histogram): void =>
  requireThat(
    before.lo === after.lo && before.width === after.width && before.counts.length === after.counts.length,
    `'${key}' lies in other bins before than after`,
  );
