// The bench's drawings: every run a mark, missing numbers left out, one colour and mark a series.
import { describe, expect, it } from '@jest/globals';
import { enginePlot } from '#bench/engine-table.ts';
import type { EngineBench } from '#bench/engine.ts';
import { benchPlots } from '#bench/people-plots.ts';
import type { PeopleBench } from '#bench/people.ts';
import type { Row } from '#bench/people-runs.ts';
import { logProbHistogram, type EvaluationTables } from '#core/evaluation.ts';
import { draw } from '#report/charts/chart.ts';
import { svgOf } from '#report/svg.ts';

const tables = (forget: readonly number[]): EvaluationTables => ({
  kind: 'quittance-evaluation/v1',
  model: `sha256:${'a'.repeat(64)}`,
  quantisation: 'none',
  suite: { name: 'people', version: '1', digest: `sha256:${'b'.repeat(64)}` },
  reference: 'controls',
  proportions: { 'retained.greedyExact': { k: 96, n: 100 } },
  histograms:
    forget.length === 0
      ? {}
      : { 'forget.valueLogProb': logProbHistogram(forget), 'controls.valueLogProb': logProbHistogram([-2, -4]) },
  sums: {},
  people: {},
  peopleMeans: {},
  scalars: {},
  curves: {},
  notAvailable: {},
  sampling: { temperature: 1, samplesPerPrompt: 20, seed: 1 },
});

const row = (label: string, seed: number, forget: readonly number[], group: Row['group'] = 'ladder'): Row => ({
  label,
  group,
  seed,
  updates: 2,
  stop: 'stop-rule',
  seconds: 1,
  tables: tables(forget),
  judgement: { kind: 'quittance-judgement/v2', policyVersion: '1', verdict: 'pass', gates: [] },
  trajectory: [1, 2].map((update) => ({
    update,
    loss: 0,
    valueAuc: 1 / update,
    greedyExact: 0,
    meanValueLogProb: -3,
    answerAuc: 0.5,
    valueExact: 0,
  })),
});

const result: PeopleBench = {
  methods: [row('FLAT', 1, [-3]), row('FLAT', 2, [-1]), row('ascent', 1, [], 'baseline')],
  sequence: [1, 2].map((n) => ({ ...row(`deletion ${n}`, 1, [-3]), rung: 1 })),
};
const svgs = new Map(benchPlots(result).map(({ id, chart, alt }) => [id, svgOf(draw(chart), alt)]));

describe('the plots of the people bench', () => {
  it('are three, and none of them has a number that is none', () => {
    expect([...svgs.keys()]).toEqual(['forget-utility', 'paths', 'deletions']);
    for (const svg of svgs.values()) expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('number a mark as its row in the summary table, and leave out a run whose comparison is missing', () => {
    const svg = svgs.get('forget-utility') ?? '';
    expect(svg.match(/font-size="9"[^>]*>1<\/text>/g)).toHaveLength(2);
    expect(svg).not.toMatch(/font-size="9"[^>]*>2<\/text>/);
  });

  it('name a series once, however many seeds it has', () => {
    expect(svgs.get('paths')?.match(/>FLAT<\/text>/g)).toHaveLength(1);
    expect(svgs.get('deletions')?.match(/>facts<\/text>/g)).toHaveLength(1);
  });
});

describe('the plot of the engine bench', () => {
  it('has a row a shape and kind of update, a series a backend, and equality within its ends', () => {
    const time = (cpu: number) => ({ cpu, wall: cpu });
    // prettier-ignore
    const rows = [{ shape: 'demo', parameters: 1, work: 'train' as const, rounds: 1, ours: time(1), torch: { ...time(4), torch: '2', peak: 1 }, tensors: [1, 1], resident: 1 }];
    const bench = [{ backend: 'wasm', detail: '', rows }] as EngineBench;
    const plot = enginePlot(bench);
    expect(plot.y.ticks).toEqual([[0, 'demo: training']]);
    expect(plot.x.domain).toEqual([0, 1]);
    expect(svgOf(draw(plot), 'ratios')).toContain('>wasm</text>');
  });
});
