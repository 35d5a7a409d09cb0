// Whether a text speaks of a person. Trap: a surname alone may be another person's, and a given name a common word
// ("Will", "Paris"), so a part of a name counts only where the caller knows that nobody else has it.
import type { Form } from './places.ts';
import { textOf, type Text } from './places.ts';
import { valueOf } from './value.ts';

/** Shortest part of a name, in letters, that may stand for the person. */
const FEWEST_LETTERS = 3;

/**
 * Forms that name a person: each name in full, as "Last, First", with a middle name between, or with an initial for the
 * first.
 */
export const mentionsOf = (names: readonly string[]): Form[] =>
  names.flatMap((name) => {
    const value = valueOf(name, 'name');
    return value.testable ? value.forms : [];
  });

/** Single parts of the names, long enough to stand for the person, each with its forms. */
export const partsOf = (names: readonly string[]): { part: string; forms: readonly Form[] }[] => {
  const words = names.flatMap((name) => textOf(name).reading.words);
  const parts = words
    .filter(({ kind, text }) => kind === 'word' && text.length >= FEWEST_LETTERS)
    .map(({ text }) => text);
  return [...new Set(parts)].flatMap((part) => {
    const value = valueOf(part, 'text');
    return value.testable ? [{ part, forms: value.forms.filter(({ kind }) => kind === 'words') }] : [];
  });
};

/** Whether a text speaks of somebody by name. */
export const mentions = (text: string | Text, name: string): boolean => {
  const read = typeof text === 'string' ? textOf(text) : text;
  return mentionsOf([name]).some((form) => read.says(form));
};
