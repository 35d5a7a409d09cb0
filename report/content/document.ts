// The audit report as a document: its sections in reading order, each with its plots. A plot without data is left out,
// and a sentence says why.
import { STATUSES } from '#core/statuses.ts';
import { decimal } from '#core/decimal.ts';
import type { AuditReport } from '../audit-report.ts';
import { RECERTIFICATION_LABELS } from '../labels.ts';
import { distributionPair } from '../plots/distribution-pair.ts';
import { forgetUtility } from '../plots/forget-utility.ts';
import { gateOverview } from '../plots/gate-overview.ts';
import { forgetting, loss, relearning } from '../plots/over-updates.ts';
import { figureOf, heading, list, paragraph, tableOf, type Block, type Document, type Section } from './blocks.ts';
import { summary } from './summary.ts';
import {
  attemptsTable,
  decisionsTable,
  gateTable,
  historyTable,
  lettersTable,
  metricsTable,
  recertificationTable,
  statementTable,
} from './tables.ts';

export const documentOf = (report: AuditReport): Document => ({
  title: `Audit report: unlearning ticket ${report.ticketId}`,
  lead: [
    `Model ${report.model}. Status: ${STATUSES[report.status].label}, as of `,
    { time: report.asOf },
    '. This report names no person.',
  ],
  sections: [
    summary(report),
    section('gate', 'The gate', gateBlocks(report.gate), figureOf(gateOverview(report))),
    section(
      'comparison',
      'Forgotten and never-trained people compared',
      comparison(report),
      figureOf(distributionPair(report)),
    ),
    section('metrics', 'Before and after', beforeAndAfter(report), figureOf(forgetUtility(report))),
    section('attempts', 'Attempts', attempts(report)),
    section('statements', 'Statements', statements(report)),
    ...scope(report),
    section('recertification', 'Re-certification', recertification(report)),
    section('decisions', 'Decisions and letters', decisions(report)),
    section('reproduce', 'Reproducing it', reproduce(report)),
    section('history', 'History', [tableOf(historyTable(report.history))]),
  ],
});

const section = (id: string, title: string, ...blocks: readonly (readonly Block[])[]): Section => ({
  id,
  title,
  blocks: blocks.flat(),
});

/** The gate as it was judged. */
const gateBlocks = (gate: AuditReport['gate']): Block[] =>
  gate === null
    ? [paragraph('No attempt was judged.')]
    : [
        paragraph(`Policy version ${gate.policyVersion}, fixed and logged before the run. Verdict: `, {
          verdict: gate.verdict,
        }),
        ...(gate.limits.length > 0 ? [list(gate.limits)] : []),
        tableOf(gateTable(gate.gates)),
      ];

const comparison = ({ distributions: found }: AuditReport): Block[] => [
  paragraph(
    'notAvailable' in found
      ? `Not available: ${found.notAvailable}.`
      : `Exact two-sample Kolmogorov–Smirnov: n = ${found.n}, m = ${found.m}, D = ${decimal(found.d)} at ` +
          `${decimal(found.at, 2)} ${found.unit}, p = ${decimal(found.p)}. A gap from ${decimal(found.rejectsFrom)} would be ` +
          'rejected at 5 %; a smaller one can escape this test.',
  ),
];

const beforeAndAfter = ({ metrics, reference, sampling, repeated }: AuditReport): Block[] => {
  if (metrics.length === 0) return [paragraph('No model was evaluated.')];
  const measured = metrics.filter(({ after }) => !('notAvailable' in after));
  return [
    paragraph('Reference: ', reference, '. Decoding: ', sampling, '. A dash under “before”: not measured then.'),
    ...counted(repeated),
    tableOf(metricsTable(measured)),
    ...notMeasured(metrics),
  ];
};

const counted = (repeated: AuditReport['repeated']): Block[] => {
  const groups = Object.entries(repeated).map(([group, count]) => `${count} (${group})`);
  return groups.length === 0
    ? []
    : [paragraph(`Records that stood there more than once are counted once; left out: ${groups.join(', ')}.`)];
};

/** The other quantities of the registry, grouped by the reason why they were not measured. */
const notMeasured = (metrics: AuditReport['metrics']): Block[] => {
  const labels = new Map<string, string[]>();
  for (const { label, after } of metrics)
    if ('notAvailable' in after) labels.set(after.notAvailable, [...(labels.get(after.notAvailable) ?? []), label]);
  if (labels.size === 0) return [];
  return [heading('Not measured'), list([...labels].map(([reason, names]) => `${reason} – ${names.join('; ')}`))];
};

const attempts = (report: AuditReport): Block[] => [
  report.attempts.length === 0 ? paragraph('No attempt was made.') : tableOf(attemptsTable(report.attempts)),
  ...[forgetting, loss, relearning].flatMap((plot) => figureOf(plot(report))),
  ...('notAvailable' in report.relearning
    ? [paragraph(`Re-learning: not available: ${report.relearning.notAvailable}.`)]
    : []),
];

const statements = ({ statements: { made, notMade } }: AuditReport): Block[] =>
  (
    [
      ['What the certificate states', made],
      ['What it does not state', notMade],
    ] as const
  ).map(([caption, rows]) =>
    rows.length === 0
      ? paragraph(`${caption}: nothing; no certificate was issued.`)
      : tableOf(statementTable(caption, rows)),
  );

const scope = ({ scope: found }: AuditReport): Section[] =>
  found === null
    ? []
    : [
        section('scope', 'Scope', [
          heading('Looked at'),
          list(found.swept),
          heading('Not looked at'),
          list(found.notLookedAt),
        ]),
      ];

const decisions = ({ decisions: found, letters, executive }: AuditReport): Block[] => [
  found.length === 0
    ? paragraph('Nobody has decided anything.')
    : tableOf(decisionsTable(found, executive.request.regime)),
  letters.length === 0 ? paragraph('No letter was kept.') : tableOf(lettersTable(letters)),
];

const recertification = ({ recertification: { state, line, history } }: AuditReport): Block[] => [
  paragraph(`${RECERTIFICATION_LABELS[state]}: ${line}`),
  ...(history.length === 0 ? [] : [tableOf(recertificationTable(history))]),
];

const reproduce = ({ reproduce: found }: AuditReport): Block[] => [
  { kind: 'terms', items: Object.entries(found).map(([name, value]) => [name, { code: value }] as const) },
];
