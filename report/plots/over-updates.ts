// Curves over the updates of the last attempt: forgetting, and the loss; and the re-learning curve of the candidate.
import { decimal, optional } from '#core/decimal.ts';
import type { AuditReport } from '../audit-report.ts';
import type { Layer, Point } from '../charts/chart.ts';
import { BLUE, GREEN, GREY } from '../charts/colors.ts';
import { PAIR, share, updatesUpTo, WIDTH, type Plot } from './plot.ts';

export const forgetting = ({ trajectory }: AuditReport): Plot | undefined => {
  const [first, last] = [trajectory[0], trajectory.at(-1)];
  if (!first || !last || trajectory.length < 2) return undefined;
  return {
    id: 'forgetting',
    title: 'Forgetting over the updates of the last attempt',
    alt:
      `From update ${first.update} to ${last.update} the share of exact answers goes from ${decimal(first.greedyExact)} ` +
      `to ${decimal(last.greedyExact)}, and the AUC of the values against stop controls from ${decimal(first.valueAuc)} ` +
      `to ${decimal(last.valueAuc)}; at 0.5 they are alike.`,
    chart: {
      width: WIDTH,
      height: 220,
      x: updatesUpTo(last.update),
      y: share('value'),
      layers: [alike(last.update), ...curves(trajectory)],
    },
    columns: ['update', 'exact answers', 'value AUC', 'mean value log-probability (nats)'],
    rows: trajectory.map((point) => [
      String(point.update),
      decimal(point.greedyExact),
      decimal(point.valueAuc),
      decimal(point.meanValueLogProb),
    ]),
  };
};

/** The AUC at which two groups cannot be told apart. */
const alike = (last: number): Layer => ({
  kind: 'line',
  points: [
    [0, 0.5],
    [last, 0.5],
  ],
  stroke: { color: GREY, dash: [2, 2] },
});

const curves = (trajectory: AuditReport['trajectory']): Layer[] => {
  const [exact, auc] = PAIR;
  return [
    {
      kind: 'line',
      name: 'exact answers (share)',
      points: trajectory.map(({ update, greedyExact }): Point => [update, greedyExact]),
      stroke: exact,
      mark: { symbol: 'circle', color: exact.color, area: 24 },
    },
    {
      kind: 'line',
      name: 'value AUC against stop controls',
      points: trajectory.map(({ update, valueAuc }): Point => [update, valueAuc]),
      stroke: auc,
      mark: { symbol: 'square', color: auc.color, area: 24 },
    },
  ];
};

export const loss = ({ trajectory }: AuditReport): Plot | undefined => {
  const points = trajectory.flatMap((point): Point[] => (point.loss === null ? [] : [[point.update, point.loss]]));
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return undefined;
  const values = points.map(([, value]) => value);
  return {
    id: 'loss',
    title: 'Loss over the updates of the last attempt',
    alt: `The unlearning loss goes from ${optional(first[1])} at update ${first[0]} to ${optional(last[1])} at update ${last[0]}.`,
    chart: {
      width: WIDTH,
      height: 180,
      x: updatesUpTo(last[0]),
      y: { title: 'loss', domain: [Math.min(...values), Math.max(...values)], nice: true },
      layers: [curve(points, BLUE)],
    },
    columns: ['update', 'loss'],
    rows: points.map(([update, value]) => [String(update), decimal(value)]),
  };
};

const curve = (points: readonly Point[], color: string): Layer => ({
  kind: 'line',
  points,
  stroke: { color, width: 2 },
  mark: { symbol: 'circle', color, area: 24 },
});

export const relearning = ({ relearning: found }: AuditReport): Plot | undefined => {
  if ('notAvailable' in found) return undefined;
  const last = found.points.at(-1);
  if (!last) return undefined;
  return {
    id: 'relearning',
    title: 'Re-learning: what comes back when a little is taught again',
    alt:
      `${found.yLabel}, over ${found.xLabel}: ${decimal(last[1])} after ${last[0]}. ` +
      'A rise means that knowledge was suppressed in the weights rather than absent.',
    chart: {
      width: WIDTH,
      height: 200,
      x: { ...updatesUpTo(last[0]), title: found.xLabel },
      y: share('share exact again'),
      layers: [curve(found.points, GREEN)],
    },
    columns: [found.xLabel, found.yLabel],
    rows: found.points.map(([update, value]) => [String(update), decimal(value)]),
  };
};
