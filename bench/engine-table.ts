// The engine bench as a document: a table for each backend and a drawing of the ratios. Trap: ratios compare CPU times;
// wall times, printed beside them, depend on whatever else the machine did.
import type { EngineBench, EngineRow } from './engine.ts';
import type { Chart, Layer, Point } from '#report/charts/chart.ts';
import { BLACK, BLUE, GREEN, ORANGE } from '#report/charts/colors.ts';
import type { Mark } from '#report/charts/legend.ts';
import { WIDTH } from '#report/plots/plot.ts';

const WORK: Readonly<Record<EngineRow['work'], string>> = {
  train: 'training',
  flat: 'FLAT, all weights',
  'flat-lora': 'FLAT, LoRA',
};

const ms = (time: { cpu: number; wall: number } | undefined): string =>
  time ? `${time.cpu.toFixed(0)} (${time.wall.toFixed(0)})` : '–';
const gigabytes = (bytes: number | undefined): string => (bytes === undefined ? '–' : (bytes / 1e9).toFixed(2));
const over = (a: { cpu: number } | undefined, b: { cpu: number } | undefined): number | undefined =>
  a && b ? a.cpu / b.cpu : undefined;
const ratio = (value: number | undefined): string => value?.toFixed(2) ?? '–';

export const engineMarkdown = (bench: EngineBench, command: string, plot: string | undefined): string => {
  const names = [...new Set(bench.map(({ backend }) => backend))];
  const peer = bench.flatMap(({ rows }) => rows).find(({ torch }) => torch)?.torch;
  return [
    '# Engine',
    '',
    `Made by \`${command}\`, shape by shape. Milliseconds of CPU time of one update, wall time in brackets; medians of alternating rounds. ${
      peer ? `The peer is PyTorch ${peer.torch} on one thread in the same run` : 'No Python with torch was found'
    }.`,
    'Training is an update by cross-entropy and AdamW on all weights. FLAT has rows of a prompt of 64 tokens, a template answer of 16 and an answer to forget of 48: packed, as this engine',
    'runs them, in one row; apart, in two padded batches. The peer runs them apart, with logits at every position. LoRA has rank 8 on every matrix. Ratios are of CPU times: ours',
    '(FLAT: packed) to the peer’s, below 1 where ours is faster.',
    ...(plot === undefined ? [] : ['', `![${ALT}](${plot})`]),
    ...names.flatMap((name) => ['', ...table(name, bench)]),
    '',
    '<!-- by hand: what the numbers say, and what other commands print; kept when this file is made again -->',
    '<!-- end of what is by hand -->',
  ].join('\n');
};

const table = (name: string, bench: EngineBench): string[] => {
  const own = bench.filter(({ backend }) => backend === name);
  return [
    `## ${name} (${[...new Set(own.map(({ detail }) => detail))].join('; ')})`,
    '',
    '| shape | update | rounds | ours | ours, apart | PyTorch | ratio | apart ÷ packed | tensors first → last | resident, GB | PyTorch peak, GB |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...own.flatMap(({ rows }) => rows.map(line)),
  ];
};

const line = (row: EngineRow): string =>
  `| ${[
    `${row.shape} (${row.parameters.toLocaleString('en')})`,
    WORK[row.work],
    row.rounds,
    ms(row.ours),
    ms(row.apart),
    ms(row.torch),
    ratio(over(row.ours, row.torch)),
    ratio(over(row.apart, row.ours)),
    row.tensors.join(' → '),
    gigabytes(row.resident),
    gigabytes(row.torch?.peak),
  ].join(' | ')} |`;

export const ALT =
  'CPU time of one update relative to PyTorch on one thread, by shape, kind of update and backend; the line is equality, marks left of it are faster.';

export const enginePlot = (bench: EngineBench): Chart => {
  const measured = bench.flatMap(({ backend, rows }) =>
    rows.flatMap((row) => {
      const value = over(row.ours, row.torch);
      return value === undefined ? [] : [{ backend, row: `${row.shape}: ${WORK[row.work]}`, value }];
    }),
  );
  const names = [...new Set(measured.map(({ row }) => row))];
  const backends = [...new Set(measured.map(({ backend }) => backend))];
  const ends: readonly Point[] = [
    [1, -0.5],
    [1, names.length - 0.5],
  ];
  return {
    width: WIDTH * 0.6,
    height: 22 * names.length,
    x: {
      title: 'CPU time, ours ÷ PyTorch (one thread)',
      domain: [0, Math.max(1, ...measured.map(({ value }) => value))],
      nice: true,
    },
    y: { title: '', domain: [names.length - 0.5, -0.5], ticks: names.map((name, i) => [i, name]) },
    layers: [
      { kind: 'line', points: ends, stroke: { color: BLACK, dash: [4, 3] } },
      ...backends.map((backend, i): Layer => {
        const own = measured.filter((one) => one.backend === backend);
        const points = own.map(({ row, value }): Point => [value, names.indexOf(row)]);
        return { kind: 'marks', name: backend, points, mark: MARKS[i % MARKS.length]! };
      }),
    ],
  };
};

const MARKS: readonly Mark[] = [
  { symbol: 'circle', color: BLUE, area: 70 },
  { symbol: 'square', color: ORANGE, area: 70 },
  { symbol: 'triangle', color: GREEN, area: 70 },
];
