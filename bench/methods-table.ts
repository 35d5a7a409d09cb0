// The methods bench as Markdown. Trap: a mean over seeds hides one that fails, so verdicts are printed for each seed;
// and a run that diverged, went too far or ended in an error is a row like any other, with that word in it.
import type { QuantityKey } from '#core/quantities.ts';
import { REPORTED, SWEPT } from './methods.ts';
import { number } from './people-quantities.ts';
import { BY_HAND, table } from './people-table.ts';
import { measuredText, type Printed, type PrintedRow, type Ran } from './printed-row.ts';

export interface MethodsDocument {
  readonly command: string;
  readonly backend: string;
  /** Rows that were asked for and are not there. */
  readonly missing?: readonly string[];
}

const ran = (results: readonly Printed[]): Ran[] => results.flatMap((result) => ('failed' in result ? [] : result));

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

const GATED: Columns = [
  ...LEFT,
  ['forget.relearnt5x30', 're-learnt 5 × 30', 2],
  ['controls.relearnt5x30', 'the same, never trained', 2],
];
const BESIDE: Columns = [
  ['forget.answerLogProbAuc', 'whole-answer AUC', 2],
  ['forget.minKLogProbAuc', 'Min-40 % AUC', 2],
  ['forget.perplexityBefore', 'perplexity before', 1],
  ['forget.valueLogProbKs', 'KS p', 3],
  ['model.utility', 'MU', 3],
  ['forget.rougeL', 'F-RL', 3],
  ['retained.rougeL', 'R-RL', 3],
];

/** Whose values a row of this page has. */
export const PRINTED: readonly QuantityKey[] = [...GATED, ...BESIDE].map(([key]) => key);

/** The mean over the rows that have it. */
const meanOf = (values: readonly (number | null | undefined)[]): number => {
  const found = values.filter((value) => typeof value === 'number');
  return found.reduce((a, b) => a + b, 0) / found.length;
};

/** Means over the rows that have a result. */
export const cells = (results: readonly Printed[], columns: Columns): string[] =>
  columns.map(([key, , digits]) => number(meanOf(ran(results).map(({ values }) => values[key])), digits));

export const verdictsOf = (results: readonly Printed[], judge: number): string =>
  results.map((result) => ('failed' in result ? 'no result' : result.gates[judge]!.verdict)).join(' · ');

export const faultsIn = (results: readonly Printed[], judge = 1): string => {
  const all = results.flatMap((result) => ('failed' in result ? [result.failed] : (result.gates[judge]!.faults ?? [])));
  return [...new Set(all)].join(', ') || '–';
};

export const costs = (results: readonly Printed[]): string[] => {
  const of = (key: 'updates' | 'cpu' | 'peak', digits: number) =>
    number(meanOf(ran(results).map((result) => result[key])), digits);
  return [of('updates', 0), of('cpu', 1), of('peak', 0)];
};

export const methodsMarkdown = (
  rows: readonly PrintedRow[],
  { command, backend, missing = [] }: MethodsDocument,
): string => {
  const groups = [...Map.groupBy(rows, ({ label }) => label)];
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

type Groups = readonly (readonly [label: string, rows: readonly PrintedRow[]])[];

const resultsOf = (rows: readonly PrintedRow[]): Printed[] => rows.map(({ result }) => result);

const gatesOf = (groups: Groups): string[] => [
  '## By the gates and by re-learning',
  '',
  'A verdict is that of all checks of the policy, one a seed; other columns are means over seeds. Leak: share of the 20 records whose value stands in any of 20 samples. Re-learnt: share of the other',
  'values that are exact after five records were taught again for 30 updates, beside never-trained people under the same attack. The last column: kinds of checks by which `gate-v2` is failed.',
  '',
  ...table(
    ['method', 'gate-v1', 'gate-v2', ...GATED.map(([, title]) => title), 'fails gate-v2 by'],
    groups.map(([label, rows]) => {
      const own = resultsOf(rows);
      return [label, verdictsOf(own, 0), verdictsOf(own, 1), ...cells(own, GATED), faultsIn(own)];
    }),
  ),
  '',
];

const costsOf = (groups: Groups): string[] => {
  const idle = meanOf(groups.flatMap(([, rows]) => ran(resultsOf(rows)).map((result) => result.idle)));
  return [
    '## What it costs and reads, and the measures of the papers',
    '',
    `CPU seconds of the method alone, of every thread. Peak: most memory that the row's process took until the method ended, in MB; ${number(idle, 0)} MB of it before the method began.`,
    'Perplexity before: how odd the model from before finds the new answers. KS p: of values beside those of never-trained people. MU: harmonic mean of nine; F-RL, R-RL: ROUGE-L recall on forgotten and on',
    'retained records.',
    '',
    ...table(
      ['method', 'reads beside the records', 'updates', 'CPU s', 'peak MB', ...BESIDE.map(([, title]) => title)],
      groups.map(([label, rows]) => {
        const own = resultsOf(rows);
        return [label, readsOf(rows), ...costs(own), ...cells(own, BESIDE)];
      }),
    ),
  ];
};

const readsOf = (rows: readonly PrintedRow[]): string => rows[0]!.reads.join(', ') || 'forget data alone';

const settingsOf = (groups: Groups): string[] => [
  ...['', '## Configurations', ''],
  `A row is measured again by \`quittance bench methods --methods 'ROW'\`. Measured: by which version of the program and on which day (UTC), a seed.`,
  '',
  ...table(
    ['row', 'method', 'settings that are not the defaults of [methods.md](../methods.md)', 'from', 'seeds', 'measured'],
    groups.map(([label, rows]) => [
      ...[label, rows[0]!.method, settingsIn(rows), rows[0]!.from],
      ...[rows.map(({ seed }) => seed).join(', '), [...new Set(rows.map(({ by }) => measuredText(by)))].join('; ')],
    ]),
  ),
];

/** More than one where rows of a seed were measured before the settings changed. */
const settingsIn = (rows: readonly PrintedRow[]): string =>
  [...new Set(rows.map(({ config }) => `\`${JSON.stringify(config)}\``))].join('; ');
