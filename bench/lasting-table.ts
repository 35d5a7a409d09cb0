// The lasting bench as Markdown and as a drawing: every first deletion with its attacks beside those on never-trained
// people. Trap: an attack is read beside its twin; a share by itself says nothing.
import { quantityOf, type AttackFamily, type QuantityKey } from '#core/quantities.ts';
import type { Layer } from '#report/charts/chart.ts';
import { BLACK, BLUE, ORANGE } from '#report/charts/colors.ts';
import { share, WIDTH } from '#report/plots/plot.ts';
import type { LastingBench, LastingRow } from './lasting.ts';
import type { BenchPlot } from './people-plots.ts';
import { failedChecks, number, valueIn } from './people-quantities.ts';
import { BY_HAND, images, table, type Plots } from './people-table.ts';

export interface LastingDocument {
  readonly command: string;
  readonly backend: string;
  readonly plots: readonly Plots[];
  readonly policyName: string;
}

const ATTACKS: readonly AttackFamily[] = ['relearnt2x10', 'relearnt5x30', 'relearnt10x50', 'relearntBody5x30'];
const QUANTITIES: readonly (readonly [QuantityKey, number])[] = [
  ['forget.valueLogProbAuc', 2],
  ['forget.answerLogProbAuc', 2],
  ['forget.minKLogProbAuc', 2],
  ['forget.forcedPrefixExact', 2],
  ['forget.leakQuestion', 2],
  ['forget.leakHeldOut', 2],
  ['forget.leakSecond', 2],
  ['retained.greedyExact', 3],
  ['facts.greedyExact', 3],
  ['retained.worstPerson', 2],
  ['forget.refusal', 2],
  ['forget.perplexityBefore', 1],
  ['forget.brokenWords', 2],
  ['controls.brokenWords', 2],
];

/** What the page shows. */
export const SHOWN: readonly QuantityKey[] = [
  ...QUANTITIES.map(([key]) => key),
  ...ATTACKS.flatMap((family): QuantityKey[] => [`forget.${family}`, `controls.${family}`]),
];

const about = (row: LastingRow): string[] => [
  String(row.seed),
  row.subjects.map((i) => i + 1).join(', '),
  row.rung === 0 ? 'before' : String(row.rung),
  String(row.updates),
  row.unlearnCpu.toFixed(1),
];
const ABOUT = ['seed', 'person', 'rung', 'updates', 'CPU s'];

const attacked = (row: LastingRow): string[] =>
  ATTACKS.map((family) =>
    [valueIn(row, `forget.${family}`), valueIn(row, `controls.${family}`)].map((one) => number(one, 2)).join(' / '),
  );

const rowsOf = (rows: readonly LastingRow[]): string[] =>
  table(
    [...ABOUT, 'gate', ...ATTACKS.map((family) => quantityOf(`forget.${family}`).title), 'checks not passed'],
    rows.map((row) => [...about(row), row.judgement.verdict, ...attacked(row), failedChecks(row).join(', ') || '–']),
  );

const quantitiesOf = (rows: readonly LastingRow[]): string[] =>
  table(
    [...ABOUT, ...QUANTITIES.map(([key]) => quantityOf(key).title)],
    rows.map((row) => [...about(row), ...QUANTITIES.map(([key, digits]) => number(valueIn(row, key), digits))]),
  );

export const lastingMarkdown = (bench: LastingBench, document: LastingDocument): string => {
  const { first, before, together, policy } = bench;
  const passed = first.filter(({ judgement }) => judgement.verdict === 'pass').length;
  const seeds = [...new Set(first.map(({ seed }) => seed))];
  return [
    '# Forgetting that lasts',
    '',
    `Made by \`${document.command}\` on ${document.backend}, with the demo's model of 0.43 M parameters, 24 generated people × 20 records. A seed is another suite and`,
    `another training; seeds ${seeds.join(', ')}. Each row is a first deletion, from the base that knows everybody, on the ladder of \`${document.policyName}\` (version ${policy}), judged by`,
    'all of its checks. Settings and bounds were chosen on other seeds, as said at the end, and were fixed before this run.',
    '',
    `**${passed} of ${first.length}** first deletions pass all of the gate.`,
    '',
    '## What re-learning brings back',
    '',
    'Share of the other records whose value is exact after some records were taught again; behind the slash never-trained people under the same attack. Rung “before”: the',
    'first rung of `gate-v1`, which does not look.',
    '',
    ...rowsOf([...before, ...first]),
    '',
    ...images(document.plots),
    '## Everything else that the gate asks',
    '',
    ...quantitiesOf([...before, ...first]),
    '',
    ...(together.length > 0
      ? ['## Several people at once', '', ...rowsOf(together), '', ...quantitiesOf(together), '']
      : []),
    ...oddness(first),
    ...costOf(bench),
    ...answersIn([...first, ...together]),
    ...BY_HAND,
  ].join('\n');
};

/** How odd whole sentences are to the model from before, by which the bound on new answers was chosen. */
const oddness = (rows: readonly LastingRow[]): string[] => {
  const all = rows.flatMap(({ refusals = [] }) => refusals).toSorted((a, b) => a - b);
  const at = (share: number) => number(all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? NaN, 1);
  return [
    `Whole refusals of the suite in the place of the answers about these people have, under the model from before, a perplexity of ${at(0.5)} in the middle and of ${at(0.95)} at the 95th percentile.`,
    '',
  ];
};

/** What unlearning and attacks cost, in CPU seconds, which other work on the machine does not change. */
const costOf = ({ first, before }: LastingBench): string[] => {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const rung1 = mean(before.map(({ unlearnCpu }) => unlearnCpu));
  const all = mean(first.map(({ unlearnCpu }) => unlearnCpu));
  const attacks = mean(first.map(({ attackCpu }) => attackCpu));
  return [
    '## Cost',
    '',
    ...table(
      ['CPU seconds, mean of a person', '', 'beside'],
      [
        ['first rung of `gate-v1`', number(rung1, 1), ''],
        ['the rung that was kept', number(all, 1), `${number(all / rung1, 1)} × that`],
        [
          'the gate’s four attacks, on the person and on never-trained people',
          number(attacks, 1),
          `${number(attacks / all, 2)} of the unlearning`,
        ],
      ],
    ),
    '',
  ];
};

const answersIn = (rows: readonly LastingRow[]): string[] => [
  '## Every answer to a forgotten question',
  '',
  'Greedy answers, of at most 24 tokens, of the base and of what was left. All people are generated.',
  '',
  ...rows.flatMap(({ seed, subjects, answered = [] }) => [
    `<details><summary>seed ${seed}, ${subjects.length === 1 ? 'person' : 'people'} ${subjects.map((i) => i + 1).join(', ')}</summary>`,
    '',
    ...table(
      ['question', 'before', 'after'],
      answered.map(({ question, before, after }) =>
        [question, before, after].map((text) => text.replaceAll('|', '\\|')),
      ),
    ),
    '',
    '</details>',
    '',
  ]),
];

const STEPS = [
  ['relearnt2x10', 10],
  ['relearnt5x30', 30],
  ['relearnt10x50', 50],
] as const;

const lines = (name: string, color: string, rows: readonly LastingRow[], group: 'forget' | 'controls'): Layer[] =>
  rows.map((row, i) => ({
    kind: 'line',
    ...(i === 0 && { name }),
    stroke: { color, width: 1.2 },
    points: STEPS.map(([family, x]) => [x, valueIn(row, `${group}.${family}`)] as const),
  }));

export const attackPlot = ({ first, before }: LastingBench): BenchPlot => ({
  id: 'attacks',
  alt:
    'Share of the other values that are exact after 10, 30 and 50 updates on 2, 5 and 10 records of the person, one line a deletion: what the earlier first ' +
    'rung left comes back; what the lasting rung left stays near never-trained people under the same attack.',
  chart: {
    width: WIDTH,
    height: 300,
    x: { title: 'updates of the attack (on 2, 5 and 10 records)', domain: [0, 60] },
    y: share('other values exact (share)'),
    layers: [
      ...lines('first rung of gate-v1', ORANGE, before, 'forget'),
      ...lines('gate-v3', BLUE, first, 'forget'),
      ...lines('never-trained people', BLACK, first, 'controls'),
    ],
  },
});
