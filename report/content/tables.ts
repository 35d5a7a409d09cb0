// The tables of the evidence, made here for the page, the PDF and the portal.
import { optional } from '#core/decimal.ts';
import type { MetricValue } from '#core/evaluation.ts';
import type { RegimeName } from '#core/regimes.ts';
import type { AuditReport } from '../audit-report.ts';
import { intervalText } from '../format.ts';
import {
  DIRECTION_LABELS,
  EVENT_LABELS,
  measuredLabel,
  reasonLabel,
  RECERTIFICATION_LABELS,
  STOP_LABELS,
} from '../labels.ts';
import { numbers, words, type Table } from './blocks.ts';

type Gates = NonNullable<AuditReport['gate']>['gates'];

export const gateTable = (gates: Gates): Table => ({
  caption: 'The gate: each check with its value, how many it rests on, threshold and verdict',
  columns: [
    words('check', 2.6),
    words('measured', 4),
    numbers('value', 1.5),
    numbers('n', 1.1),
    words('threshold', 2.3),
    words('verdict', 1.8),
    words('a failure means', 2.2),
    words('what the value rests on', 4),
  ],
  rows: gates.map((one) => [
    one.name,
    measuredLabel(one),
    optional(one.value),
    one.n,
    one.threshold,
    { verdict: one.verdict },
    DIRECTION_LABELS[one.direction],
    one.detail,
  ]),
});

export const metricsTable = (metrics: AuditReport['metrics']): Table => ({
  caption: 'Every quantity before and after unlearning',
  columns: [
    words('quantity', 5),
    numbers('before', 1.4),
    numbers('after', 1.4),
    numbers('n', 1),
    numbers('95 % interval after', 2.6),
    words('method', 3.6),
  ],
  rows: metrics.map(({ label, before, after }) => [
    label,
    valueOf(before),
    valueOf(after),
    'notAvailable' in after || after.n === 0 ? null : after.n,
    intervalText(after),
    'notAvailable' in after ? null : after.method,
  ]),
});

/** A dash where a quantity has no value afterwards; the reason stands below the table. */
const valueOf = (metric: MetricValue | null): string =>
  optional(metric === null || 'notAvailable' in metric ? null : metric.value);

export const attemptsTable = (attempts: AuditReport['attempts']): Table => ({
  caption: 'Attempts at unlearning, up the ladder of the policy',
  columns: [
    numbers('attempt', 1.3),
    numbers('rung', 1),
    words('method', 3.6),
    words('settings', 4),
    numbers('updates', 1.4),
    words('stopped by', 1.6),
    words('verdict', 1.9),
    words('checks not passed', 3),
  ],
  rows: attempts.map((one) => [
    one.number,
    one.rung + 1,
    `${one.method}: ${one.reason}`,
    { code: JSON.stringify(one.config) },
    one.updates,
    one.stop && STOP_LABELS[one.stop],
    one.verdict && { verdict: one.verdict },
    one.failed.join(', ') || null,
  ]),
});

export const historyTable = (history: AuditReport['history']): Table => ({
  caption: 'Events of the ticket; each is a leaf of the log',
  columns: [numbers('event', 1), words('time', 2), words('what', 2), numbers('leaf', 1)],
  rows: history.map(({ sequence, at, type, leaf }) => [sequence, { time: at }, EVENT_LABELS[type], leaf ?? 'not yet']),
});

export const decisionsTable = (rows: AuditReport['decisions'], regime: RegimeName): Table => ({
  caption: 'Who decided what; a name that a command line gave is marked',
  columns: [words('time', 2), words('who', 2), words('what', 3), words('why', 3)],
  rows: rows.map(({ at, who, type, reason, asserted }) => [
    { time: at },
    asserted ? `${who} (named, not signed in)` : who,
    EVENT_LABELS[type],
    reason && reasonLabel(regime, reason),
  ]),
});

export const lettersTable = (rows: AuditReport['letters']): Table => ({
  caption: 'Letters to the requester that were kept; their text lies with the case and goes with it',
  columns: [words('time', 2), words('written by', 2), words('letter', 3), words('language', 1)],
  rows: rows.map(({ at, by, kind, language }) => [{ time: at }, by, kind, language]),
});

export const statementTable = (caption: string, rows: AuditReport['statements']['made']): Table => ({
  caption,
  columns: [words('code', 1), words('statement', 3)],
  rows: rows.map(({ code, text }) => [{ code }, text]),
});

export const recertificationTable = (history: AuditReport['recertification']['history']): Table => ({
  caption: 'Re-certifications',
  columns: [words('time', 1), words('state', 2)],
  rows: history.map(({ at, state }) => [{ time: at }, RECERTIFICATION_LABELS[state]]),
});

/** A plot's numbers as a table. */
export const plotTable = (
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): Table => ({
  caption,
  columns: columns.map((title, i) => numbers(title, i === 0 ? 1.6 : 1)),
  rows,
});
