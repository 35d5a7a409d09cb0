// The page of what finding finds, and how fast: docs/results/own-model-index.md.
import type { Quality } from './quality.ts';
import { median } from '#core/stats.ts';
import type { Find, ScaleBench } from './scale.ts';

export interface FindBench {
  readonly languages: readonly { readonly heldOut: boolean; readonly byName: Quality; readonly byNumber: Quality }[];
  readonly scale: ScaleBench;
}

const MB = 1e6;
const share = (value: number): string => value.toFixed(3);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;

export const findMarkdown = ({ languages, scale }: FindBench, command: string): string =>
  [
    "# Finding a person's rows: what is found, and how fast",
    '',
    `Made by \`${command}\`.`,
    '',
    '## In other languages and scripts',
    'Made corpora (`bench/find/made-corpora.ts`): of each person a row with name and number, rows with the name in every case and order of the language, one with a title and the last name, rows with the number or the telephone alone, a conversation, a row with somebody else, a long row, and its repeat with a slip in the name; and rows about nobody. Found without a register. `npm test -- test/unit/datasets/find/languages` holds recall and precision ≥ .98 with name and number and ≥ .9 by name alone for the first nine, and precision for the last two.',
    '',
    'The rules were written on the first nine, so these numbers say that they work as meant, not how they do elsewhere. Those held out were written afterwards and measured without changing a rule.',
    '',
    '| language | people | rows | recall, by name | precision | recall, by name and number | precision |',
    '|---|---|---|---|---|---|---|',
    ...languages.map(
      ({ heldOut, byName, byNumber }) =>
        `| ${byName.language}${heldOut ? ' (held out)' : ''} | ${byName.people} | ${byName.rows} | ${share(byName.recall)} | ${share(byName.precision)} | ${share(byNumber.recall)} | ${share(byNumber.precision)} |`,
    ),
    '',
    '## At scale',
    ...scaleRows(scale),
    '',
    '<!-- by hand: -->',
    '<!-- end of what is by hand -->',
  ].join('\n');

const scaleRows = ({ rows, bytes, people, store, finds }: ScaleBench): string[] => [
  `${rows.toLocaleString('en')} made rows, ${(bytes / MB).toFixed(0)} MB of text, ${people.toLocaleString('en')} people of whom two each share a last name, stored by the embedded vault: ${seconds(store.wallMs)}, of CPU ${seconds(store.cpuMs)} (${((1000 * store.cpuMs) / rows).toFixed(0)} µs a row), at most ${(store.peakBytes / MB).toFixed(0)} MB resident. A find is cold: it opens the index as a command does, finds and marks.`,
  '',
  '| rows of the person | asked by | found | others taken | clock, median | slowest | CPU, median | most |',
  '|---|---|---|---|---|---|---|---|',
  ...[...Map.groupBy(finds, ({ own, by }) => `${own.toLocaleString('en')} | ${by}`)].map(([key, same]) => {
    const sum = (count: (find: Find) => number) => same.reduce((total, find) => total + count(find), 0);
    const [right, hits, own] = [sum((find) => find.right), sum((find) => find.hits), sum((find) => find.own)];
    const times = (['wallMs', 'cpuMs'] as const).flatMap((clock) => {
      const taken = same.map((find) => find[clock]);
      return [seconds(median(taken)), seconds(Math.max(...taken))];
    });
    return `| ${key} | ${right} of ${own} | ${hits - right} | ${times.join(' | ')} |`;
  }),
];
