// Tokens beside the model's vocabulary. They are looked for before anything else, in the text itself or in the
// normalised text (`normalized`); of the leftmost matches the longest wins. Traps: the Rust library gives an added
// token the id that the model has for its content, or else the next free one, whatever id the file says, so a file that
// says another is refused; and where a token must be a word of its own and is not, the whole match is skipped.
import { slice, type Aligned } from './aligned.ts';
import { tokenizerInvalid } from './invalid.ts';
import type { AddedToken } from './json.ts';
import { normalized, type Normalize } from './normalizers.ts';

/** A piece of text, or a piece that is an added token. */
export interface Part {
  piece: Aligned;
  id?: number;
}

export interface AddedTokens {
  /** Cuts a text at added tokens and normalises what lies between. */
  extract(text: Aligned): Part[];
  readonly tokens: readonly AddedToken[];
  /** The text that each token decodes to: for one that is looked for in normalised text, its normalised content. */
  readonly names: ReadonlyMap<number, string>;
}

export const addedTokens = (
  tokens: readonly AddedToken[],
  vocabulary: ReadonlyMap<string, number>,
  normalize: Normalize,
): AddedTokens => {
  checkIds(tokens, vocabulary);
  const before = matcherOf(tokens.filter((token) => !isNormalized(token)).map((token) => [token.content, token]));
  const written = (token: AddedToken) => (isNormalized(token) ? normalized(token.content, normalize) : token.content);
  const after = matcherOf(tokens.filter(isNormalized).map((token) => [written(token), token]));
  const extract = (text: Aligned): Part[] =>
    before(text).flatMap((part) => (part.id === undefined ? after(normalize(part.piece)) : [part]));
  return { extract, tokens, names: new Map(tokens.map((token) => [token.id, written(token)])) };
};

const isNormalized = ({ normalized: given, special }: AddedToken): boolean => given ?? !special;

const checkIds = (tokens: readonly AddedToken[], vocabulary: ReadonlyMap<string, number>): void => {
  const ids = new Map<string, number>();
  let most: number | undefined;
  for (const { content, id } of tokens) {
    if (content === '') throw tokenizerInvalid(`the added token ${id} is empty`);
    const next = most !== undefined && (most >= vocabulary.size || vocabulary.size === 0) ? most + 1 : vocabulary.size;
    const right = ids.get(content) ?? vocabulary.get(content) ?? next;
    if (right !== id) {
      throw tokenizerInvalid(`the added token '${content}' has the id ${id}; whoever loads the file gives it ${right}`);
    }
    ids.set(content, id);
    most = Math.max(most ?? 0, id);
  }
};

type Matcher = (text: Aligned) => Part[];
type Entry = readonly [content: string, token: AddedToken];

const matcherOf = (entries: readonly Entry[]): Matcher => {
  const empty = entries.find(([content]) => content === '');
  if (empty) throw tokenizerInvalid(`nothing is left of the added token '${empty[1].content}' when it is normalised`);
  const byFirst = Map.groupBy(entries, ([content]) => content[0]);
  for (const some of byFirst.values()) some.sort(([a], [b]) => b.length - a.length); // stable: the first of equals
  return (text) => (text.text === '' ? [] : split(text, byFirst));
};

const split = (text: Aligned, byFirst: ReadonlyMap<string | undefined, readonly Entry[]>): Part[] => {
  const whole = text.text;
  const parts: Part[] = [];
  let done = 0;
  for (let at = 0; at < whole.length;) {
    const found = byFirst.get(whole[at])?.find(([content]) => whole.startsWith(content, at));
    if (!found) {
      at += 1;
      continue;
    }
    const [content, token] = found;
    const end = at + content.length;
    if (!token.single_word || isWord(whole, at, end)) {
      const from = token.lstrip ? Math.max(done, blanksBefore(whole, at)) : at;
      const to = token.rstrip ? blanksAfter(whole, end) : end;
      if (from > done) parts.push({ piece: slice(text, done, from) });
      parts.push({ piece: slice(text, from, to), id: token.id });
      done = to;
    }
    at = end;
  }
  if (done < whole.length) parts.push({ piece: slice(text, done, whole.length) });
  return parts;
};

const ENDS_IN_WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const BEGINS_WITH_WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/uy;
const BLANKS_AFTER = /\p{White_Space}*/uy;
const BLANK = /\p{White_Space}/u;

/** Whether no character of a word touches units [start, end); the two units before suffice for one character. */
const isWord = (text: string, start: number, end: number): boolean => {
  BEGINS_WITH_WORD.lastIndex = end;
  return !ENDS_IN_WORD.test(text.slice(Math.max(0, start - 2), start)) && !BEGINS_WITH_WORD.test(text);
};

/** Length of the white space before `at`, in units: no white space needs a surrogate pair. */
const blanksBefore = (text: string, at: number): number => {
  let from = at;
  while (from > 0 && BLANK.test(text[from - 1]!)) from -= 1;
  return from;
};

const blanksAfter = (text: string, at: number): number => {
  BLANKS_AFTER.lastIndex = at;
  return BLANKS_AFTER.test(text) ? BLANKS_AFTER.lastIndex : at;
};
