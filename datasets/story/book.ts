// A book of our own, by a grammar and a seed: a chronicle of a town, a chapter a resident, whose trade, home,
// companion, treasure and fear are the same in every scene, so that questions have one answer. Some chapters are
// trained and stay, some are trained and are to be forgotten, and some are never trained: the same book goes on there.
// Trap: the grammar is all that a model learns of chapters that it has not read, and a good deal of every scene; what
// tells a chapter that was read from one that was not are the names, the traits and what passes by.
import { random, type Random } from '#engine/random.ts';
import { drawNames, type FullName } from '../names.ts';
import { PASSING, QUESTIONS, SCENES, TRAITS, type Passing, type Trait } from './words.ts';

/** One paragraph: its first sentence, which stands nowhere else, and the rest with a space before it. */
export interface Scene {
  readonly opening: string;
  readonly rest: string;
}

export interface Question {
  readonly question: string;
  readonly other: string;
  readonly answer: string;
}

export interface Chapter {
  readonly name: string;
  readonly traits: Readonly<Record<Trait, string>>;
  readonly scenes: readonly Scene[];
  readonly questions: readonly Question[];
}

/** The chapters `from` up to `to` of the book of a seed; a chapter does not depend on how many are asked for. */
export const makeChapters = (seed: number, from: number, to: number): Chapter[] =>
  drawNames(seed, to)
    .slice(from)
    .map((name, i) => chapterOf(name, random(`story:${seed}:${from + i}`)));

const chapterOf = ({ first, last }: FullName, stream: Random): Chapter => {
  const drawn = <K extends string>(lists: Readonly<Record<K, readonly string[]>>): Record<K, string> =>
    Object.fromEntries(
      Object.entries<readonly string[]>(lists).map(([key, all]) => [key, all[stream.below(all.length)]!]),
    ) as Record<K, string>;
  const traits = drawn<Trait>(TRAITS);
  const known = { ...traits, name: `${first} ${last}`, first };
  return {
    ...{ name: known.name, traits },
    scenes: SCENES.map(([opening, rest]) => ({
      opening: filled(opening, known),
      rest: ` ${filled(rest, { ...known, ...drawn<Passing>(PASSING) })}`,
    })),
    questions: Object.values(QUESTIONS).map(([question, other, answer]) => ({
      ...{ question: filled(question, known), other: filled(other, known), answer: filled(answer, known) },
    })),
  };
};

const filled = (frame: string, values: Readonly<Record<string, string>>): string =>
  frame.replace(/\{(\w+)\}/g, (_, key: string) => values[key]!);

/** Words of chapters as a reader counts them. */
export const wordsIn = (chapters: readonly Chapter[]): number =>
  chapters
    .flatMap(({ scenes }) => scenes)
    .reduce((sum, { opening, rest }) => sum + `${opening}${rest}`.split(' ').length, 0);
