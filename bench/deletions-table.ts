// Deletions in a row as Markdown: what each took from those who stay, and whether those who were forgotten first still
// are in the end. Trap: a method that reads rows of people who stay holds those; the column of people whom it never
// read says what happens to the others.
import type { DeletionRow } from './deletions.ts';
import { failedChecks, number, valueIn } from './people-quantities.ts';
import { BY_HAND, table } from './people-table.ts';

const shareOf = ({ unread }: DeletionRow): number => (unread ? unread.k / unread.n : NaN);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const passes = ({ judgement }: Pick<DeletionRow, 'judgement'>): boolean => judgement.verdict === 'pass';

const COLUMNS: readonly (readonly [string, number, (row: DeletionRow) => number])[] = [
  ['retained exact', 3, (row) => valueIn(row, 'retained.greedyExact')],
  ['of people never read', 3, shareOf],
  ['worst person', 2, (row) => valueIn(row, 'retained.worstPerson')],
  ['facts exact', 3, (row) => valueIn(row, 'facts.greedyExact')],
  ['re-learnt 2 × 10', 2, (row) => valueIn(row, 'forget.relearnt2x10')],
  ['5 × 30', 2, (row) => valueIn(row, 'forget.relearnt5x30')],
  ['10 × 50', 2, (row) => valueIn(row, 'forget.relearnt10x50')],
  ['every layer', 2, (row) => valueIn(row, 'forget.relearntBody5x30')],
  ['refused', 2, (row) => valueIn(row, 'forget.refusal')],
  ['broken words', 2, (row) => valueIn(row, 'forget.brokenWords')],
  ['CPU s', 1, ({ unlearnCpu = NaN }) => unlearnCpu],
];

export const deletionsMarkdown = (
  found: Readonly<Record<string, readonly DeletionRow[]>>,
  { command, backend }: { command: string; backend: string },
): string =>
  [
    '# Deletions in a row',
    '',
    `Made by \`${command}\` on ${backend}, with the demo's model of 0.43 M parameters, 24 generated people × 20 records. A seed is another`,
    'suite and another training. Each deletion starts from the model that the last one left and climbs the ladder until a rung passes; where',
    'none does, a ticket ends in REMEDIATION and nothing is deployed, and here the attempt with the fewest checks not passed is kept, to see',
    'what follows. `gate-v3` reads forget data alone. `gate-v3-retain` reads rows of everybody who stays, facts and refusals included, as a',
    'ticket does where they are at hand: what it holds is then what is measured. The second table has rows of every second person who stays to',
    'the end read alone, with facts and refusals; the others are the column “of people never read”.',
    '',
    ...Object.entries(found).flatMap(([name, rows]) => section(name, rows)),
    ...BY_HAND,
  ].join('\n');

const section = (name: string, rows: readonly DeletionRow[]): string[] => [
  `## \`${name}\``,
  '',
  ...table(
    ['after', 'passes', ...COLUMNS.map(([title]) => title)],
    [...Map.groupBy(rows, ({ label }) => label)].map(([label, of]) => [
      label,
      `${of.filter(passes).length} of ${of.length}`,
      ...COLUMNS.map(([, digits, read]) => number(mean(of.map(read)), digits)),
    ]),
  ),
  '',
  `Means over seeds ${[...new Set(rows.map(({ seed }) => seed))].join(', ')}. Everybody forgotten before the last deletion, asked and attacked once more after it:`,
  '',
  ...table(
    ['seed', 'people forgotten before', 'pass again', 'checks not passed, with the number of people'],
    rows.flatMap(({ seed, earlier }) => (earlier ? [lookedBack(seed, earlier)] : [])),
  ),
  '',
  '<details><summary>Each deletion</summary>',
  '',
  ...table(
    ['seed', 'after', 'rung', 'updates', ...COLUMNS.map(([title]) => title), 'checks not passed'],
    rows.map((row) => [
      ...[row.seed, row.label, row.rung, row.updates].map(String),
      ...COLUMNS.map(([, digits, read]) => number(read(row), digits)),
      failedChecks(row).join(', ') || '–',
    ]),
  ),
  '',
  '</details>',
  '',
];

const lookedBack = (seed: number, earlier: NonNullable<DeletionRow['earlier']>): string[] => {
  const failed = earlier.flatMap((judgement) => failedChecks({ judgement }));
  const counted = [...Map.groupBy(failed, (name) => name)].map(([name, all]) => `${name} (${all.length})`);
  const again = earlier.filter(({ verdict }) => verdict === 'pass').length;
  return [String(seed), String(earlier.length), String(again), counted.join(', ') || '–'];
};
