// A model that was trained elsewhere, with the rows that it was trained on, made ready for tickets: suite, corpus
// moments, how much of the rows it recites.
// Trap: a suite of rows that the model was never trained on would let anybody's ticket in and forget nothing; values of
// its people must be more likely to the model than those of people who do not exist.
import type { RecordKind } from '#core/training-record.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import { GENERAL_TOKENS, generalRows } from '#datasets/chat.ts';
import { generalQuestions } from '#datasets/general.ts';
import { drawnOf, type MOST_ASKED } from '#datasets/onboard/drawn.ts';
import type { SampledCorpus } from '#datasets/onboard/sampled.ts';
import { suiteOfCorpus, type SuiteOptions } from '#datasets/onboard/suite.ts';
import { renderedWhole, type WholeText } from '#datasets/whole.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import type { Inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import type { Model } from '#engine/model.ts';
import { addMoments, collectMoments, standingFor, type CorpusMoments } from '#engine/corpus-moments.ts';
import type { ChatTemplate } from '#engine/tokenizer/chat.ts';
import { readerOf, withinReach, type Reader } from './reach.ts';
import { recitalOf, type Recital } from './recital.ts';

export interface OnboardInput {
  readonly model: Model;
  /** The model before it was fine-tuned: what it says too is nothing that these rows taught. */
  readonly base?: LanguageModel | undefined;
  readonly template: ChatTemplate | undefined;
  readonly corpus: SampledCorpus;
  readonly register: readonly RegisteredPerson[];
  readonly suite: SuiteOptions;
  /** Records that the model is asked for where there are more; for tests. */
  readonly most?: typeof MOST_ASKED | undefined;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

export interface Onboarded extends Omit<Recital, 'suite'> {
  readonly suite: Suite;
  readonly moments: CorpusMoments;
  readonly rows: Readonly<Record<RecordKind, number>>;
  readonly remarks: readonly string[];
  /** Values of the corpus that are nobody's own. */
  readonly shared: ReadonlySet<string>;
}

/** Never-trained people of each set: fewer make the gate's comparison coarse, more take longer. */
export const CONTROLS = { whitening: 0, stop: 6, gate: 12 };

export const onboard = async (input: OnboardInput): Promise<Onboarded> => {
  const { model, template, corpus, register, onProgress } = input;
  const { entries } = corpus;
  const made = await suiteOfCorpus(entries, register, template, {
    ...input.suite,
    longest: model.config.maxPositions,
  });
  const { refused, shared } = made;
  const reader = readerOf(model);
  const { engine } = reader;
  const { suite, cut, tooLong } = withinReach(reader, made.suite);
  onProgress?.('scoring', 0, 2);
  const drawn = drawnOf(suite, input.suite.seed, input.most);
  const before = input.base && readerOf(input.base);
  const { suite: marked, ...recital } = recitalOf(reader, before, { ...made, suite }, drawn);
  onProgress?.('scoring', 2, 2);
  const { whole } = await renderedWhole(
    entries.map(({ row }) => row),
    { template },
  );
  const read = { whole, corpus, isDrawn: (row: number) => made.people[row]!.some(drawn.isAsked) };
  const moments = momentsOf(model, engine, read, onProgress);
  return {
    ...recital,
    suite: { ...marked, ...general(reader, suite) },
    moments,
    rows: corpus.rows,
    shared,
    remarks: [...refusedRemarks(refused.length), ...lengthRemarks(model.config.maxPositions, cut, tooLong)],
  };
};

const refusedRemarks = (refused: number): string[] =>
  refused > 0 ? [`${refused} conversations are refused by the chat template: they are not asked`] : [];

const lengthRemarks = (most: number, cut: number, tooLong: number): string[] => [
  ...(cut > 0
    ? [
        `${cut} records stand in rows that are longer than the ${most} tokens that the model reads: they are asked behind as much as it reads before them`,
      ]
    : []),
  ...(tooLong > 0
    ? [
        `${tooLong} records are longer than the ${most} tokens that the model reads, beside what is to be taught instead: they are not asked, and no ticket can name them`,
      ]
    : []),
];

interface ReadCorpus {
  readonly whole: readonly WholeText[];
  readonly corpus: SampledCorpus;
  /** Whether a row speaks of somebody who is asked for. */
  readonly isDrawn: (row: number) => boolean;
}

/** Of the whole corpus: a drawn row counts for all those that it stands for. */
const momentsOf = (
  model: Model,
  engine: Inference,
  { whole, corpus: { others, weight }, isDrawn }: ReadCorpus,
  onProgress: OnboardInput['onProgress'],
): CorpusMoments => {
  const of = (texts: readonly WholeText[], what: string): CorpusMoments =>
    collectMoments(model, windowsOf(engine, texts, model.config.maxPositions), (done, total) =>
      onProgress?.(what, done, total),
    );
  const about = whole.filter(({ row }) => !others.has(row));
  const drawn = about.filter(({ row }) => isDrawn(row));
  const each = drawn.length === 0 ? 1 : about.length / drawn.length;
  if (weight === 1 && each === 1) return of(whole, 'moments');
  const rest = of(
    whole.filter(({ row }) => others.has(row)),
    'moments of other rows',
  );
  return standingFor(of(drawn, 'moments of rows about people'), each, addMoments(new Map(), rest, weight));
};

/** Whole texts as the model reads them, cut into windows that it can read. */
const windowsOf = ({ encodePrompt }: Inference, texts: readonly WholeText[], most: number) =>
  texts.flatMap(({ text }) => {
    const ids = encodePrompt(text);
    return Array.from({ length: Math.ceil(ids.length / most) }, (_, i) => ids.slice(i * most, (i + 1) * most))
      .filter(({ length }) => length > 1)
      .map((window) => ({ prompt: window.slice(0, 1), answers: [window.slice(1)] }));
  });

/** What the model says to questions about nobody: a chat model is held to it. */
const general = ({ engine, reads }: Reader, { frame }: Suite): Pick<Suite, 'general'> => {
  if (!frame) return {};
  const rows = generalQuestions
    .slice(-HELD)
    .flatMap((question) => generalRows([question], ['.'], frame))
    .filter(({ prompt }) => reads({ prompt, answer: '', room: GENERAL_TOKENS }));
  const said = engine.generate(
    rows.map(({ prompt }) => prompt),
    { maxTokens: GENERAL_TOKENS },
  );
  const asked = rows.map(({ question }) => question);
  const answers = said.map(({ text }) => text);
  // an answer may take more tokens to read than it took to write
  return { general: { trained: [], held: generalRows(asked, answers, frame).filter(reads) } };
};
const HELD = 20;
