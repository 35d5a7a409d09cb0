// Each check of the gate on one scale: what passes, and what was measured.
import type { AuditReport } from '../audit-report.ts';
import { decimal } from '../format.ts';
import { ALLOWED, AMBER, axis, BLUE, boundsOf, ORANGE, share, WIDTH, type Plot } from './plot.ts';

export const gateOverview = ({ gate }: AuditReport): Plot | undefined => {
  const rows = (gate?.gates ?? []).flatMap(({ name, value, threshold, verdict }) => {
    const bounds = boundsOf(threshold);
    return value === null || !bounds ? [] : [{ name, value, least: bounds[0], most: bounds[1], verdict }];
  });
  if (!gate || rows.length === 0) return undefined;
  const failed = gate.gates.filter(({ verdict }) => verdict !== 'pass').map(({ name }) => name);
  const found = failed.length === 0 ? 'All checks pass.' : `Not passed: ${failed.join(', ')}.`;
  return {
    id: 'gates',
    title: 'Measured values within what the policy allows',
    alt: `One row a check: a bar from the least to the greatest value that passes, and a mark at the measured value. ${found}`,
    spec: { width: WIDTH - 260, height: { step: 22 }, data: { values: rows }, layer: [allowed, measured] },
    columns: ['check', 'value', 'least allowed', 'greatest allowed', 'verdict'],
    rows: rows.map(({ name, value, least, most, verdict }) => [
      name,
      decimal(value),
      decimal(least),
      decimal(most),
      verdict,
    ]),
  };
};

const y = { field: 'name', type: 'nominal', sort: null, title: null, axis: { labelLimit: 460 } };
const allowed = {
  mark: { type: 'bar', height: 12, color: ALLOWED },
  encoding: { y, x: axis('least', 'value', { scale: share }), x2: { field: 'most' } },
};

const byVerdict = (range: readonly string[]) => ({
  field: 'verdict',
  type: 'nominal',
  title: 'verdict',
  scale: { domain: ['pass', 'remediation', 'fail'], range },
});
const measured = {
  mark: { type: 'point', filled: true, size: 80, opacity: 1 },
  encoding: {
    y,
    x: axis('value', 'value'),
    color: byVerdict([BLUE, AMBER, ORANGE]),
    shape: byVerdict(['circle', 'square', 'cross']),
  },
};
