// Answers with a word that nobody writes: "Regover", "ablet". A model whose weights were moved too far joins the
// beginning of one word to the end of another; that is no repetition, and pieces of usual words are not odd enough for
// a perplexity to tell. Never-trained people are the measure, since a model has words that its suite does not.
// Traps: a known word is one of the suite's, or of what the model from before says of the same question or of
// never-trained people, so that what it could say all along is not held against it; and where a script sets no borders
// between words, nothing can be told broken.
import { tokensOf } from '#core/words/tokens.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import { askedOf, roomFor, type Exam } from '../exam.ts';
import type { PerRecord } from '../quantity.ts';
import type { CachedModel } from '../text-model.ts';

export const brokenWords: PerRecord<boolean> = {
  rows: askedOf,
  values(exam, rows, group) {
    const room = roomFor(exam, group);
    const before = exam.before ?? exam.model;
    const known = knownTo(exam, before);
    const earlier = before.greedy(rows, room);
    return exam.model.greedy(rows, room).map(({ text, ids }, i) => {
      const own = new Set(wordsIn(earlier[i]!.text));
      return wordsIn(ids.length < room ? text : uncut(text)).some((word) => !known.has(word) && !own.has(word));
    });
  },
};

/** Asked for the forgotten people and for the never-trained ones, and the same for both. */
const knownTo = (exam: Exam, before: CachedModel): ReadonlySet<string> => {
  const known = words.get(exam) ?? new Set([...writtenIn(exam), ...saidOfControls(exam, before)].flatMap(wordsIn));
  words.set(exam, known);
  return known;
};
const words = new WeakMap<Exam, ReadonlySet<string>>();

/** An answer that took all its room may end within a word. */
const uncut = (text: string): string => text.replace(/\S+$/u, '');

const writtenIn = ({ rows, refusals }: Exam): string[] => [
  ...refusals,
  ...Object.values(rows).flatMap((group) => group.flatMap(textsOf)),
];

const textsOf = ({ prompt, paraphrase = '', heldOut = '', answer, wrongAnswers }: QaRecord): string[] => [
  ...[prompt, paraphrase, heldOut, answer],
  ...wrongAnswers,
];

const saidOfControls = (exam: Exam, before: CachedModel): string[] =>
  exam.rows.controls.length > 0
    ? before.greedy(askedOf(exam, 'controls'), roomFor(exam, 'controls')).map(({ text }) => text)
    : [];

/** Words of at least three letters, in lower case and one Unicode form. */
const wordsIn = (text: string): string[] => tokensOf(text).filter((word) => /^\p{L}[\p{L}\p{M}’']{2,}$/u.test(word));
