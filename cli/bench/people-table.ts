// The people bench as Markdown: one row a method, each cell over all seeds.
import type { EvaluationTables } from '#core/evaluation.ts';
import { areaUnderCurve, meanOf } from '#core/stats.ts';
import type { PeopleBench, Row } from '#test/bench/people.ts';

const share = (tables: EvaluationTables, key: string): number => {
  const p = tables.proportions[key];
  return p && p.n > 0 ? p.k / p.n : NaN;
};

const worst = (tables: EvaluationTables): number =>
  Math.min(...(tables.people['retained.greedyExact'] ?? []).map(({ k, n }) => k / n));
const logProb = (tables: EvaluationTables, group: string): number => {
  const sums = tables.sums[`${group}.valueLogProb`];
  return sums ? meanOf(sums) : NaN;
};
const auc = (tables: EvaluationTables): number => {
  const [a, b] = [tables.histograms['forget.valueLogProb'], tables.histograms['controls.valueLogProb']];
  return a && b ? areaUnderCurve(a.counts, b.counts).value : NaN;
};

const COLUMNS: readonly (readonly [title: string, cell: (row: Row) => string])[] = [
  ['updates', ({ updates }) => String(updates)],
  ['seconds', ({ seconds }) => seconds.toFixed(0)],
  ['retained exact', ({ tables }) => share(tables, 'retained.greedyExact').toFixed(2)],
  ['facts', ({ tables }) => share(tables, 'facts.greedyExact').toFixed(2)],
  ['worst person', ({ tables }) => worst(tables).toFixed(2)],
  [
    'value log-prob forget/controls',
    ({ tables }) => `${logProb(tables, 'forget').toFixed(1)}/${logProb(tables, 'controls').toFixed(1)}`,
  ],
  ['value AUC', ({ tables }) => auc(tables).toFixed(2)],
  ['forced prefix', ({ tables }) => share(tables, 'forget.forcedPrefixExact').toFixed(2)],
  [
    'leak / held-out',
    ({ tables }) =>
      `${share(tables, 'forget.leakQuestion').toFixed(2)}/${share(tables, 'forget.leakHeldOut').toFixed(2)}`,
  ],
  ['degenerate', ({ tables }) => share(tables, 'forget.degenerate').toFixed(2)],
  [
    'gate',
    ({ judgement }) =>
      judgement.verdict === 'pass'
        ? 'pass'
        : `${judgement.verdict}: ${judgement.gates.filter(({ verdict }) => verdict !== 'pass').length} checks`,
  ],
];

const table = (first: string, groups: ReadonlyMap<string, readonly Row[]>): string[] => [
  `| ${[first, ...COLUMNS.map(([title]) => title)].join(' | ')} |`,
  `|${'---|'.repeat(COLUMNS.length + 1)}`,
  ...[...groups].map(
    ([label, rows]) => `| ${[label, ...COLUMNS.map(([, cell]) => rows.map(cell).join(' · '))].join(' | ')} |`,
  ),
];

const grouped = (rows: readonly Row[]): Map<string, Row[]> => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(row.label, [...(groups.get(row.label) ?? []), row]);
  return groups;
};

export const peopleMarkdown = ({ methods, sequence }: PeopleBench, command: string, backend: string): string => {
  const seeds = [...new Set(methods.map(({ seed }) => seed))];
  const lines = [
    "# Small scale: every method on the demo's model",
    '',
    `Made by \`${command}\` on ${backend}. Model: 0.43 M parameters, 24 generated people × 20 records, 75 facts, 160 unknown people. Each cell holds one value a seed`,
    `(${seeds.join(', ')}: another world, another training). One person is forgotten; the gate is policies/gate-v1.json, fixed before the runs.`,
    'Methods marked * read retained data; FLAT, gradient ascent, IDK, DPO, NPO and SimNPO do not. All stop by the same rule or at their update limit.',
    '',
    ...table('method', grouped(methods)),
  ];
  if (sequence.length > 0) {
    lines.push(
      '',
      '## Several deletions, one after another',
      '',
      'FLAT + OWM with corpus moments less every forgotten row; each deletion starts from the model that the last one left.',
      '',
    );
    lines.push(...table('after', grouped(sequence.flatMap(({ rows }) => rows))));
  }
  return lines.join('\n');
};
