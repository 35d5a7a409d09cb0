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
  readonly about: LastingModel;
}

/** Which model and people the page is about, in words. */
export interface LastingModel {
  readonly title: string;
  readonly model: string;
  readonly seeds: string;
  /** The policy whose first rung is compared. */
  readonly earlier: string;
}

export const SMALL_MODEL: LastingModel = {
  title: 'Forgetting that lasts',
  model: "the demo's model of 0.43 M parameters, 24 generated people × 20 records",
  seeds: 'Settings and bounds were chosen on other seeds, as said at the end, and were fixed before this run.',
  earlier: 'gate-v1',
};

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
  ['forget.degenerate', 2],
  ['general.kept', 2],
];

/** What the page shows. */
export const SHOWN: readonly QuantityKey[] = [
  ...QUANTITIES.map(([key]) => key),
  ...ATTACKS.flatMap((family): QuantityKey[] => [`forget.${family}`, `controls.${family}`]),
];

const about = (row: LastingRow): string[] => [
  String(row.seed),
  row.subjects.map((i) => i + 1).join(', '),
  rungOf(row),
  String(row.updates),
  row.unlearnCpu.toFixed(1),
];
/** The ladder's rung by its number. */
const rungOf = ({ rung, group, label }: LastingRow): string => {
  if (rung > 0) return String(rung);
  return group === 'ladder' ? 'before' : label;
};
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

/** Without the columns that no row has. */
const quantitiesOf = (rows: readonly LastingRow[]): string[] => {
  const shown = QUANTITIES.filter(([key]) => rows.some((row) => Number.isFinite(valueIn(row, key))));
  return table(
    [...ABOUT, ...shown.map(([key]) => quantityOf(key).title)],
    rows.map((row) => [...about(row), ...shown.map(([key, digits]) => number(valueIn(row, key), digits))]),
  );
};

export const lastingMarkdown = (bench: LastingBench, document: LastingDocument): string => {
  const { first, before, beside, together, policy } = bench;
  const { title, model, seeds: said, earlier } = document.about;
  const compared = [...before, ...beside, ...first];
  const passed = first.filter(({ judgement }) => judgement.verdict === 'pass').length;
  const seeds = [...new Set(first.map(({ seed }) => seed))];
  return [
    `# ${title}`,
    '',
    `Made by \`${document.command}\` on ${document.backend}, with ${model}. A seed is another suite and`,
    `another training; seeds ${seeds.join(', ')}. Each row is a first deletion, from the base that knows everybody, on the ladder of \`${document.policyName}\` (version ${policy}), judged by`,
    `all of its checks. ${said}`,
    '',
    `**${passed} of ${first.length}** first deletions pass all of the gate.`,
    '',
    '## What re-learning brings back',
    '',
    'Share of the other records whose value is exact after some records were taught again; behind the slash never-trained people under the same attack.',
    ...(before.length > 0 ? [`Rung “before”: the first rung of \`${earlier}\`, which does not look.`] : []),
    '',
    ...rowsOf(compared),
    '',
    ...images(document.plots),
    '## Everything else that the gate asks',
    '',
    ...quantitiesOf(compared),
    '',
    ...(together.length > 0
      ? ['## Several people at once', '', ...rowsOf(together), '', ...quantitiesOf(together), '']
      : []),
    ...oddness(first),
    ...costOf(bench, earlier),
    ...answersIn([...first, ...beside, ...together]),
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
const costOf = ({ first, before }: LastingBench, earlier: string): string[] => {
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
        ...(before.length > 0 ? [[`first rung of \`${earlier}\``, number(rung1, 1), '']] : []),
        ['the rung that was kept', number(all, 1), before.length > 0 ? `${number(all / rung1, 1)} × that` : ''],
        [
          'the gate’s attacks, on the person and on never-trained people',
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
  ...rows.flatMap((row) => [
    `<details><summary>${whoIn(row)}</summary>`,
    '',
    ...table(
      ['question', 'before', 'after'],
      (row.answered ?? []).map(({ question, before, after }) =>
        [question, before, after].map((text) => text.replaceAll('|', '\\|')),
      ),
    ),
    '',
    '</details>',
    '',
  ]),
];

const whoIn = (row: LastingRow): string => {
  const people = row.subjects.map((i) => i + 1);
  const who = `seed ${row.seed}, ${people.length === 1 ? 'person' : 'people'} ${people.join(', ')}`;
  return row.rung === 0 ? `${who}, ${rungOf(row)}` : who;
};

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

export const attackPlot = (
  { first, before }: LastingBench,
  policyName: string,
  { earlier }: LastingModel,
): BenchPlot => ({
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
      ...lines(`first rung of ${earlier}`, ORANGE, before, 'forget'),
      ...lines(policyName, BLUE, first, 'forget'),
      ...lines('never-trained people', BLACK, first, 'controls'),
    ],
  },
});
