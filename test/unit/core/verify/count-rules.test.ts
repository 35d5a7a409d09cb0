// Counts of the tables, rule by rule and on both sides of each bound: who holds every key writes tables that cannot be,
// and each row says in which words the rule objects.
import { beforeAll, describe } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import type { UnlearnPlan } from '#core/run.ts';
import { askedAsPlanned, countsAgree } from '#core/verify/counts.ts';
import { jsonBytes, readJson, trueBundle, type TrueBundle } from '#test/support/forged-bundles.ts';
import { says, withFile } from '#test/support/rule-rows.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

type Change = (tables: EvaluationTables) => Partial<EvaluationTables>;
const AFTER = 'tables.json';
const BEFORE = 'tables-before.json';
const tables = (change: Change, name = AFTER) => withFile<EvaluationTables>(truth, name, change);
const share =
  (key: string, n: number): Change =>
  ({ proportions }) => ({ proportions: { ...proportions, [key]: { k: 0, n } } });
const sum =
  (key: string, n: number, total: number, sumOfSquares: number): Change =>
  ({ sums }) => ({ sums: { ...sums, [key]: { n, sum: total, sumOfSquares } } });
const sampled =
  (fields: Partial<EvaluationTables['sampling']>): Change =>
  ({ sampling }) => ({ sampling: { ...sampling, ...fields } });
const BINNED = 'forget.valueLogProb';
const bins =
  (change: (one: EvaluationTables['histograms'][string]) => object, key = BINNED): Change =>
  ({ histograms }) => {
    const one = histograms[BINNED]!;
    return { histograms: { ...histograms, [key]: { ...one, ...change(one) } } };
  };
const unbinned: Change = ({ histograms }) => ({
  histograms: Object.fromEntries(Object.entries(histograms).filter(([key]) => key !== BINNED)),
});
/** Of a run whose base was not evaluated. */
const withoutBefore = (change: Change): BundleFiles => {
  const files = new Map(truth.files);
  const named = { ...readJson<object>(files, 'evidence.json'), tablesBefore: undefined };
  files.set('evidence.json', jsonBytes(named)).delete(BEFORE);
  return files.set(AFTER, jsonBytes({ ...readJson<object>(files, AFTER), ...change(readJson(files, AFTER)) }));
};

describe('counts', () => {
  const holds = (n: number) => `holds: ${n} counts of the tables agree with each other and with 3 records`;
  const most = (name: string, key: string, n: number, at: number) =>
    `fails: ${name}: '${key}' counts ${n}, and there are ${at} at most`;
  const mean = (value: number) =>
    `fails: ${AFTER}: 'forget.rougeL' has a mean of ${value}, which its unit does not reach`;
  const squares = `fails: ${AFTER}: 'forget.rougeL' has squares that no values have`;
  const binned = "fails: 'forget.valueLogProb' lies in other bins before than after";
  says(() => truth, countsAgree, [
    ['as they are', () => ({}), holds(14)],
    ['as many as were sampled', () => tables(share('forget.refusal', 60)), holds(15)],
    ['one more than was sampled', () => tables(share('forget.refusal', 61)), most(AFTER, 'forget.refusal', 61, 60)],
    ['one more before', () => tables(share('forget.refusal', 61), BEFORE), most(BEFORE, 'forget.refusal', 61, 60)],
    [
      'sampled nothing: once a record',
      () => tables((one) => ({ ...share('forget.refusal', 3)(one), ...sampled({ samplesPerPrompt: 0 })(one) })),
      most(AFTER, 'forget.degenerate', 20, 3),
    ],
    ['of others as many as anybody asks', () => tables(share('retained.rougeL', 1e7)), holds(15)],
    [
      'of others one more',
      () => tables(share('retained.rougeL', 1e7 + 1)),
      most(AFTER, 'retained.rougeL', 1e7 + 1, 1e7),
    ],
    ['of the person more than records', () => tables(share('forget.revealed', 61)), holds(15)],
    [
      'two forms of one quantity',
      () => tables(share('forget.valueLogProb', 19)),
      `fails: ${AFTER}: 'forget.valueLogProb' counts 20 in one form, 19 in another`,
    ],
    [
      'in another unit',
      () => tables(bins(() => ({ unit: 'share' }))),
      `fails: ${AFTER}: 'forget.valueLogProb' is binned in share`,
    ],
    ['no temperature', () => tables(sampled({ temperature: 0 })), `fails: ${AFTER}: sampled at a temperature of 0`],
    ['a temperature of ten', () => tables(sampled({ temperature: 10 })), holds(14)],
    ['one above', () => tables(sampled({ temperature: 10.5 })), `fails: ${AFTER}: sampled at a temperature of 10.5`],
    ['a mean at the end of its unit', () => tables(sum('forget.rougeL', 2, 2, 2)), holds(15)],
    ['a mean above it', () => tables(sum('forget.rougeL', 2, 3, 5)), mean(1.5)],
    ['a mean below it', () => tables(sum('forget.rougeL', 2, -1, 1)), mean(-0.5)],
    ['a mean of nothing', () => tables(sum('forget.rougeL', 0, 7, 0)), holds(15)],
    ['squares that no values have', () => tables(sum('forget.rougeL', 2, 1, 0.1)), squares],
    ['the least squares that values have', () => tables(sum('forget.rougeL', 2, 1, 0.5)), holds(15)],
    ['and less than those by rounding', () => tables(sum('forget.rougeL', 2, 1, 0.5 - 0.9e-6)), holds(15)],
    ['and less by more', () => tables(sum('forget.rougeL', 2, 1, 0.5 - 1.5e-6)), squares],
    ['less by all that rounding may be', () => tables(sum('forget.rougeL', 1, 0, -1e-6)), holds(15)],
    [
      'less by rounding, of great sums',
      () => tables(sum('controls.valueLogProb', 20, -1000, 50_000 - 0.04)),
      holds(15),
    ],
    ['a mean above its unit by rounding', () => tables(sum('controls.valueLogProb', 20, 1e-6, 0)), holds(15)],
    ['a mean below its unit by rounding', () => tables(sum('forget.rougeL', 2, -1e-6, 0)), holds(15)],
    ['of what nobody knows, a mean', () => tables(sum('forget.another', 2, 9, 99)), holds(15)],
    ['of what nobody knows, a histogram', () => tables(bins(() => ({}), 'controls.another')), holds(15)],
    [
      'of what is no mean, a mean that it could not have',
      () => tables(sum('forget.perplexityBefore', 2, 1, 1)),
      holds(15),
    ],
    [
      'of the person in words of their own more than records',
      () => tables(share('forget.revealedWorded', 61)),
      holds(15),
    ],
    ['without tables from before', () => withoutBefore(share('forget.refusal', 60)), holds(15)],
    ['binned after, and not before', () => tables(unbinned, BEFORE), holds(14)],
    [
      'more before',
      () => tables(share('retained.greedyExact', 41), BEFORE),
      `fails: ${BEFORE}: 'retained.greedyExact' counts 40 in one form, 41 in another`,
    ],
    [
      'fewer before',
      () => tables(share('retained.refusal', 39), BEFORE),
      "fails: 'retained.refusal' was measured of 39 before and of 40 after",
    ],
    [
      'bins that begin elsewhere before',
      () =>
        tables(
          bins(({ lo }) => ({ lo: lo - 1 })),
          BEFORE,
        ),
      binned,
    ],
    [
      'wider bins before',
      () =>
        tables(
          bins(({ width }) => ({ width: 2 * width })),
          BEFORE,
        ),
      binned,
    ],
    [
      'more bins before',
      () =>
        tables(
          bins(({ counts }) => ({ counts: [...counts, 0] })),
          BEFORE,
        ),
      binned,
    ],
  ]);
});

describe('asked-as-planned', () => {
  const plan = (change: Partial<UnlearnPlan>) => withFile<UnlearnPlan>(truth, 'plan.json', () => change);
  const holds = 'holds: retained: 2 people in 40 records; never trained: 3 in 20; as planned before the run';
  const facts = 'counts 5 records, and 20 were planned';
  const earlier = (name: string, asked: (one: NonNullable<UnlearnPlan['asked']>) => object | undefined) => {
    const { asked: own, ...rest } = readJson<UnlearnPlan>(truth.files, 'plan.json');
    return new Map(truth.files).set(name, jsonBytes({ ...rest, ...asked(own!) }));
  };
  const others = (name: string) =>
    earlier(name, (own) => ({ asked: { ...own, controls: { ...own.controls, gate: own.controls.stop } } }));
  says(() => truth, askedAsPlanned, [
    ['as they are', () => ({}), holds],
    [
      'from before that was planned',
      () => plan({ asked: undefined }),
      'not-checked: the plan is from before the numbers of people and records were fixed in it',
    ],
    ['fewer facts', () => tables(share('facts.greedyExact', 5)), `fails: ${AFTER}: 'facts.greedyExact' ${facts}`],
    [
      'fewer facts before',
      () => tables(share('facts.greedyExact', 5), BEFORE),
      `fails: ${BEFORE}: 'facts.greedyExact' ${facts}`,
    ],
    [
      'an attempt beside other people',
      () => others('attempts/1/plan.json'),
      'fails: attempts/1/plan.json was to be measured beside other never-trained people',
    ],
    ['an attempt from before that was planned', () => earlier('attempts/1/plan.json', () => ({})), holds],
    ['without tables from before', () => withoutBefore(() => ({})), holds],
    ['a file that is no plan of an attempt', () => others('old/attempts/1/plan.json'), holds],
    ['nor this', () => others('attempts/1/plan.json.json'), holds],
  ]);
});
