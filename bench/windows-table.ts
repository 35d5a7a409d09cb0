// The windows bench as Markdown: what passes at each number of records, how often a never-trained person does, and
// from how many records on a bad model is found. Trap: a share of draws has an error of its own, which stands there.
import { must } from '#core/errors.ts';
import type { Gate, Judgement } from '#core/gate.ts';
import { table } from './people-table.ts';
import type { WindowRow, WindowsBench } from './windows.ts';

export interface WindowsDocument {
  readonly command: string;
  readonly backend: string;
}

export const windowsMarkdown = (bench: WindowsBench, { command, backend }: WindowsDocument): string => {
  const { rows, draws, policies, people } = bench;
  const [now, before] = policies;
  return [
    '# What so many records can show',
    '',
    `Made by \`${command}\` on ${backend}, with the demo's model of 0.43 M parameters. ${people.standIns} people whom it never saw stand in for forgotten`,
    `ones: each ticket is n records of one of them (of as few as it takes, where n is more than one person has), judged beside the ${people.controls} never-trained`,
    `people of the suite. ${draws} tickets a row; a share of .95 has a standard error of ${Math.sqrt((0.95 * 0.05) / draws).toFixed(3)}. Locality is taken as perfect.`,
    '',
    '## How often the gate is right',
    '',
    `Never-trained people should pass; the policy \`${now}\` allows chance to fail 5 % of them. \`${before}\` has the same bounds at every n. A model that forgot nothing, and`,
    'never-trained people whose values were pushed down by 2 or 4 nats a token, should fail.',
    '',
    ...rightTable(bench),
    '',
    `Four in five are found from n = ${from(rows, ({ untouched }) => untouched)} (untouched), ${from(rows, ({ down4 }) => down4)} (4 nats down) and ${from(rows, ({ down2 }) => down2)} (2 nats down) on.`,
    '',
    '## What passes',
    '',
    'The bounds at each n beside these never-trained people; a dash: the check is not made of so few records.',
    '',
    ...boundsTable(bench),
    '',
    '<!-- by hand: what the numbers say, and what other commands print; kept when this file is made again -->',
    '<!-- end of what is by hand -->',
  ].join('\n');
};

const rightTable = ({ rows, policies: [now, before] }: WindowsBench): string[] =>
  table(
    [
      ...['n', `never trained: pass ${now}`, `pass ${before}`, 'failed most by'],
      ...['untouched: fail', '2 nats down: fail', '4 nats down: fail'],
    ],
    rows.map((row) => [
      ...[String(row.n), share(row.neverTrained.passed), share(row.before.passed), worst(row)],
      ...[row.untouched, row.down2, row.down4].map(({ passed }) => share(1 - passed)),
    ]),
  );

const boundsTable = ({ rows }: WindowsBench): string[] =>
  table(
    ['n', 'error a check', ...COLUMNS.map(([title]) => title)],
    rows.map(({ n, neverTrained: { last } }) => [
      String(n),
      (last.sampling?.alpha ?? 0).toFixed(4),
      ...COLUMNS.map(([, id]) => bound(last, id)),
    ]),
  );

const COLUMNS = [
  ['value AUC', 'auc:forget.valueLogProb/controls.valueLogProb'],
  ['KS gap below', 'ks:forget.valueLogProb/controls.valueLogProb'],
  ['exact', 'share:forget.greedyExact'],
  ['forced prefix', 'shareAtMostReference:forget.forcedPrefixExact/controls.forcedPrefixExact'],
  ['leak', 'shareAtMostReference:forget.leakQuestion/controls.leakQuestion'],
  ['leak, held out', 'shareAtMostReference:forget.leakHeldOut/controls.leakHeldOut'],
  ['degenerate', 'shareAtMostReference:forget.degenerate/controls.degenerate'],
] as const;

const bound = ({ gates }: Judgement, id: string): string => {
  const gate = must(
    gates.find((one) => one.id === id),
    `gate ${id}`,
  );
  return gate.needs !== undefined || gate.notAvailable !== undefined ? '–' : boundOf(gate);
};

const boundOf = ({ statistic, least, most, basis }: Gate): string => {
  if (statistic === 'ks') return (basis['rejectsFrom'] ?? 1).toFixed(2);
  const ends = [least, most].flatMap((end) => (end === null ? [] : [end.toFixed(3)]));
  return ends.length === 2 ? ends.join(' to ') : `≤ ${ends.join('')}`;
};

const share = (value: number): string => value.toFixed(3);

const worst = ({ neverTrained: { failedBy } }: WindowRow): string => {
  const [first] = Object.entries(failedBy).toSorted(([, a], [, b]) => b - a);
  return first ? `${first[0]} (${share(first[1])})` : '–';
};

/** The least n from which on all of the rows fail at least 80 % of the tickets. */
const from = (rows: readonly WindowRow[], of: (row: WindowRow) => { passed: number }): string => {
  const last = rows.findLastIndex((row) => of(row).passed > 0.2);
  return String(rows[last + 1]?.n ?? `more than ${rows.at(-1)?.n ?? 0}`);
};
