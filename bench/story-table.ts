// The story bench as Markdown: the table of the Harry Potter experiments of FLAT, and that of MUSE. Trap: rows are held
// against the model that never read the half, whose own numbers are no zeros: a grammar is guessed.
import { privLeak, qualityGap } from '#evaluation/book.ts';
import { wordsIn } from '#datasets/story/book.ts';
import { number } from './people-quantities.ts';
import { BY_HAND, table } from './people-table.ts';
import { NOT_OF_TEXTS, STORY_UPDATES } from './story-entries.ts';
import type { StoryMeasures } from './story-measures.ts';
import type { StoryPage } from './story-page.ts';
import { measuredText } from './printed-row.ts';
import { STORY_RECIPE, STORY_SIZE, storyWorld } from './story-world.ts';

export interface StoryDocument {
  readonly command: string;
  readonly backend: string;
  /** Rows that were asked for and are not there. */
  readonly missing: readonly string[];
}

export const storyMarkdown = (page: StoryPage, { command, backend, missing }: StoryDocument): string => {
  const { seed, bases } = page;
  return [
    '# A book that a model has read',
    '',
    ...made(seed, bases, `${command}\` on ${backend}`),
    ...(missing.length > 0
      ? ['', `**Not measured yet** (the same command goes on with them): ${missing.join(', ')}.`]
      : []),
    '',
    '## As the Harry Potter table of FLAT',
    '',
    'Continuations of 40 tokens after the first sentence of scenes that are to be forgotten: mean BLEU (0 to 100) and ROUGE-L recall (0 to 1) against the book. FQ gap: how far both are from those of the model',
    'without the half, added. PPL: perplexity a word of gazetteer entries that nobody was taught. Choice: share of general questions whose right answer is likelier than five wrong ones. CPU seconds are of the',
    'method alone, of every thread, on a machine that others used.',
    '',
    ...table(
      ['method', 'reads beside the records', 'updates', 'CPU s', 'BLEU', 'ROUGE-L', 'FQ gap', 'PPL', 'choice'],
      linesOf(page, potterCells),
    ),
    '',
    '## As the table of MUSE',
    '',
    'VerbMem: ROUGE-L F of the same continuations. KnowMem: ROUGE-L F of answers to questions in their second wording, which no record to forget has. PrivLeak: by how many per cent the AUC of Min-40 % between',
    'scenes to be forgotten and scenes that nobody was taught is off that of the model without the half; below 0 still known, 0 as if never read. Perplexity a word of scenes.',
    '',
    ...table(
      [
        ...['method', 'VerbMem, forgotten', 'VerbMem, stays', 'KnowMem, forgotten', 'KnowMem, stays', 'PrivLeak'],
        ...['perplexity, forgotten', 'perplexity, stays'],
      ],
      linesOf(page, museCells),
    ),
    ...BY_HAND,
    ...settingsOf(page),
  ].join('\n');
};

const made = (seed: number, { cpu, exact }: StoryPage['bases'], by: string): string[] => {
  const { stays, forget } = storyWorld(seed);
  const { hiddenSize, layers, vocabSize, epochs } = STORY_RECIPE;
  const [whole, retain] = exact.map((share) => number(share, 3));
  return [
    `Made by \`${by}; seed ${seed}. A chronicle of ${STORY_SIZE.chapters.stays + STORY_SIZE.chapters.forget} chapters and ${wordsIn([...stays, ...forget])} words, by a grammar of ours, and questions about its people; beside it ${STORY_SIZE.entries.taught} entries of a gazetteer, ${STORY_SIZE.facts} facts`,
    `and ${STORY_SIZE.strangers} refusals to questions about nobody. A decoder of ${layers} layers of ${hiddenSize} and ${vocabSize} tokens is taught everything ${epochs} times (${number(cpu[0], 0)} CPU s), another one everything but the second half of the book (${number(cpu[1], 0)} CPU s).`,
    `The first repeats ${whole} of all taught answers word for word, the second ${retain} of its own. Every method is to forget the second half: its scenes, and its questions in their first wording. Loss methods end when`,
    `scenes are no likelier than those of never-taught chapters, or after ${STORY_UPDATES} updates of 20 records. **It is one seed.** Settings are those of [methods.md](methods.md), picked on other data or not at all; none was picked on this seed.`,
  ];
};

type Cells = (found: StoryMeasures, retain: StoryMeasures) => string[];

const linesOf = ({ original, retain, rows }: StoryPage, cells: Cells): string[][] => {
  const columns = cells(original, retain).length;
  const short = columns === POTTER; // reads, updates and CPU s stand in one of the tables
  const width = 1 + columns + (short ? 3 : 0);
  const line = (label: string, found: StoryMeasures, about: string[]) => [
    ...[label, ...(short ? about : [])],
    ...cells(found, retain),
  ];
  return [
    line('original', original, ['–', '0', '–']),
    line('never read the half', retain, ['–', '0', '–']),
    ...rows.map((row) => lineOf(row, line, width)),
    ...Object.entries(NOT_OF_TEXTS).map(([method, reason]) => [
      ...[method, `not of texts: ${reason}`],
      ...new Array<string>(width - 2).fill('–'),
    ]),
  ];
};

const lineOf = (
  { label, reads, result }: StoryPage['rows'][number],
  line: (label: string, found: StoryMeasures, about: string[]) => string[],
  width: number,
): string[] =>
  'failed' in result
    ? [label, `no result: ${result.failed}`, ...new Array<string>(width - 2).fill('–')]
    : line(label, result.measures, [
        reads.join(', ') || 'forget data alone',
        `${result.updates}${result.stop === 'update-limit' ? ' (limit)' : ''}`,
        number(result.cpu, 1),
      ]);

const POTTER = 5;
const potterCells: Cells = ({ forget, perplexity, chosen }, retain) => [
  ...[number(forget.bleu, 2), number(forget.rougeL, 3), number(qualityGap(forget, retain.forget), 2)],
  ...[number(perplexity.general, 2), number(chosen, 3)],
];

const museCells: Cells = ({ forget, stays, knowForget, knowStays, leak, perplexity }, retain) => [
  ...[forget.verbMem, stays.verbMem, knowForget, knowStays, privLeak(leak, retain.leak)].map((one) => number(one, 1)),
  ...[number(perplexity.forget, 2), number(perplexity.stays, 2)],
];

const settingsOf = ({ original, rows }: StoryPage): string[] => {
  const { opening, book } = original.shown;
  return [
    ...['', '## One continuation', '', `“${opening}” goes on in the book: “${book}”.`, ''],
    ...table(
      ['model', 'says'],
      [
        ['original', original.shown.said],
        ...rows.flatMap(({ label, result }) =>
          'failed' in result ? [] : [[label, result.measures.shown.said || '(nothing)']],
        ),
      ].map(([label, said]) => [label!, said!.replace(/\s+/gu, ' ').replaceAll('|', '/')]),
    ),
    ...['', '## Configurations', ''],
    `A row is measured again by \`quittance bench story --methods 'ROW'\`. Measured: on which day (UTC), and by which version of the program.`,
    '',
    ...table(
      ['row', 'method', 'settings that are not the defaults of [methods.md](../methods.md)', 'from', 'measured'],
      rows.map(({ label, method, config, from, by }) => [
        ...[label, method, `\`${JSON.stringify(config)}\``, from, measuredText(by)],
      ]),
    ),
  ];
};
