// The pair of empirical distribution functions with their 95 % bands, and the place and size of their largest gap: D of
// the Kolmogorov–Smirnov test.
import { decimal } from '#core/decimal.ts';
import type { AuditReport } from '../audit-report.ts';
import type { Layer, Point } from '../charts/chart.ts';
import { BLACK } from '../charts/colors.ts';
import type { Distributions } from '../shape.ts';
import { PAIR, share, WIDTH, type Plot } from './plot.ts';

export const distributionPair = ({ distributions }: AuditReport): Plot | undefined => {
  if ('notAvailable' in distributions) return undefined;
  const { at, d, p, rejectsFrom, unit } = distributions;
  const domain = rangeOf(distributions);
  return {
    id: 'distributions',
    title: 'How well the model knows the values: forgotten against never-trained people',
    alt:
      `Two distribution functions. They are furthest apart at ${decimal(at, 2)} ${unit}, where the gap is D = ${decimal(d)}; ` +
      `the test would reject from ${decimal(rejectsFrom)}; p = ${decimal(p)}. ` +
      'Shaded: simultaneous 95 % bands (Dvoretzky–Kiefer–Wolfowitz).',
    chart: {
      width: WIDTH,
      height: 280,
      x: { title: `mean log-probability of the value (${unit})`, domain },
      y: share('share of values at or below'),
      layers: [...functions(distributions, domain), ...gap(distributions)],
    },
    columns: [`value (${unit})`, 'forgotten at or below', 'never trained at or below', 'gap'],
    rows: gridOf(domain, at).map((place) => rowAt(place, distributions)),
  };
};

/** The value of a step function at a position. */
const heightAt = (points: readonly Point[], at: number): number => points.filter(([x]) => x <= at).at(-1)?.[1] ?? 0;

const rangeOf = ({ forget, controls }: Distributions): [number, number] => {
  const ends = [...forget, ...controls].map(([place]) => place);
  return [Math.min(...ends) - 0.2, Math.max(...ends) + 0.2];
};

const functions = (found: Distributions, [from, to]: readonly [number, number]): Layer[] => {
  const groups = [
    { name: `forgotten (n = ${found.n})`, points: found.forget, half: found.band.forget, stroke: PAIR[0] },
    { name: `never trained (m = ${found.m})`, points: found.controls, half: found.band.controls, stroke: PAIR[1] },
  ].map(({ points, ...group }) => ({ ...group, points: [[from, 0], ...points, [to, 1]] as const }));
  return [
    ...groups.map(({ points, half, stroke }): Layer => {
      const around = points.map(([x, f]) => [x, Math.max(0, f - half), Math.min(1, f + half)] as const);
      return { kind: 'band', points: around, fill: stroke.color, step: true };
    }),
    ...groups.map(({ name, points, stroke }): Layer => ({ kind: 'line', name, points, stroke, step: true })),
  ];
};

const gap = ({ forget, controls, at, d }: Distributions): Layer[] => {
  const [a, b] = [heightAt(forget, at), heightAt(controls, at)];
  const line = [
    [at, a],
    [at, b],
  ] as const;
  return [
    { kind: 'line', points: line, stroke: { color: BLACK, width: 2 } },
    { kind: 'label', at: [at, (a + b) / 2], text: `D = ${decimal(d)}`, shift: [6, 4], bold: true },
  ];
};

/** Nine positions across the range, and that of D. */
const gridOf = ([from, to]: readonly [number, number], at: number): number[] => {
  const even = Array.from({ length: 9 }, (_, i) => from + ((to - from) * (i + 0.5)) / 9);
  return [...even, at].sort((a, b) => a - b);
};

const rowAt = (place: number, { forget, controls, at }: Distributions): string[] => {
  const [a, b] = [heightAt(forget, place), heightAt(controls, place)];
  return [decimal(place, 2), decimal(a), decimal(b), `${decimal(Math.abs(a - b))}${place === at ? ' = D' : ''}`];
};
