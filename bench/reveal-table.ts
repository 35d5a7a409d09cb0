// The reveal bench as Markdown: what came and how much of it is true, which order of questions found it, and what a
// release leaves of the person. Trap: precision and recall are of generated people with known rows; of a real person
// nobody could print them.
import type { Judgement } from '#core/gate.ts';
import { clopperPearson, median } from '#core/stats.ts';
import { cells, costs, faultsIn, LEFT, verdictsOf, type Columns } from './methods-table.ts';
import { number } from './people-quantities.ts';
import { BY_HAND, table } from './people-table.ts';
import { ASKED, type OrderCurve } from './reveal-orders.ts';
import { printedOf, type Printed } from './printed-row.ts';
import { JUDGES, SOURCES, type ReleaseRow, type RevealBench, type RevealRow, type Source } from './reveal.ts';

export interface RevealDocument {
  readonly command: string;
  readonly backend: string;
}

/** Without the rows themselves, which the bench folder keeps. */
export const summaryOfReveal = ({ revealed, orders, released }: RevealBench) => ({
  revealed: revealed.map(({ rows, ...row }) => ({ ...row, rows: rows.length })),
  orders,
  released: released.map(({ result, ...row }) => ({
    ...row,
    ...('failed' in result
      ? { failed: result.failed }
      : { updates: result.updates, cpu: result.cpu, gates: result.judgements.map(openOf) }),
  })),
});

const openOf = ({ policyVersion, verdict, gates }: Judgement) => ({
  ...{ policyVersion, verdict },
  notPassed: gates.filter((gate) => gate.verdict !== 'pass').map(({ name }) => name),
});

const WORDS: Readonly<Record<Source, string>> = {
  suite: "the suite's trained wordings",
  pool: 'everyday questions, farthest first',
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

/** A share with its 95 % interval. */
const share = (k: number, n: number): string => {
  if (n === 0) return '–';
  const [low, high] = clopperPearson({ k, n });
  return `${number(k / n, 2)} (${number(low, 2)}–${number(high, 2)})`;
};

export const revealMarkdown = (
  { revealed, orders, released }: RevealBench,
  { command, backend }: RevealDocument,
): string => {
  const seeds = [...new Set(revealed.map(({ seed }) => seed))];
  const people = [...new Set(revealed.map(({ person }) => person + 1))];
  return [
    '# What a model reveals of a person whose records nobody holds',
    '',
    `Made by \`${command}\` on ${backend}, with the demo's model of 0.43 M parameters, 24 generated people × 20 records. A seed is another suite and another training; seeds ${seeds.join(', ')},`,
    `people ${people.join(', ')} of each, whose rows were taken out of the suite before it was asked. Intervals are of 95 %, by Clopper and Pearson over all answers or records of a line.`,
    '',
    '## What came',
    '',
    'Sure: every token at least −0.5 nats likely, the answer begun with the name. True: word for word a trained answer of the person. Never-trained names: of twenty that are asked the same, the most that',
    'one of them got. Kept out: of names of other never-trained people, how many were refused as NOTHING_REVEALED.',
    '',
    ...cameOf(revealed),
    '',
    ...ordersTable(orders),
    '',
    ...releaseOf(released),
    ...BY_HAND,
  ].join('\n');
};

const cameOf = (rows: readonly RevealRow[]): string[] =>
  table(
    [
      'asked',
      'seed',
      'sure answers',
      'true of them',
      'precision',
      'recall of the records',
      'never-trained names',
      'kept out',
      'CPU s a person',
    ],
    SOURCES.flatMap((source) => {
      const all = rows.filter((row) => row.source === source);
      const bySeed = [...Map.groupBy(all, ({ seed }) => String(seed))];
      return [...bySeed, ['all', all] as const].map(([seed, own]) => [WORDS[source], seed, ...cameCells(own)]);
    }),
  );

const cameCells = (rows: readonly RevealRow[]): string[] => {
  const [claims, right, records] = [
    rows.map((row) => row.claims),
    rows.map((row) => row.right),
    rows.map((row) => row.records),
  ];
  const most = rows.map(({ controls }) => controls.at(-1)!);
  const strangers = rows.map((row) => row.strangers);
  return [
    ...[claims, right].map((values) => (values.length > 3 ? number(mean(values), 1) : values.join(' '))),
    share(sum(right), sum(claims)),
    share(sum(right), sum(records)),
    `median ${median(rows.flatMap(({ controls }) => controls))}, most ${Math.max(...most)}`,
    `${sum(strangers.map(({ refused }) => refused))} of ${sum(strangers.map(({ asked }) => asked))}`,
    number(mean(rows.map(({ cpu }) => cpu)), 1),
  ];
};

const ordersTable = (curves: readonly OrderCurve[]): string[] => [
  '## In which order',
  '',
  `Recall of the records by how many of ${ASKED.at(-1)} everyday questions were asked, mean over people and seeds (at random: of four draws each). NeuralUCB: a net of 96 → 32 → 1 on the outlooks, reward 1 for an answer that none`,
  'before brought, ν the weight of what it does not know. Soft prompts: of 320 that stand before the name alone, five vectors each, points of a Sobol sequence. CPU: of the order alone.',
  '',
  ...table(
    ['order', ...ASKED.map(String), `spread at ${ASKED.at(-1)}`, 'CPU s'],
    [...Map.groupBy(curves, ({ order }) => order)].map(([order, own]) => {
      const last = own.map(({ recall }) => recall.at(-1)!);
      const spread = Math.sqrt(mean(last.map((x) => (x - mean(last)) ** 2)));
      return [
        order,
        ...ASKED.map((_, i) => number(mean(own.map(({ recall }) => recall[i]!)), 2)),
        number(spread, 2),
        number(mean(own.map(({ cpu }) => cpu)), 2),
      ];
    }),
  ),
];

const COLUMNS: Columns = [
  ...LEFT,
  ['forget.revealed', 'sure answers, name', 2],
  ['forget.revealedWorded', 'sure answers, words', 2],
  ['forget.refusal', 'refused', 2],
  ['forget.perplexityBefore', 'perplexity before', 1],
];

const releaseOf = (rows: readonly ReleaseRow[]): string[] => [
  '## Released',
  '',
  `The first of the people, unlearned on the revealed rows and judged on their true ones, by \`${JUDGES.join('` and `')}\` (one verdict a seed; other columns are means). Sure answers: of all wordings asked again, the answer begun with`,
  'the name, or with the name and the words of such answers. CPU seconds of the method alone.',
  '',
  ...table(
    [
      'release',
      'rows',
      'updates',
      'CPU s',
      'peak MB',
      ...JUDGES,
      ...COLUMNS.map(([, title]) => title),
      `fails \`${JUDGES[0]}\` by`,
    ],
    [...Map.groupBy(rows, ({ label }) => label)].map(([label, own]) => [
      label,
      own.map((row) => row.rows || 20).join(' '),
      ...costs(resultsOf(own)),
      ...JUDGES.map((_, judge) => verdictsOf(resultsOf(own), judge)),
      ...cells(resultsOf(own), COLUMNS),
      faultsIn(resultsOf(own), 0),
    ]),
  ),
  '',
];

const PRINTED = COLUMNS.map(([key]) => key);
const resultsOf = (rows: readonly ReleaseRow[]): Printed[] => rows.map(({ result }) => printedOf(result, PRINTED));
