// Curves over the updates of the last attempt: forgetting, and the loss; and the re-learning curve of the candidate.
import type { AuditReport } from '../audit-report.ts';
import { decimal, optional } from '../format.ts';
import { axis, BLUE, bySeries, GREEN, GREY, share, updates, WIDTH, type Plot } from './plot.ts';

const line = (color: string) => ({ type: 'line', color, point: { color } });

type Point = AuditReport['trajectory'][number];

export const forgetting = ({ trajectory }: AuditReport): Plot | undefined => {
  const [first, last] = [trajectory[0], trajectory.at(-1)];
  if (!first || !last || trajectory.length < 2) return undefined;
  return {
    id: 'forgetting',
    title: 'Forgetting over the updates of the last attempt',
    alt:
      `From update ${first.update} to ${last.update} the share of exact answers goes from ${decimal(first.greedyExact)} to ${decimal(last.greedyExact)}, ` +
      `and the AUC of the values against stop controls from ${decimal(first.valueAuc)} to ${decimal(last.valueAuc)}; at 0.5 they are alike.`,
    spec: { width: WIDTH, height: 220, layer: [alike, curves(trajectory)] },
    columns: ['update', 'exact answers', 'value AUC', 'mean value log-probability (nats)'],
    rows: trajectory.map((point) => [
      String(point.update),
      decimal(point.greedyExact),
      decimal(point.valueAuc),
      decimal(point.meanValueLogProb),
    ]),
  };
};

const alike = {
  data: { values: [{ half: 0.5 }] },
  mark: { type: 'rule', color: GREY, strokeDash: [2, 2] },
  encoding: { y: axis('half', '') },
};

const curves = (trajectory: readonly Point[]) => {
  const series = (name: string, of: (point: Point) => number) =>
    trajectory.map((point) => ({ series: name, update: point.update, value: of(point) }));
  const names = ['exact answers (share)', 'value AUC against stop controls'] as const;
  const values = [
    ...series(names[0], ({ greedyExact }) => greedyExact),
    ...series(names[1], ({ valueAuc }) => valueAuc),
  ];
  return {
    data: { values },
    mark: { type: 'line', point: true },
    encoding: { x: updates, y: axis('value', 'value', { scale: share }), ...bySeries('series', names) },
  };
};

export const loss = ({ trajectory }: AuditReport): Plot | undefined => {
  const values = trajectory
    .filter((point) => point.loss !== null)
    .map((point) => ({ update: point.update, loss: point.loss }));
  const [first, last] = [values[0], values.at(-1)];
  if (!first || !last) return undefined;
  return {
    id: 'loss',
    title: 'Loss over the updates of the last attempt',
    alt: `The unlearning loss goes from ${optional(first.loss)} at update ${first.update} to ${optional(last.loss)} at update ${last.update}.`,
    spec: {
      width: WIDTH,
      height: 180,
      data: { values },
      mark: line(BLUE),
      encoding: { x: updates, y: axis('loss', 'loss', { scale: { zero: false } }) },
    },
    columns: ['update', 'loss'],
    rows: values.map((point) => [String(point.update), optional(point.loss)]),
  };
};

export const relearning = ({ relearning: curve }: AuditReport): Plot | undefined => {
  if ('notAvailable' in curve) return undefined;
  const last = curve.points.at(-1);
  if (!last) return undefined;
  const whole = { tickMinStep: 1, format: 'd' };
  return {
    id: 'relearning',
    title: 'Re-learning: what comes back when a little is taught again',
    alt: `${curve.yLabel}, over ${curve.xLabel}: ${decimal(last[1])} after ${last[0]}. A rise means that knowledge was suppressed in the weights rather than absent.`,
    spec: {
      width: WIDTH,
      height: 200,
      data: { values: curve.points.map(([update, value]) => ({ update, value })) },
      mark: line(GREEN),
      encoding: {
        x: axis('update', curve.xLabel, { axis: whole }),
        y: axis('value', 'share exact again', { scale: share }),
      },
    },
    columns: [curve.xLabel, curve.yLabel],
    rows: curve.points.map(([update, value]) => [String(update), decimal(value)]),
  };
};
