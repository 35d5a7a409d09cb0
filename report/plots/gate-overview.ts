// Each check of the gate on one scale: what passes, and what was measured.
import { onUnitScale } from '#core/gate-words.ts';
import type { GateVerdict } from '#core/gate.ts';
import { decimal } from '#core/decimal.ts';
import type { AuditReport } from '../audit-report.ts';
import type { Layer } from '../charts/chart.ts';
import { ALLOWED, AMBER, BLUE, ORANGE } from '../charts/colors.ts';
import type { Mark } from '../charts/legend.ts';
import { VERDICT_LABELS } from '../labels.ts';
import { share, WIDTH, type Plot } from './plot.ts';

interface Row {
  readonly name: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly verdict: GateVerdict;
}

export const gateOverview = ({ gate }: AuditReport): Plot | undefined => {
  const rows = (gate?.gates ?? []).flatMap((one): Row[] => {
    const { name, value, verdict } = one;
    return value === null || !onUnitScale(one)
      ? []
      : [{ name, value, least: one.least ?? 0, most: one.most ?? 1, verdict }];
  });
  if (!gate || rows.length === 0) return undefined;
  const failed = gate.gates.filter(({ verdict, needs }) => verdict !== 'pass' && needs === undefined);
  const few = gate.gates.some(({ needs }) => needs !== undefined);
  const found =
    failed.length > 0
      ? `Not passed: ${failed.map(({ name }) => name).join(', ')}.`
      : few
        ? 'All checks pass for which there are records enough.'
        : 'All checks pass.';
  return {
    id: 'gates',
    title: 'Measured values within what the policy allows',
    alt: `One row a check: a bar from the least to the greatest value that passes, and a mark at the measured value. ${found}`,
    chart: {
      width: WIDTH - 260,
      height: ROW * rows.length,
      x: share('value'),
      y: { title: '', domain: [rows.length - 0.5, -0.5], ticks: rows.map(({ name }, i) => [i, shortened(name)]) },
      layers: [...rows.map(allowed), ...MARKS.flatMap((mark) => measured(rows, mark))],
    },
    columns: ['check', 'value', 'least allowed', 'greatest allowed', 'verdict'],
    rows: rows.map(({ name, value, least, most, verdict }) => [
      name,
      decimal(value),
      decimal(least),
      decimal(most),
      VERDICT_LABELS[verdict],
    ]),
  };
};

const ROW = 22;
/** Names are the policy's own and may be long; the table has the whole name. */
const shortened = (name: string): string => (name.length > 72 ? `${name.slice(0, 71)}…` : name);

const allowed = ({ least, most }: Row, i: number): Layer => ({
  kind: 'region',
  x: [least, most],
  y: [i + 0.27, i - 0.27],
  fill: ALLOWED,
});

const MARKS: readonly (readonly [GateVerdict, Mark])[] = [
  ['pass', { symbol: 'circle', color: BLUE, area: 80 }],
  ['remediation', { symbol: 'square', color: AMBER, area: 80 }],
  ['fail', { symbol: 'cross', color: ORANGE, area: 80 }],
];

const measured = (rows: readonly Row[], [verdict, mark]: (typeof MARKS)[number]): Layer[] => {
  const points = rows.flatMap((row, i) => (row.verdict === verdict ? [[row.value, i] as const] : []));
  return points.length === 0 ? [] : [{ kind: 'marks', name: VERDICT_LABELS[verdict], points, mark }];
};
