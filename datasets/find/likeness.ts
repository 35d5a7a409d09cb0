// Whether one row nearly repeats another's: most of its runs of words, with the person's name the same, misspelt or
// left out.
// Trap: letters made from one template are alike too, and each speaks of somebody else; where another name stands in
// the place of the person's, it is no repeat.
import { editDistance } from '#core/nearest.ts';
import { shinglesOf } from '#core/words/keys.ts';
import { read } from '#core/words/streams.ts';
import type { SoughtName } from './query.ts';
import type { RowView } from './views.ts';

const LIKE = 0.6;
/** Misspelt letters of a name, at most: two short names are a letter or two apart and are two people's. */
const slipsOf = (name: string): number => (name.length >= 7 ? 2 : name.length >= 4 ? 1 : 0);

const wordsOf = (view: RowView): string[] =>
  view.parts.flatMap(({ read }) => read.reading.words.map(({ text }) => text));

export const likenessOf = (a: readonly string[], b: readonly string[]): number => {
  const [x, y] = [a, b].map((words) => shinglesOf(words.map((text) => ({ text }))));
  const both = [...x!].filter((shingle) => y!.has(shingle)).length;
  return both / Math.max(1, x!.size + y!.size - both);
};

/** `names`: the person's. */
export const isNearly = (own: RowView, other: RowView, names: readonly SoughtName[]): boolean => {
  const [a, b] = [wordsOf(own), wordsOf(other)];
  if (likenessOf(a, b) < LIKE) return false;
  const letters = names
    .map(({ text }) => read(text).words)
    .filter((words) => words.every(({ kind }) => kind === 'solo'));
  if (letters.length > 0)
    return letters.some((name) =>
      standsIn(
        b,
        name.map(({ text }) => text),
      ),
    );
  const [inOwn, inOther] = [new Set(a), new Set(b)];
  const gone = a.filter((word) => !inOther.has(word));
  const come = b.filter((word) => !inOwn.has(word));
  const parts = names.flatMap(({ firsts, lasts }) => [...firsts, ...lasts]).filter((part) => inOwn.has(part));
  if (names.length > 0 && parts.length === 0) return gone.length === 0 && come.length === 0;
  // a name in the other row that is not the person's stands for somebody else
  return (
    parts.every((part) => inOther.has(part) || come.some((word) => editDistance(word, part) <= slipsOf(part))) ||
    (gone.every((word) => parts.includes(word)) && come.length === 0)
  );
};

/** Fewest letters of a name of which one may be another. */
const FEWEST_SLIPPED = 3;

/** A name of single letters, one of which may be another. */
const standsIn = (words: readonly string[], name: readonly string[]): boolean => {
  const slips = name.length < FEWEST_SLIPPED ? 0 : 1;
  return words.some((_, at) => name.filter((letter, i) => words[at + i] !== letter).length <= slips);
};
