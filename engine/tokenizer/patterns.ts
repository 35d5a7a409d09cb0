// Patterns of tokenizer.json, and the ways to cut a text at their matches. Patterns are Oniguruma's, as in the Rust
// library, and are translated to JavaScript's (https://github.com/slevithan/oniguruma-to-es): in Oniguruma `\s`
// excludes the byte order mark, `\w` includes every script, and `^` matches at every line.
import { toRegExp } from 'oniguruma-to-es';
import { QuittanceError } from '#core/errors.ts';
import { slice, type Aligned } from './aligned.ts';
import { tokenizerInvalid } from './invalid.ts';
import type { Pattern, SplitBehavior } from './json.ts';

/** Ranges of units that match, in order. */
export type Finder = (text: string) => [start: number, end: number][];

export const finderOf = (pattern: Pattern): Finder =>
  'String' in pattern ? finderOfString(pattern.String) : finderOfRegExp(translated(pattern.Regex));

/**
 * With this target letters of either case are written out as classes. Later targets use `(?i:…)`, which once missed a
 * capital on a machine under load and which Node 20 does not have.
 */
const TARGET = 'ES2024';

const translated = (source: string): RegExp => {
  try {
    return toRegExp(source, { global: true, target: TARGET });
  } catch (cause) {
    throw tokenizerInvalid(`the pattern ${JSON.stringify(source)} cannot be used`, cause);
  }
};

export const finderOfRegExp =
  (pattern: RegExp): Finder =>
  (text) => {
    const found: [number, number][] = [];
    try {
      for (const match of text.matchAll(pattern)) found.push([match.index, match.index + match[0].length]);
    } catch (cause) {
      if (cause instanceof RangeError) throw tooLong(text, cause);
      throw cause;
    }
    return found;
  };

/** Of a class of characters the engine remembers every repetition, of which it can hold some millions. */
const tooLong = ({ length }: string, cause: RangeError): QuittanceError =>
  new QuittanceError('INPUT_TOO_LARGE', {
    message: 'a text holds a run of characters that is too long to be cut into tokens',
    expected: 'a blank, a letter or another border within every 1,048,576 characters',
    got: `a text of ${length} characters`,
    hint: 'give the text in parts, one a line',
    cause,
  });

/** An empty string matches nothing. */
export const finderOfString =
  (content: string): Finder =>
  (text) => {
    const found: [number, number][] = [];
    if (content === '') return found;
    for (let at = text.indexOf(content); at >= 0; at = text.indexOf(content, at + content.length)) {
      found.push([at, at + content.length]);
    }
    return found;
  };

interface Range {
  start: number;
  end: number;
  match: boolean;
}

/** Matches and what lies between them, which together are the whole text. */
const ranges = (text: string, find: Finder): Range[] => {
  const all: Range[] = [];
  let at = 0;
  for (const [start, end] of find(text)) {
    if (start > at) all.push({ start: at, end: start, match: false });
    all.push({ start, end, match: true });
    at = end;
  }
  if (at < text.length) all.push({ start: at, end: text.length, match: false });
  return all;
};

/** Joins a range to the one before it where `joins` says so for the pair. */
const joined = (all: readonly Range[], joins: (before: Range, next: Range) => boolean): Range[] => {
  const result: Range[] = [];
  all.forEach((next, i) => {
    const [last, before] = [result.at(-1), all[i - 1]];
    if (last && before && joins(before, next)) last.end = next.end;
    else result.push({ ...next });
  });
  return result;
};

const BEHAVIORS: Readonly<Record<SplitBehavior, (all: Range[]) => Range[]>> = {
  Removed: (all) => all.filter(({ match }) => !match),
  Isolated: (all) => all,
  Contiguous: (all) => joined(all, (before, next) => before.match === next.match),
  MergedWithPrevious: (all) => joined(all, (before, next) => next.match && !before.match),
  MergedWithNext: (all) =>
    joined(mirrored(all), (before, next) => next.match && !before.match)
      .map(({ start, end, match }) => ({ start: -end, end: -start, match }))
      .reverse(),
};

/** The same ranges, seen from the end of the text. */
const mirrored = (all: readonly Range[]): Range[] =>
  all.map(({ start, end, match }) => ({ start: -end, end: -start, match })).reverse();

/** Cuts a text at the matches (or, inverted, at what lies between them); empty pieces are dropped. */
export const cut = (a: Aligned, find: Finder, behavior: SplitBehavior, invert = false): Aligned[] => {
  const all = ranges(a.text, find).map((range) => (invert ? { ...range, match: !range.match } : range));
  return BEHAVIORS[behavior](all)
    .filter(({ start, end }) => end > start)
    .map(({ start, end }) => slice(a, start, end));
};
