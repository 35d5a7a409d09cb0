// Pre-tokenisers of tokenizer.json: they cut a text into the pieces that the model then encodes one by one.
// Trap: the character classes are those of Rust's `char` and its regex crate, not JavaScript's \s and \w.
import { mapChars, prepend, replaceRanges, type Aligned } from './aligned.ts';
import { byteChars } from './byte-alphabet.ts';
import { flattened, PreTokenizer, readPart, type Metaspace } from './json.ts';
import { cut, finderOf, finderOfRegExp, finderOfString, type Finder } from './patterns.ts';

export type PreTokenize = (pieces: readonly Aligned[]) => Aligned[];

/** The file's pre-tokeniser; without one a text is one piece. */
export const preTokenizerOf = (json: unknown): PreTokenize => {
  const steps = flattened(json, 'pretokenizers').map((part) => step(readPart('pre_tokenizer', PreTokenizer, part)));
  return (pieces) => steps.reduce<Aligned[]>((all, cutUp) => all.flatMap(cutUp), [...pieces]);
};

/** Whether the first piece of a text gets the metaspace prefix differently from later pieces. */
export const metaspaceScheme = ({ prepend_scheme, add_prefix_space }: Metaspace): 'first' | 'always' | 'never' =>
  prepend_scheme ?? ((add_prefix_space ?? true) ? 'always' : 'never');

// GPT-2's: contractions, letters, numbers, others, each with an optional blank before it
const GPT2 = finderOf({
  Regex: "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
});
const BLANK = finderOfRegExp(/\p{White_Space}/gu);
const WORDS = finderOfRegExp(
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu,
);
const PUNCTUATION = finderOfRegExp(/[\p{P}$+<=>^`|~]/gu);
const NUMBER = finderOfRegExp(/\p{N}/gu);

const step = (part: PreTokenizer): ((a: Aligned) => Aligned[]) => {
  switch (part.type) {
    case 'ByteLevel':
      return byteLevel(part.add_prefix_space, part.use_regex ? GPT2 : undefined);
    case 'Metaspace':
      return metaspace(part);
    case 'Split': {
      const find = finderOf(part.pattern);
      return (a) => cut(a, find, part.behavior, part.invert);
    }
    case 'Punctuation':
      return (a) => cut(a, PUNCTUATION, part.behavior);
    case 'Digits':
      return (a) => cut(a, NUMBER, part.individual_digits ? 'Isolated' : 'Contiguous');
    case 'Whitespace':
      return (a) => cut(a, WORDS, 'Removed', true);
    case 'WhitespaceSplit':
      return (a) => cut(a, BLANK, 'Removed');
    case 'BertPreTokenizer':
      return (a) => cut(a, BLANK, 'Removed').flatMap((piece) => cut(piece, PUNCTUATION, 'Isolated'));
    case 'CharDelimiterSplit': {
      const find = finderOfString(part.delimiter);
      return (a) => cut(a, find, 'Removed');
    }
  }
};

const byteLevel =
  (prefix: boolean, find: Finder | undefined) =>
  (a: Aligned): Aligned[] => {
    const text = prefix && !a.text.startsWith(' ') ? prepend(a, ' ') : a;
    return (find ? cut(text, find, 'Isolated') : [text]).map(inBytes);
  };

const inBytes = (a: Aligned): Aligned => mapChars(a, byteChars);

const metaspace = (part: Metaspace) => {
  const { replacement, split } = part;
  const scheme = metaspaceScheme(part);
  const [blanks, marks] = [finderOfString(' '), finderOfString(replacement)];
  return (a: Aligned): Aligned[] => {
    const text = replaceRanges(a, blanks(a.text), replacement);
    const wanted = scheme === 'always' || (scheme === 'first' && a.origin === 0);
    const whole = wanted && !text.text.startsWith(replacement) ? prepend(text, replacement) : text;
    return split ? cut(whole, marks, 'MergedWithNext') : [whole];
  };
};
