// The people bench as Markdown: what passes, a summary over seeds, every quantity of every run (one table for each
// method), deletions in a row, and the same beside a prototype's numbers. Trap: a mean over three seeds hides one that
// fails, so verdicts and numbers are printed for each seed.
import type { PeopleBench } from './people.ts';
import type { Row } from './people-runs.ts';
import { PROTOTYPE } from './people-prototype.ts';
import {
  byLabel,
  cell,
  FACTS,
  failedChecks,
  FORCED,
  LEAK,
  LEAK_HELD_OUT,
  meanOver,
  number,
  COLUMNS,
  RETAINED,
  VALUE_AUC,
  WORST,
  type Column,
} from './people-quantities.ts';

const SUMMARY = [VALUE_AUC, FORCED, LEAK, LEAK_HELD_OUT, RETAINED, FACTS, WORST];

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
export const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  line(titles),
  `|${'---|'.repeat(titles.length)}`,
  ...rows.map(line),
];

const SIGNS = { pass: 'pass', remediation: 'remediation', fail: 'fail' } as const;
export const verdicts = (rows: readonly Row[]): string =>
  rows.map(({ judgement }) => SIGNS[judgement.verdict]).join(' · ');
export const passed = (rows: readonly Row[]): string =>
  `${rows.filter(({ judgement }) => judgement.verdict === 'pass').length}/${rows.length}`;
export const means = (columns: readonly Column[], rows: readonly Row[]): string[] =>
  columns.map((one) => number(meanOver(one, rows), one.digits));

/** A row for each method, numbered as in the plots: verdicts, how many pass, and the means of `columns` over seeds. */
export const methodTable = (groups: ReadonlyMap<string, readonly Row[]>, columns: readonly Column[]): string[] =>
  table(
    ['', 'method', 'gate, a seed', 'passes', ...columns.map(({ title }) => title)],
    [...groups].map(([label, rows], i) => [
      String(i + 1),
      label,
      verdicts(rows),
      passed(rows),
      ...means(columns, rows),
    ]),
  );

export const images = (plots: readonly Plots[]): string[] =>
  plots.flatMap(({ path, alt }) => ['', `![${alt}](${path})`]);

/** The place for text written by hand, which cli/bench.ts takes over into a new document. */
export const BY_HAND: readonly string[] = [
  '',
  '<!-- by hand: what the numbers say, and what other commands print; kept when this file is made again -->',
  '<!-- end of what is by hand -->',
];

/** Every number of every group, under a heading of its own. */
export const everyNumber = (
  said: string,
  groups: readonly (readonly [string, readonly Row[]])[],
  columns?: readonly Column[],
): string[] => [
  ...['', '## Every number', '', said],
  ...groups.flatMap(([label, rows]) => ['', `### ${label}`, '', ...full(rows, columns)]),
];

export interface Plots {
  /** Path of each drawing, relative to the document, with its alternative text. */
  readonly path: string;
  readonly alt: string;
}

export interface PeopleDocument {
  title: string;
  command: string;
  backend: string;
  /** A sentence on the model and the people that it knows, and a phrase on what a seed is, without a full stop. */
  model: string;
  seed: string;
  plots: readonly Plots[];
  /** Whether the prototype's numbers are about the same people. */
  hasPrototype: boolean;
}

export const peopleMarkdown = (
  { methods, sequence }: PeopleBench,
  { title, command, backend, model, seed, plots, hasPrototype }: PeopleDocument,
): string => {
  const groups = byLabel(methods);
  const seeds = [...new Set(methods.map(({ seed }) => seed))];
  return [
    `# ${title}`,
    '',
    `Made by \`${command}\` on ${backend}. ${model}`,
    `A seed is ${seed}; seeds ${seeds.join(', ')}. One person is forgotten; the gate is policies/gate-v1.json, fixed before the runs. Rungs are those of`,
    `its ladder. Methods marked * read retained data; the others read forget data alone. All stop by the first rung’s rule or at their update limit; baselines run`,
    'at the rate listed in bench/people-entries.ts and are not tuned further.',
    '',
    '## Every method by the same gate',
    '',
    'Verdict a seed; the other columns are means over seeds. Leak: share of the 20 records whose value stands in any of 20 samples.',
    '',
    ...methodTable(groups, SUMMARY),
    ...images(plots),
    ...(sequence.length > 0 ? sequenceSection(sequence) : []),
    ...(hasPrototype ? beside(groups) : []),
    ...BY_HAND,
    ...everyNumber(
      'One table a method, one row a seed, the mean below. Log-probabilities in nats a token; re-learnt: share of the other records exact again after ten updates on two.',
      [...groups, ...byLabel(sequence)],
    ),
  ].join('\n');
};

export const full = (rows: readonly Row[], columns: readonly Column[] = COLUMNS): string[] =>
  table(
    ['seed', ...columns.map(({ title }) => title), 'gate', 'checks not passed'],
    [
      ...rows.map((row) => [
        String(row.seed),
        ...columns.map((one) => cell(one, row)),
        row.judgement.verdict,
        failedChecks(row).join(', ') || '–',
      ]),
      ...(rows.length > 1 ? [['mean', ...means(columns, rows), passed(rows), '']] : []),
    ],
  );

const sequenceSection = (sequence: PeopleBench['sequence']): string[] => [
  '',
  '## Several deletions, one after another',
  '',
  'Each deletion starts from the model that the last one left, with the moments less every forgotten row, and climbs the ladder until a rung passes. Where none does, a ticket',
  'ends in REMEDIATION and nothing is deployed; here the attempt with the fewest checks not passed is kept, to see what would follow.',
  '',
  ...table(
    ['after', 'gate, a seed', 'rung, a seed', 'passes', ...SUMMARY.map(({ title }) => title)],
    [...byLabel(sequence)].map(([label, rows]) => [
      label,
      verdicts(rows),
      rows.map(({ rung }) => rung).join(' · '),
      passed(rows),
      ...means(SUMMARY, rows),
    ]),
  ),
];

/** The prototype's numbers beside ours, for rows that both have. */
const beside = (groups: ReadonlyMap<string, readonly Row[]>): string[] => {
  const rows = PROTOTYPE.flatMap(({ ours, theirs, columns }) => {
    const found = [...groups].find(([label]) => label.startsWith(ours))?.[1];
    if (!found) return [];
    return columns.map(({ of, value }) => [
      theirs,
      of.title,
      value,
      found.map((row) => cell(of, row)).join(' · '),
      ours,
    ]);
  });
  if (rows.length === 0) return [];
  return [
    '',
    '## Beside an earlier prototype',
    '',
    'The same idea was tried before in PyTorch (430,752 parameters, other people, 150 facts, 288 unknown people, step 0.4 and λ 0.01, 520 training updates). Its numbers are not',
    'the target of these; where they differ, these stand.',
    '',
    ...table(['prototype', 'quantity', 'prototype’s value', 'here, a seed', 'row here'], rows),
  ];
};
