// Whether one row nearly repeats another's: most of its runs of words, with the person's name the same, misspelt or
// left out.
// Trap: letters made from one template are alike too, and each speaks of somebody else; where another name stands in
// the place of the person's, it is no repeat.
import { editDistance } from '#core/nearest.ts';
import { shinglesOf } from '#core/words/keys.ts';
import type { Sought } from './query.ts';
import type { RowView } from './views.ts';

const LIKE = 0.6;
/** Misspelt letters of a name, at most. */
const SLIPS = 2;

const wordsOf = (view: RowView): string[] =>
  view.parts.flatMap(({ read }) => read.reading.words.map(({ text }) => text));

export const likenessOf = (a: readonly string[], b: readonly string[]): number => {
  const [x, y] = [a, b].map((words) => shinglesOf(words.map((text) => ({ text }))));
  const both = [...x!].filter((shingle) => y!.has(shingle)).length;
  return both / Math.max(1, x!.size + y!.size - both);
};

export const isNearly = (own: RowView, other: RowView, { names }: Sought): boolean => {
  const [a, b] = [wordsOf(own), wordsOf(other)];
  if (likenessOf(a, b) < LIKE) return false;
  const [inOwn, inOther] = [new Set(a), new Set(b)];
  const gone = a.filter((word) => !inOther.has(word));
  const come = b.filter((word) => !inOwn.has(word));
  const parts = names
    .flatMap(({ first, last }) => [first, last])
    .filter((part) => part !== undefined && inOwn.has(part));
  // a name in the other row that is not the person's stands for somebody else
  return (
    parts.every((part) => inOther.has(part!) || come.some((word) => editDistance(word, part!) <= SLIPS)) ||
    (gone.every((word) => parts.includes(word)) && come.length === 0)
  );
};
