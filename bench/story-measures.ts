// What the story bench measures of a model: the columns of the Harry Potter experiments and those of MUSE. The
// statistics are evaluation/book.ts's. Trap: a scene in six is asked, and a question in two, so that a difference of a
// hundredth is nobody's.
import type { TextRow } from '#containers/examples.ts';
import type { Chapter } from '#datasets/story/book.ts';
import { inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import {
  chosenRight,
  continuations,
  knowMem,
  leakAuc,
  wordPerplexity,
  type Choice,
  type Continuations,
  type Cutter,
} from '#evaluation/book.ts';
import type { TextModel } from '#evaluation/text-model.ts';
import { otherWordings, sceneRow, type StoryWorld } from './story-world.ts';

/** New tokens: of a continuation, whose reference is cut to as many, and of an answer. */
const TOKENS = { scene: 40, answer: 20 } as const;
const ONE_IN = 6;

export interface StoryMeasures {
  /** Continuations of scenes to be forgotten, and of scenes that stay. */
  readonly forget: Continuations;
  readonly stays: Continuations;
  readonly knowForget: number;
  readonly knowStays: number;
  /** P(less known than a scene that nobody was taught). */
  readonly leak: number;
  /** Perplexity a word: of scenes to be forgotten, of those that stay, of general text that nobody was taught. */
  readonly perplexity: { readonly forget: number; readonly stays: number; readonly general: number };
  /** Share of general questions answered rightly by choice. */
  readonly chosen: number;
  /** One continuation, to be read: where it began, how it went on in the book, and what was said. */
  readonly shown: { readonly opening: string; readonly book: string; readonly said: string };
}

/** A model as these statistics ask it. */
export const asked = (model: LanguageModel): TextModel & Cutter => ({
  ...inference(model),
  cut: (text, tokens) => model.tokenizer.decode(model.tokenizer.encode(text).slice(0, tokens)),
});

const someScenes = (chapters: readonly Chapter[]): TextRow[] =>
  chapters.flatMap(({ scenes }) => scenes.map(sceneRow)).filter((_, i) => i % ONE_IN === 0);

const someQuestions = (chapters: readonly Chapter[]): TextRow[] =>
  otherWordings(chapters).filter((_, i) => i % 2 === 0);

const scoresOf = ({ verbMem, bleu, rougeL }: Continuations): Continuations => ({ verbMem, bleu, rougeL });

const choicesOf = ({ facts }: StoryWorld): Choice[] =>
  facts.map(({ prompt, answer, wrongAnswers }) => ({ prompt, right: answer, wrong: wrongAnswers }));

export const measureStory = (model: LanguageModel, world: StoryWorld): StoryMeasures => {
  const speaking = asked(model);
  const [forget, stays] = [someScenes(world.forget), someScenes(world.stays)];
  const [forgotten, kept] = [forget, stays].map((rows) => continuations(speaking, rows, TOKENS.scene));
  const perplexity = (rows: readonly TextRow[]) => wordPerplexity(speaking, rows);
  return {
    ...{ forget: scoresOf(forgotten!), stays: scoresOf(kept!) },
    knowForget: knowMem(speaking, someQuestions(world.forget), TOKENS.answer),
    knowStays: knowMem(speaking, someQuestions(world.stays), TOKENS.answer),
    leak: leakAuc(
      speaking,
      forget,
      world.never.flatMap(({ scenes }) => scenes.map(sceneRow)),
    ),
    perplexity: {
      ...{ forget: perplexity(forget), stays: perplexity(stays) },
      general: perplexity(world.neverEntries.map(sceneRow)),
    },
    chosen: chosenRight(speaking, choicesOf(world)),
    shown: {
      opening: forget[0]!.prompt,
      book: speaking.cut(forget[0]!.answer, TOKENS.scene).trim(),
      said: forgotten!.said[0]!,
    },
  };
};
