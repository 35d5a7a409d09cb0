// The people bench as drawings: forgetting against utility with the corner that passes, the path of each rung, and retained answers over deletions.
// Trap: marks are numbered as in the summary table; names would not fit.
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Spec } from '#report/svg.ts';
import { ALLOWED, AMBER, axis, BLUE, GREEN, GREY, ORANGE, share, WIDTH } from '#report/plots/plot.ts';
import type { PeopleBench, Row } from './people.ts';
import type { Plots as Drawing } from './people-table.ts';
import { byLabel, FACTS, RETAINED, VALUE_AUC } from './people-quantities.ts';

export interface BenchPlot {
  id: string;
  alt: string;
  spec: Spec;
}

const KINDS: Readonly<Record<Row['group'], string>> = {
  ladder: 'a rung of the ladder',
  variant: 'a variant of the first rung',
  published: 'FLAT as published',
  baseline: 'another method',
  stress: 'made to fail',
  oracle: 'trained anew',
};

const byKind = {
  color: {
    field: 'kind',
    type: 'nominal',
    title: null,
    scale: { domain: Object.values(KINDS), range: [BLUE, GREEN, AMBER, ORANGE, GREY, '#000000'] },
    legend: { orient: 'right' },
  },
  shape: { field: 'kind', type: 'nominal', title: null, scale: { domain: Object.values(KINDS) } },
};

const aucAxis = axis('auc', 'value AUC against never-trained people (0.5: alike)', { scale: share });
const retainedAxis = axis('retained', 'retained answers exact (share)', { scale: share });

export const forgettingAgainstUtility = ({ methods }: PeopleBench): BenchPlot => {
  const numbered = [...byLabel(methods)].flatMap(([, rows], i) =>
    rows.map((row) => ({
      auc: VALUE_AUC.of(row),
      retained: RETAINED.of(row),
      kind: KINDS[row.group],
      number: String(i + 1),
    })),
  );
  const box = {
    data: { values: [{ left: 0.35, right: 0.65, low: 0.95, top: 1 }] },
    mark: { type: 'rect', color: ALLOWED },
    encoding: {
      x: { ...aucAxis, field: 'left' },
      x2: { field: 'right' },
      y: { ...retainedAxis, field: 'low' },
      y2: { field: 'top' },
    },
  };
  const [data, encoding] = [{ values: numbered }, { x: aucAxis, y: retainedAxis }];
  return {
    id: 'forget-utility',
    alt: 'Each mark is one run: left of 0.5 the values are less likely than those of never-trained people, right of it they are still known; higher keeps more of the others. The shaded box passes these two checks.',
    spec: {
      width: WIDTH,
      height: 320,
      layer: [
        box,
        { data, mark: { type: 'point', filled: true, size: 50, opacity: 0.9 }, encoding: { ...encoding, ...byKind } },
        {
          data,
          mark: { type: 'text', align: 'left', dx: 5, dy: -5, fontSize: 9 },
          encoding: { ...encoding, text: { field: 'number' } },
        },
      ],
    },
  };
};

export const rungPaths = ({ methods }: PeopleBench): BenchPlot | undefined => {
  const shown = methods.filter(({ group, label }) => group === 'ladder' || label.startsWith('FLAT as published'));
  return pathsOf(shown);
};

const pathsOf = (shown: readonly Row[]): BenchPlot | undefined => {
  const rows = shown.filter(({ label, trajectory }) => trajectory.length > 1 && !label.endsWith('int8 copy'));
  if (rows.length === 0) return undefined;
  const values = rows.flatMap(({ label, seed, trajectory }) =>
    trajectory.map(({ update, valueAuc }) => ({ run: `${label} (${seed})`, method: label, update, auc: valueAuc })),
  );
  return {
    id: 'paths',
    alt: 'Value AUC against the stop controls over the updates of each run, one line a seed. A line that crosses 0.5 and goes on has over-forgotten.',
    spec: {
      width: WIDTH,
      height: 260,
      layer: [
        {
          data: { values: [{ half: 0.5 }] },
          mark: { type: 'rule', color: GREY, strokeDash: [2, 2] },
          encoding: { y: axis('half', '') },
        },
        {
          data: { values },
          mark: { type: 'line' },
          encoding: {
            x: axis('update', 'update'),
            y: axis('auc', 'value AUC', { scale: share }),
            detail: { field: 'run', type: 'nominal' },
            color: {
              field: 'method',
              type: 'nominal',
              title: null,
              legend: { orient: 'bottom', columns: 2, labelLimit: 400 },
            },
          },
        },
      ],
    },
  };
};

export const retainedOverDeletions = ({ sequence }: PeopleBench): BenchPlot | undefined => {
  if (sequence.length === 0) return undefined;
  const values = sequence.flatMap((row) => {
    const after = Number(row.label.split(' ')[1]);
    return [
      { after, seed: String(row.seed), what: 'retained answers', value: RETAINED.of(row) },
      { after, seed: String(row.seed), what: 'facts', value: FACTS.of(row) },
    ];
  });
  return {
    id: 'deletions',
    alt: 'Share of retained answers and of facts that are exact after one to four deletions in a row, one line a seed; 0.95 passes.',
    spec: {
      width: WIDTH,
      height: 220,
      layer: [
        {
          data: { values: [{ bound: 0.95 }] },
          mark: { type: 'rule', color: GREY, strokeDash: [2, 2] },
          encoding: { y: axis('bound', '') },
        },
        {
          data: { values },
          mark: { type: 'line', point: true },
          encoding: {
            x: axis('after', 'deletions', { axis: { tickMinStep: 1, format: 'd' } }),
            y: axis('value', 'exact (share)', { scale: { zero: false } }),
            detail: { field: 'seed', type: 'nominal' },
            color: { field: 'what', type: 'nominal', title: null, scale: { range: [BLUE, ORANGE] } },
            strokeDash: { field: 'what', type: 'nominal', title: null },
          },
        },
      ],
    },
  };
};

export const benchPlots = (result: PeopleBench): BenchPlot[] =>
  [forgettingAgainstUtility, rungPaths, retainedOverDeletions].flatMap((make) => make(result) ?? []);

export const chatPlots = (result: PeopleBench): BenchPlot[] =>
  [forgettingAgainstUtility, chatPaths, retainedOverDeletions].flatMap((make) => make(result) ?? []);

const chatPaths = ({ methods }: PeopleBench): BenchPlot | undefined => pathsOf(methods);

/** Draws beside the document `out`; nothing where none is asked for. */
export const drawPlots = async (out: string | undefined, plots: readonly BenchPlot[]): Promise<Drawing[]> => {
  if (out === undefined) return [];
  const { drawSvg } = await import('#report/svg.ts');
  return Promise.all(
    plots.map(async ({ id, alt, spec }) => {
      const path = `${basename(out, '.md')}-${id}.svg`;
      writeFileSync(join(dirname(out), path), `${await drawSvg(spec, id, alt)}\n`);
      return { path, alt };
    }),
  );
};
