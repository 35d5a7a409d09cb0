// The markov bench: the two small experiments in which published methods were first compared, Markov chains (SimNPO)
// and logistic regression (NPO), where the right answer is known in closed form. Trap: what holds here holds of ten
// states and of one layer; it says how losses behave, and nothing about people's data.
import { benchChains, CHAINS, type Chain, type ChainResult, type ChainRow } from './chains.ts';
import { LOSSES, logisticRows, type LogisticRow } from './logistic.ts';
import { number } from './people-quantities.ts';
import { BY_HAND, table } from './people-table.ts';

export interface MarkovBench {
  readonly chains: readonly (ChainResult & { readonly seed: number })[];
  readonly logistic: readonly (LogisticRow & { readonly seed: number })[];
}

export const benchMarkov = async (seeds: readonly number[], onPart: (what: string) => void): Promise<MarkovBench> => {
  const chains: (ChainResult & { seed: number })[] = [];
  const logistic: (LogisticRow & { seed: number })[] = [];
  for (const seed of seeds) {
    chains.push({ seed, ...(await benchChains(seed)) });
    onPart(`seed ${seed}: chains`);
    logistic.push(...logisticRows(seed).map((row) => ({ ...row, seed })));
    onPart(`seed ${seed}: logistic regression`);
  }
  return { chains, logistic };
};

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean and, of several seeds, the least and the most. */
const cell = (values: readonly number[]): string =>
  values.length > 1
    ? `${number(meanOf(values), 3)} (${number(Math.min(...values), 3)} to ${number(Math.max(...values), 3)})`
    : number(meanOf(values), 3);

export const markovMarkdown = ({ chains, logistic }: MarkovBench, command: string, backend: string): string =>
  [
    '# Losses where the right answer is known',
    '',
    `Made by \`${command}\` on ${backend}; seeds ${chains.map(({ seed }) => seed).join(', ')}. KL divergences are in nats, of what a training on what stays alone would say to what is said: 0 is as if never trained.`,
    '',
    ...chainsSection(chains),
    '',
    ...logisticSection(logistic),
    ...BY_HAND,
  ].join('\n');

const chainsSection = (chains: MarkovBench['chains']): string[] => {
  const knows = (chain: Chain) => cell(chains.map(({ learnt }) => learnt[chain]));
  const methods = chains[0]!.rows.map(({ method }) => method);
  const rowsOf = (method: string) => chains.flatMap(({ rows }) => rows.filter((row) => row.method === method));
  const start = chains.map(({ rows }) => rows[0]!.points[0]!);
  return [
    '## Markov chains',
    '',
    'Three chains on ten states; a decoder of two layers learns 800 sequences of the first (20 states), 200 of the second (20) and 200 of the third (5), and is to forget the second and the third. The best',
    `predictor of everything trained is Bayes' rule over the three; the decoder is ${knows('stays')}, ${knows('long')} and ${knows('short')} from it on the three chains.`,
    '50 updates of 20 sequences, AdamW at 0.002, β 1.',
    '',
    ...table(
      ['method', 'updates', 'to be forgotten, long', 'to be forgotten, short', 'stays'],
      [
        ['none', '0', ...CELLS.map((chain) => cell(start.map(({ far }) => far[chain])))],
        ...methods.flatMap((method) => pointsOf(method, rowsOf(method))),
      ],
    ),
  ];
};

const CELLS: readonly Chain[] = [...CHAINS.slice(1), CHAINS[0]];

const pointsOf = (method: string, rows: readonly ChainRow[]): string[][] =>
  rows[0]!.points
    .slice(1)
    .map(({ updates }, i) => [
      ...[method, String(updates)],
      ...CELLS.map((chain) => cell(rows.map(({ points }) => points[i + 1]!.far[chain]))),
    ]);

const logisticSection = (rows: MarkovBench['logistic']): string[] => [
  '## Logistic regression on random features',
  '',
  '16 inputs, 128 features, 1000 records that stay and 200 to be forgotten, whose labels are the other way round; α 1: they lie apart, α 0: among each other. Every step is on all records. Both models before',
  'and without the records are the optimum (Newton). GA, GD and KL at a rate of 0.0005, NPO and NPO-RT (β 1) at 0.005. On 1000 new records of each kind:',
  '',
  ...table(
    ['α', 'loss', 'steps', 'to be forgotten', 'stays'],
    [1, 0].flatMap((alpha) =>
      LOSSES.flatMap((loss) => {
        const own = rows.filter((row) => row.alpha === alpha && row.loss === loss);
        return (own[0]?.points ?? []).map(({ steps }, i) => [
          ...[String(alpha), loss, String(steps)],
          ...[cell(own.map(({ points }) => points[i]!.forget)), cell(own.map(({ points }) => points[i]!.retain))],
        ]);
      }),
    ),
  ),
];
