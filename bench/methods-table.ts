// The methods bench as Markdown. Trap: a mean over seeds hides one that fails, so verdicts are printed for each seed;
// and a run that diverged, went too far or ended in an error is a row like any other, with that word in it.
import type { Gate, Judgement } from '#core/gate.ts';
import type { QuantityKey } from '#core/quantities.ts';
import type { MethodRow, SweptRow } from './methods.ts';
import { REPORTED, SWEPT } from './methods.ts';
import type { MethodResult } from './method-row.ts';
import { number, valueIn } from './people-quantities.ts';
import { BY_HAND, table } from './people-table.ts';

export interface MethodsDocument {
  readonly command: string;
  readonly backend: string;
  /** Rows that were asked for and are not there. */
  readonly missing?: readonly string[];
}

/** What a failed check means, in the words of the table. */
const SIDES: Readonly<Record<Gate['direction'], string>> = {
  'under-forgetting': 'still known',
  'over-unlearning': 'forgotten too far',
  'two-sided': 'unlike never-trained people',
  locality: 'others harmed',
  quality: 'broken answers',
};

/** A row of any bench that measures as this one does. */
export type Measured = Pick<MethodRow, 'result'>;

const ran = ({ result }: Measured): MethodResult | undefined => ('failed' in result ? undefined : result);

const openIn = ({ gates }: Judgement): Gate[] => gates.filter(({ verdict }) => verdict !== 'pass');

/** In which ways a row fails a gate; none where it passes. */
export const faultsOf = (result: MethodResult, judge: number): string[] => {
  const open = openIn(result.judgements[judge]!);
  const sides = new Set(
    open.map(({ direction, verdict }) => (verdict === 'not_available' ? 'not to be measured' : SIDES[direction])),
  );
  return [...(result.diverged ? ['diverged'] : []), ...sides];
};

/** A row as JSON: verdicts, costs, and every quantity of the page. */
export const summaryOf = (row: MethodRow) => {
  const { label, method, config, seed, reads, result } = row;
  const about = { label, method, config, seed, reads };
  if ('failed' in result) return { ...about, failed: result.failed };
  const { updates, stop, cpu, peak, diverged, judgements, attackCpu } = result;
  const values = Object.fromEntries(QUANTITIES.map(([key]) => [key, finite(valueIn(result, key))]));
  const gates = judgements.map(({ policyVersion, verdict, gates }) => ({
    ...{ policyVersion, verdict },
    notPassed: openIn({ gates } as Judgement).map(({ name }) => name),
  }));
  return { ...about, updates, stop, cpu, peak, diverged, attackCpu, gates, values };
};

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

export type Columns = readonly (readonly [key: QuantityKey, title: string, digits: number])[];

/** What is left of the person, and what of the others. */
export const LEFT: Columns = [
  ['forget.valueLogProbAuc', 'value AUC', 2],
  ['forget.forcedPrefixExact', 'forced prefix', 2],
  ['forget.leakQuestion', 'leak', 2],
  ['forget.leakHeldOut', 'leak, held out', 2],
  ['retained.greedyExact', 'retained exact', 3],
  ['facts.greedyExact', 'facts exact', 3],
  ['retained.worstPerson', 'worst person', 2],
];

const QUANTITIES: Columns = [
  ...LEFT,
  ['forget.relearnt5x30', 're-learnt 5 × 30', 2],
  ['controls.relearnt5x30', 'the same, never trained', 2],
  ['forget.answerLogProbAuc', 'whole-answer AUC', 2],
  ['forget.minKLogProbAuc', 'Min-40 % AUC', 2],
  ['forget.perplexityBefore', 'perplexity before', 1],
  ['forget.valueLogProbKs', 'KS p', 3],
  ['model.utility', 'MU', 3],
  ['forget.rougeL', 'F-RL', 3],
  ['retained.rougeL', 'R-RL', 3],
];
const GATED = QUANTITIES.slice(0, 9);
const BESIDE = QUANTITIES.slice(9);

const grouped = <R extends MethodRow>(rows: readonly R[]): [string, R[]][] => [
  ...Map.groupBy(rows, ({ label }) => label),
];

/** The mean over the rows that have it. */
const meanOf = (values: readonly number[]): number => {
  const found = values.filter(Number.isFinite);
  return found.reduce((a, b) => a + b, 0) / found.length;
};

/** Means over the rows that have a result. */
export const cells = (rows: readonly Measured[], columns: Columns): string[] =>
  columns.map(([key, , digits]) => {
    const values = rows.flatMap((row) => ran(row) ?? []).map((result) => valueIn(result, key));
    return number(meanOf(values), digits);
  });

export const verdictsOf = (rows: readonly Measured[], judge: number): string =>
  rows.map((row) => ran(row)?.judgements[judge]!.verdict ?? 'no result').join(' · ');

export const faultsIn = (rows: readonly Measured[], judge = 1): string => {
  const all = rows.flatMap(({ result }) => ('failed' in result ? [result.failed] : faultsOf(result, judge)));
  return [...new Set(all)].join(', ') || '–';
};

export const costs = (rows: readonly Measured[]): string[] => {
  const found = rows.flatMap((row) => ran(row) ?? []);
  const of = (key: 'updates' | 'cpu' | 'peak', digits: number) =>
    number(meanOf(found.map((result) => result[key] ?? NaN)), digits);
  return [of('updates', 0), of('cpu', 1), of('peak', 0)];
};

const readsOf = (rows: readonly MethodRow[]): string => rows[0]!.reads.join(', ') || 'forget data alone';

export const methodsMarkdown = (
  rows: readonly MethodRow[],
  { command, backend, missing = [] }: MethodsDocument,
): string => {
  const groups = grouped(rows);
  const seeds = [...new Set(rows.map(({ seed }) => seed))];
  return [
    '# Every method in one table',
    '',
    `Made by \`${command}\` on ${backend}, with the demo's model of 0.43 M parameters, 24 generated people × 20 records, 75 facts, 160 unknown people. A seed is another suite and`,
    `another training; seed${seeds.length > 1 ? 's' : ''} ${seeds.join(', ')}, person ${REPORTED.subject + 1}. Each method has one configuration, from other suites and people (the last table says from where; \`--preset sweep\` asks seed ${SWEPT.seed}, person ${SWEPT.subject + 1}). Loss`,
    'methods end by one stop rule (values no likelier than those of stop controls, hardly an answer exact) or at their limit of updates. A bad setting is a failure of the row: another rate may do better.',
    ...(missing.length > 0
      ? ['', `**Not measured yet** (the same command goes on with them): ${missing.join(', ')}.`]
      : []),
    '',
    ...gatesOf(groups),
    ...costsOf(groups),
    ...BY_HAND,
    ...settingsOf(groups),
  ].join('\n');
};

type Groups = readonly (readonly [label: string, rows: readonly MethodRow[]])[];

const gatesOf = (groups: Groups): string[] => [
  '## By the gates and by re-learning',
  '',
  'A verdict is that of all checks of the policy, one a seed; other columns are means over seeds. Leak: share of the 20 records whose value stands in any of 20 samples. Re-learnt: share of the other',
  'values that are exact after five records were taught again for 30 updates, beside never-trained people under the same attack. The last column: kinds of checks by which `gate-v2` is failed.',
  '',
  ...table(
    ['method', 'gate-v1', 'gate-v2', ...GATED.map(([, title]) => title), 'fails gate-v2 by'],
    groups.map(([label, own]) => [label, verdictsOf(own, 0), verdictsOf(own, 1), ...cells(own, GATED), faultsIn(own)]),
  ),
  '',
];

const costsOf = (groups: Groups): string[] => {
  const idle = meanOf(groups.flatMap(([, rows]) => rows.flatMap((row) => ran(row)?.idle ?? [])));
  return [
    '## What it costs and reads, and the measures of the papers',
    '',
    `CPU seconds of the method alone, of every thread. Peak: most memory that the row's process took until the method ended, in MB; ${number(idle, 0)} MB of it before the method began.`,
    'Perplexity before: how odd the model from before finds the new answers. KS p: of values beside those of never-trained people. MU: harmonic mean of nine; F-RL, R-RL: ROUGE-L recall on forgotten and on',
    'retained records.',
    '',
    ...table(
      ['method', 'reads beside the records', 'updates', 'CPU s', 'peak MB', ...BESIDE.map(([, title]) => title)],
      groups.map(([label, own]) => [label, readsOf(own), ...costs(own), ...cells(own, BESIDE)]),
    ),
  ];
};

const settingsOf = (groups: Groups): string[] => [
  ...['', '## Configurations', ''],
  ...table(
    ['row', 'method', 'settings that are not the defaults of [methods.md](../methods.md)', 'from'],
    groups.map(([label, [row]]) => [label, row!.method, `\`${JSON.stringify(row!.config)}\``, row!.from]),
  ),
];

/** The rule by which a configuration is picked: fewest open checks, then most of others kept, then the smaller step. */
export const sweepMarkdown = (rows: readonly SweptRow[]): string =>
  [
    '# The sweep of the methods bench',
    '',
    `Seed ${SWEPT.seed}, person ${SWEPT.subject + 1}, by the checks of gate-v1 that need no sampling. Picked: the fewest of them open, then the most retained answers exact, then the first.`,
    '',
    ...table(
      [
        'row',
        'settings',
        'open checks',
        'retained exact',
        'value AUC',
        'forced prefix',
        'updates',
        'by the rule',
        'run',
      ],
      grouped(rows).flatMap(([label, own]) => {
        const best = pickedBy(own);
        return own.map((row) => [
          ...[label, `\`${JSON.stringify(row.config)}\``, ...scored(row)],
          ...[row === best ? 'picked' : '', row.picked ? 'run' : ''],
        ]);
      }),
    ),
  ].join('\n');

const scored = (row: SweptRow): string[] => {
  const result = ran(row);
  if (!result) return ['no result', '–', '–', '–', '–'];
  const of = (key: QuantityKey, digits: number) => number(valueIn(result, key), digits);
  const [open, kept] = scoreOf(result);
  return [
    ...[String(open), number(kept, 3), of('forget.valueLogProbAuc', 2), of('forget.forcedPrefixExact', 2)],
    String(result.updates),
  ];
};

/** Checks of gate-v1 that could be made and are open, and the share of retained answers that are exact. */
const scoreOf = (result: MethodResult): [open: number, kept: number] => {
  const open = openIn(result.judgements[0]!).filter(({ verdict }) => verdict !== 'not_available');
  return [open.length, valueIn(result, 'retained.greedyExact')];
};

export const pickedBy = (rows: readonly SweptRow[]): SweptRow | undefined =>
  rows
    .filter((row) => ran(row) !== undefined)
    .toSorted((a, b) => {
      const [[openA, keptA], [openB, keptB]] = [scoreOf(ran(a)!), scoreOf(ran(b)!)];
      return openA - openB || keptB - keptA;
    })[0];
