// The pair of empirical distribution functions with their 95 % bands, and the place and size of their largest gap: D of the Kolmogorov–Smirnov test.
import type { AuditReport } from '../audit-report.ts';
import type { Distributions } from '../shape.ts';
import { decimal } from '../format.ts';
import { axis, bySeries, share, WIDTH, type Plot } from './plot.ts';

export const distributionPair = ({ distributions }: AuditReport): Plot | undefined => {
  if ('notAvailable' in distributions) return undefined;
  const { at, d, p, rejectsFrom, unit } = distributions;
  const grid = gridOf(distributions);
  return {
    id: 'distributions',
    title: 'How well the model knows the values: forgotten against never-trained people',
    alt:
      `Two distribution functions. They are furthest apart at ${decimal(at, 2)} ${unit}, where the gap is D = ${decimal(d)}; the test would reject ` +
      `from ${decimal(rejectsFrom)}; p = ${decimal(p)}. Shaded: simultaneous 95 % bands (Dvoretzky–Kiefer–Wolfowitz).`,
    spec: { width: WIDTH, height: 280, layer: [...functions(distributions), ...gap(distributions)] },
    columns: [`value (${unit})`, 'forgotten at or below', 'never trained at or below', 'gap'],
    rows: grid.map((place) => rowAt(place, distributions)),
  };
};

type Points = Distributions['forget'];

/** The value of a step function at a place. */
const stepAt = (points: Points, at: number): number => points.filter(([place]) => place <= at).at(-1)?.[1] ?? 0;

const rangeOf = ({ forget, controls }: Distributions): [number, number] => {
  const ends = [...forget, ...controls].map(([place]) => place);
  return [Math.min(...ends) - 0.2, Math.max(...ends) + 0.2];
};

const functions = (found: Distributions) => {
  const [from, to] = rangeOf(found);
  const groups = [
    { group: `forgotten (n = ${found.n})`, points: found.forget, half: found.band.forget },
    { group: `never trained (m = ${found.m})`, points: found.controls, half: found.band.controls },
  ];
  const values = groups.flatMap(({ group, points, half }) =>
    ([[from, 0], ...points, [to, 1]] as Points).map(([place, f]) => ({
      group,
      place,
      f,
      least: Math.max(0, f - half),
      most: Math.min(1, f + half),
    })),
  );
  const names = groups.map(({ group }) => group);
  const { color, strokeDash } = bySeries('group', names);
  const x = axis('place', `mean log-probability of the value (${found.unit})`, {
    scale: { domain: [from, to], nice: false },
  });
  const y = axis('f', 'share of values at or below', { scale: share });
  const interpolate = 'step-after';
  return [
    {
      data: { values },
      mark: { type: 'area', interpolate, opacity: 0.12 },
      encoding: { x, y: { ...y, field: 'least' }, y2: { field: 'most' }, color },
    },
    { data: { values }, mark: { type: 'line', interpolate }, encoding: { x, y, color, strokeDash } },
  ];
};

const gap = ({ forget, controls, at, d }: Distributions) => {
  const [low = 0, high = 0] = [stepAt(forget, at), stepAt(controls, at)].sort((a, b) => a - b);
  const [x, y] = [axis('at', ''), axis('low', '')];
  const data = { values: [{ at, low, high, middle: (low + high) / 2, text: `D = ${decimal(d)}` }] };
  return [
    { data, mark: { type: 'rule', strokeWidth: 2, color: 'black' }, encoding: { x, y, y2: { field: 'high' } } },
    {
      data,
      mark: { type: 'text', align: 'left', dx: 6, fontWeight: 'bold' },
      encoding: { x, y: { ...y, field: 'middle' }, text: { field: 'text' } },
    },
  ];
};

/** Nine places across the range, and the place of D. */
const gridOf = (found: Distributions): number[] => {
  const [from, to] = rangeOf(found);
  const even = Array.from({ length: 9 }, (_, i) => from + ((to - from) * (i + 0.5)) / 9);
  return [...even, found.at].sort((a, b) => a - b);
};

const rowAt = (place: number, { forget, controls, at }: Distributions): string[] => {
  const [a, b] = [stepAt(forget, place), stepAt(controls, place)];
  return [decimal(place, 2), decimal(a), decimal(b), `${decimal(Math.abs(a - b))}${place === at ? ' = D' : ''}`];
};
