// A record as it would be about somebody else: the words of the person's name replaced, in question and answer, by
// those of another name. What a model says then is what it says of somebody whom it does not know. Trap: a nickname, or
// a name inside a longer word, is not found; a record without any word of the name has no such form.
import { literal } from '#core/words/literal.ts';
import type { Row } from './suite-shape.ts';

export type Span = readonly [start: number, end: number];

export interface Swapped {
  prompt: string;
  answer: string;
  /** Where words of the name stand in the record's answer, and in this one. */
  own: readonly Span[];
  other: readonly Span[];
}

/** First and last word of a name by those of another; undefined where the question does not have the name. */
export const swapped = (
  { prompt, answer }: Pick<Row, 'prompt' | 'answer'>,
  name: string,
  other: string,
): Swapped | undefined => {
  const words = wordsFor(name, other);
  const asked = replaced(prompt, words);
  if (asked.own.length === 0) return undefined;
  return { prompt: asked.text, ...answered(replaced(answer, words)) };
};

const answered = ({ text, ...spans }: Replaced) => ({ answer: text, ...spans });

const wordsFor = (name: string, other: string): ReadonlyMap<string, string> => {
  const [own, others] = [name, other].map((one) => one.trim().split(/\s+/));
  return new Map([
    [own!.at(-1)!, others!.at(-1)!],
    [own![0]!, others![0]!],
  ]);
};

interface Replaced {
  text: string;
  own: Span[];
  other: Span[];
}

const replaced = (text: string, words: ReadonlyMap<string, string>): Replaced => {
  const pattern = [...words.keys()].map(literal).join('|');
  const found: Replaced = { text: '', own: [], other: [] };
  let at = 0;
  for (const { 0: word, index } of text.matchAll(
    new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, 'gu'),
  )) {
    found.text += text.slice(at, index);
    found.own.push([index, index + word.length]);
    found.other.push([found.text.length, found.text.length + words.get(word)!.length]);
    found.text += words.get(word)!;
    at = index + word.length;
  }
  found.text += text.slice(at);
  return found;
};
