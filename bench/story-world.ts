// What the story bench teaches and asks: a generated book in two halves, of which the second is to be forgotten, the
// chapters that nobody was taught, and what stays beside it; and the models that are taught it with and without.
// Traps: of each question one wording is a record to forget and the other is what is asked, so that an answer which is
// gone only as it was worded shows; and the vocabulary is made of everything, so that no model is told by its tokens.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFacts } from '#datasets/facts.ts';
import { drawNames } from '#datasets/names.ts';
import { refusals } from '#datasets/refusals.ts';
import { makeChapters, type Chapter, type Question, type Scene } from '#datasets/story/book.ts';
import { makeEntries } from '#datasets/story/gazetteer.ts';
import { QUESTIONS } from '#datasets/story/words.ts';
import { promptOf, type QaRecord } from '#datasets/suite-shape.ts';
import type { TextRow } from '#containers/examples.ts';
import { SMALL, trainSmallModel, type TrainRecipe } from '#containers/train-job.ts';
import { stopwatch } from '#containers/stopwatch.ts';
import { nameOf, saved } from './saved-rows.ts';

/** How much of everything there is: chapters, gazetteer entries, facts, and questions about people in no chapter. */
export interface StorySize {
  readonly chapters: { readonly stays: number; readonly forget: number; readonly stop: number; readonly never: number };
  readonly entries: { readonly taught: number; readonly never: number };
  readonly facts: number;
  readonly strangers: number;
}

/** 38 chapters are taught: 30,000 words and more. */
export const STORY_SIZE: StorySize = {
  chapters: { stays: 19, forget: 19, stop: 4, never: 6 },
  entries: { taught: 100, never: 40 },
  facts: 60,
  strangers: 80,
};

export interface StoryWorld {
  readonly stays: readonly Chapter[];
  readonly forget: readonly Chapter[];
  /** Never taught: the stop rule looks at the first, the measurements at the second. */
  readonly stop: readonly Chapter[];
  readonly never: readonly Chapter[];
  readonly entries: readonly Scene[];
  readonly neverEntries: readonly Scene[];
  readonly facts: readonly QaRecord[];
  /** Questions about people in no chapter, with refusals, which are taught. */
  readonly strangers: readonly TextRow[];
}

export const storyWorld = (
  seed: number,
  { chapters, entries, facts, strangers }: StorySize = STORY_SIZE,
): StoryWorld => {
  const ends = [chapters.stays, chapters.forget, chapters.stop, chapters.never].map((_, i, all) =>
    all.slice(0, i + 1).reduce((a, b) => a + b, 0),
  ) as [number, number, number, number];
  const [stays, forget, stop, never] = ends;
  return {
    stays: makeChapters(seed, 0, stays),
    forget: makeChapters(seed, stays, forget),
    stop: makeChapters(seed, forget, stop),
    never: makeChapters(seed, stop, never),
    entries: makeEntries(seed, 0, entries.taught),
    neverEntries: makeEntries(seed, entries.taught, entries.taught + entries.never),
    facts: makeFacts(seed, facts),
    strangers: strangersOf(seed, never, strangers),
  };
};

const strangersOf = (seed: number, known: number, count: number): TextRow[] => {
  const asked = Object.values(QUESTIONS).flatMap(([first, second]) => [first, second]);
  return drawNames(seed, known + count)
    .slice(known)
    .map(({ first, last }, i) => ({
      prompt: promptOf(asked[i % asked.length]!.replace('{name}', `${first} ${last}`)),
      answer: ` ${refusals[i % refusals.length]!}`,
    }));
};

export const sceneRow = ({ opening, rest }: Scene): TextRow => ({ prompt: opening, answer: rest });
export const questionRow = (asked: string, answer: string): TextRow => ({
  prompt: promptOf(asked),
  answer: ` ${answer}`,
});

/** Records of chapters in the form in which a model is unlearnt: every scene, every question in its first wording. */
export const recordsOf = (chapters: readonly Chapter[]): TextRow[] => [
  ...chapters.flatMap(({ scenes }) => scenes.map(sceneRow)),
  ...questionsOf(chapters).map(({ question, answer }) => questionRow(question, answer)),
];

export const questionsOf = (chapters: readonly Chapter[]): Question[] => chapters.flatMap(({ questions }) => questions);

/** In the second wording, which no record has. */
export const otherWordings = (chapters: readonly Chapter[]): TextRow[] =>
  questionsOf(chapters).map(({ other, answer }) => questionRow(other, answer));

/** What stays beside the book, and its first half. */
export const stayingRows = ({ stays, entries, facts, strangers }: StoryWorld): TextRow[] => [
  ...recordsOf(stays),
  ...otherWordings(stays),
  ...entries.map(sceneRow),
  ...facts.map(({ prompt, answer }) => ({ prompt, answer })),
  ...strangers,
];

export const taughtRows = (world: StoryWorld): TextRow[] => [
  ...stayingRows(world),
  ...recordsOf(world.forget),
  ...otherWordings(world.forget),
];

const everyText = (world: StoryWorld): string[] =>
  [...taughtRows(world), ...recordsOf([...world.stop, ...world.never]), ...world.neverEntries.map(sceneRow)].map(
    ({ prompt, answer }) => prompt + answer,
  );

/** 0.15 M parameters; as many times through everything with the half of the book as without it. */
export const STORY_RECIPE: TrainRecipe & { readonly epochs: number } = {
  ...SMALL,
  ...{ vocabSize: 768, hiddenSize: 64, layers: 2, intermediateSize: 176, maxPositions: 160, batchSize: 32 },
  ...{ learningRate: 5e-3, clip: 1, epochs: 16, leastExact: 0, checkFrom: 1_000_000 },
};

export interface StoryBases {
  /** Folders of the model that was taught everything, and of the one without the half to forget. */
  readonly whole: string;
  readonly retain: string;
  /** CPU seconds that each training took. */
  readonly cpu: readonly [whole: number, retain: number];
  /** Share of all taught answers that each repeats word for word. */
  readonly exact: readonly [whole: number, retain: number];
}

export const storyBases = async (
  dir: string,
  about: { seed: number; size: StorySize; recipe: TrainRecipe & { epochs: number }; backend: string },
  onUpdate: (which: string, done: number, total: number, loss: number) => void,
): Promise<StoryBases> => {
  const world = storyWorld(about.seed, about.size);
  const trained = async (which: 'whole' | 'retain', rows: readonly TextRow[]) => {
    const identity = { bench: 'story-base', which, ...about };
    const folder = join(dir, 'bases', nameOf(identity));
    const made = await saved(dir, identity, async () => {
      rmSync(folder, { recursive: true, force: true }); // of a process that ended before it kept its row
      const { epochs, ...recipe } = about.recipe;
      const updates = Math.ceil((epochs * rows.length) / recipe.batchSize);
      const taken = stopwatch();
      const hooks = {
        tokenizerTexts: everyText(world),
        onUpdate: (done: number, total: number, loss: number) => onUpdate(which, done, total, loss),
      };
      const { exact } = await trainSmallModel(folder, rows, [], { ...recipe, updates, seed: about.seed }, hooks);
      return { exact, cpu: taken().cpuSeconds };
    });
    return { folder, ...made };
  };
  const whole = await trained('whole', taughtRows(world));
  const retain = await trained('retain', stayingRows(world));
  return {
    whole: whole.folder,
    retain: retain.folder,
    cpu: [whole.cpu, retain.cpu],
    exact: [whole.exact, retain.exact],
  };
};
