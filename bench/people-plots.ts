// The people bench as drawings: forgetting against utility with the region that passes, the path of each rung, and
// retained answers over deletions. Trap: names would not fit, so marks are numbered as in the summary table.
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { draw, type Chart, type Layer, type Point } from '#report/charts/chart.ts';
import { ALLOWED, AMBER, BLACK, BLUE, GREEN, GREY, ORANGE, PALETTE } from '#report/charts/colors.ts';
import type { Mark } from '#report/charts/legend.ts';
import { share, updatesUpTo, WIDTH } from '#report/plots/plot.ts';
import { svgOf } from '#report/svg.ts';
import type { PeopleBench } from './people.ts';
import type { Row } from './people-runs.ts';
import type { Plots as Drawn } from './people-table.ts';
import { byLabel, FACTS, RETAINED, VALUE_AUC } from './people-quantities.ts';

export interface BenchPlot {
  readonly id: string;
  readonly alt: string;
  readonly chart: Chart;
}

const KINDS: Readonly<Record<Row['group'], readonly [name: string, mark: Mark]>> = {
  ladder: ['a rung of the ladder', { symbol: 'circle', color: BLUE }],
  variant: ['a variant of the first rung', { symbol: 'square', color: GREEN }],
  published: ['FLAT as published', { symbol: 'triangle', color: AMBER }],
  baseline: ['another method', { symbol: 'diamond', color: ORANGE }],
  stress: ['made to fail', { symbol: 'cross', color: GREY }],
  oracle: ['trained anew', { symbol: 'star', color: BLACK }],
};

export const forgettingAgainstUtility = ({ methods }: PeopleBench): BenchPlot => ({
  id: 'forget-utility',
  alt:
    'Each mark is one run: left of 0.5 the values are less likely than those of never-trained people, right of it they are still ' +
    'known; higher keeps more of the others. The shaded box passes these two checks.',
  chart: {
    width: WIDTH,
    height: 320,
    x: share('value AUC against never-trained people (0.5: alike)'),
    y: share('retained answers exact (share)'),
    layers: [
      { kind: 'region', x: [0.35, 0.65], y: [0.95, 1], fill: ALLOWED },
      ...Object.entries(KINDS).flatMap(([group, [name, mark]]): Layer[] => {
        const points = methods.filter((row) => row.group === group).map(placeOf);
        return points.length === 0 ? [] : [{ kind: 'marks', name, points, mark: { ...mark, area: 50 } }];
      }),
      ...[...byLabel(methods)].flatMap(([, rows], i) => rows.map((row) => numbered(row, i + 1))),
    ],
  },
});

const placeOf = (row: Row): Point => [VALUE_AUC.of(row), RETAINED.of(row)];

const numbered = (row: Row, number: number): Layer => ({
  kind: 'label',
  at: placeOf(row),
  text: String(number),
  shift: [5, -5],
  size: 9,
});

export const rungPaths = ({ methods }: PeopleBench): BenchPlot | undefined =>
  pathsOf(methods.filter(({ group, label }) => group === 'ladder' || label.startsWith('FLAT as published')));

const chatPaths = ({ methods }: PeopleBench): BenchPlot | undefined => pathsOf(methods);

const pathsOf = (shown: readonly Row[]): BenchPlot | undefined => {
  const rows = shown.filter(({ label, trajectory }) => trajectory.length > 1 && !label.endsWith('int8 copy'));
  if (rows.length === 0) return undefined;
  const labels = [...new Set(rows.map(({ label }) => label))];
  const last = Math.max(...rows.flatMap(({ trajectory }) => trajectory.map(({ update }) => update)));
  return {
    id: 'paths',
    alt:
      'Value AUC against the stop controls over the updates of each run, one line a seed. ' +
      'A line that crosses 0.5 and goes on has over-forgotten.',
    chart: {
      width: WIDTH,
      height: 260,
      x: updatesUpTo(last),
      y: share('value AUC'),
      layers: [bound(0.5, [0, last]), ...rows.map((row) => pathOf(row, labels.indexOf(row.label)))],
    },
  };
};

/** After the palette's last colour, colours repeat with a dashed line. */
const pathOf = ({ label, trajectory }: Row, series: number): Layer => ({
  kind: 'line',
  name: label,
  points: trajectory.map(({ update, valueAuc }): Point => [update, valueAuc]),
  stroke: {
    color: PALETTE[series % PALETTE.length]!,
    width: 2,
    dash: series < PALETTE.length ? undefined : [6, 3],
  },
});

const bound = (at: number, [from, to]: readonly [number, number]): Layer => ({
  kind: 'line',
  points: [
    [from, at],
    [to, at],
  ],
  stroke: { color: GREY, dash: [2, 2] },
});

export const retainedOverDeletions = ({ sequence }: PeopleBench): BenchPlot | undefined => {
  if (sequence.length === 0) return undefined;
  const last = Math.max(...sequence.map(deletionsOf));
  const shares = sequence.flatMap((row) => [RETAINED.of(row), FACTS.of(row)]).filter(Number.isFinite);
  return {
    id: 'deletions',
    alt:
      `Share of retained answers and of facts that are exact after 1 to ${last} deletions in a row, one line a seed; ` +
      '0.95 passes.',
    chart: {
      width: WIDTH,
      height: 220,
      x: { title: 'deletions', domain: [1, Math.max(2, last)], whole: true },
      y: { title: 'exact (share)', domain: [Math.min(0.95, ...shares), 1], nice: true },
      layers: [
        bound(0.95, [1, Math.max(2, last)]),
        ...Object.values(bySeed(sequence)).flatMap((rows) => [
          overDeletions('retained answers', rows, RETAINED.of, { symbol: 'circle', color: BLUE, area: 24 }),
          overDeletions('facts', rows, FACTS.of, { symbol: 'square', color: ORANGE, area: 24 }, [5, 3]),
        ]),
      ],
    },
  };
};

/** Number of the deletion, from a row's label `deletion N`. */
const deletionsOf = ({ label }: Row): number => Number(label.split(' ')[1]);

const bySeed = (rows: readonly Row[]): Readonly<Record<string, Row[]>> =>
  Object.fromEntries(rows.map(({ seed }) => [seed, rows.filter((row) => row.seed === seed)]));

const overDeletions = (
  name: string,
  rows: readonly Row[],
  of: (row: Row) => number,
  mark: Mark,
  dash?: readonly [number, number],
): Layer => ({
  kind: 'line',
  name,
  points: rows.map((row): Point => [deletionsOf(row), of(row)]),
  stroke: { color: mark.color, width: 2, dash },
  mark,
});

export const benchPlots = (result: PeopleBench): BenchPlot[] =>
  [forgettingAgainstUtility, rungPaths, retainedOverDeletions].flatMap((make) => make(result) ?? []);

export const chatPlots = (result: PeopleBench): BenchPlot[] =>
  [forgettingAgainstUtility, chatPaths, retainedOverDeletions].flatMap((make) => make(result) ?? []);

/** Draws beside the document `out`; nothing where no document is written. */
export const drawPlots = (out: string | undefined, plots: readonly BenchPlot[]): Drawn[] =>
  out === undefined
    ? []
    : plots.map(({ id, alt, chart }) => {
        const path = `${basename(out, '.md')}-${id}.svg`;
        writeFileSync(join(dirname(out), path), `${svgOf(draw(chart), alt)}\n`);
        return { path, alt };
      });
