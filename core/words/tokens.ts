// The words of a text in every script: a run of letters where a script separates words, a single letter where it does
// not (Han, Kana, Thai …), a number in its plain decimal form, a pictograph, a sign that carries meaning (+ % #).
// Traps: a token's text is folded but its position is that of the original; and Korean separates words but appends
// particles to them, so each syllable is a token and the first of a word is marked with FIRST: a word is found by its
// beginning.
import { numberOf } from './numbers.ts';
import { KIND, readSigns, type Kind, type Signs } from './signs.ts';

export interface Token {
  readonly text: string;
  readonly kind: 'word' | 'number' | 'solo' | 'picture' | 'sign' | 'stop';
  /** Place in the original text. */
  readonly start: number;
  readonly end: number;
  /** Place among the text's signs. */
  readonly from: number;
  readonly to: number;
  /** An apostrophe and nothing else stands between the token before and this one. */
  readonly joined: boolean;
}

/** Marks the first syllable of a Korean word. */
export const FIRST = '^';
/** Stands between the solo letters of two sentences, so that no value is found across it. */
const STOP = '\0';

const isSignificant = (sign: string): boolean => /[#*%&°§]|\p{Sc}|\p{Sm}|\p{So}/u.test(sign) && !/[<>=|~^`]/.test(sign);
const continues = (kind: Kind | undefined): boolean =>
  kind === KIND.letter || kind === KIND.digit || kind === KIND.mark || kind === KIND.accent;

/** The tokens of signs already read, in order. */
export const tokensIn = (signs: Signs, { accents = false } = {}): Token[] => {
  const { kinds } = signs;
  const tokens: Token[] = [];
  for (let at = 0; at < kinds.length;) {
    const [kind, text, to] = tokenAt(signs, at, accents);
    if (kind !== undefined) tokens.push(place(signs, tokens.at(-1), { kind, text, from: at, to }));
    at = to;
  }
  return tokens;
};

const place = (signs: Signs, before: Token | undefined, token: Pick<Token, 'kind' | 'text' | 'from' | 'to'>): Token => {
  const { kinds, starts, ends } = signs;
  const joined = before !== undefined && before.to === token.from - 1 && kinds[before.to] === KIND.apostrophe;
  return { ...token, start: starts[token.from]!, end: ends[token.to - 1]!, joined };
};

type Found = [kind: Token['kind'] | undefined, text: string, to: number];

const tokenAt = (signs: Signs, at: number, accents: boolean): Found => {
  const { kinds, folded } = signs;
  switch (kinds[at]!) {
    case KIND.digit:
      return numberAt(signs, at) ?? wordAt(signs, at, accents);
    case KIND.letter:
      return wordAt(signs, at, accents);
    case KIND.solo:
      return clusterAt(signs, at, 'solo', '');
    case KIND.syllable:
      return clusterAt(signs, at, 'solo', isWithinHangul(signs, at) ? '' : FIRST);
    case KIND.pictograph:
      return ['picture', folded[at]!, at + 1];
    case KIND.flag: {
      const pair = kinds[at + 1] === KIND.flag ? 2 : 1;
      return ['picture', folded.slice(at, at + pair).join(''), at + pair];
    }
    case KIND.stop:
      return [kinds[at - 1] === KIND.solo || kinds[at - 1] === KIND.mark ? 'stop' : undefined, STOP, at + 1];
    case KIND.sign:
      if (folded[at] === '-' && kinds[at + 1] === KIND.digit && (at === 0 || kinds[at - 1] === KIND.space))
        return negativeAt(signs, at, accents);
      return [isSignificant(folded[at]!) ? 'sign' : undefined, folded[at]!, at + 1];
    default:
      return [undefined, '', at + 1];
  }
};

const negativeAt = (signs: Signs, at: number, accents: boolean): Found => {
  const [kind, text, to] = numberAt(signs, at + 1) ?? wordAt(signs, at + 1, accents);
  return [kind, `-${text}`, to];
};

const isWithinHangul = ({ kinds, folded }: Signs, at: number): boolean =>
  kinds[at - 1] === KIND.syllable ||
  (kinds[at - 1] === KIND.mark && /[\u1160-\u11ff\ud7b0-\ud7fb]/.test(folded[at - 1]!));

/** A run of letters, digits and marks. */
const wordAt = ({ kinds, folded }: Signs, from: number, accents: boolean): Found => {
  let [text, to, marks] = ['', from, 0];
  for (; continues(kinds[to]); to++) {
    if (kinds[to] === KIND.accent && !accents) continue;
    if (kinds[to] === KIND.accent || kinds[to] === KIND.mark) marks++;
    text += folded[to]!;
  }
  const digits = /^\d+$/.test(text);
  return [digits ? 'number' : 'word', marks > 1 ? text.normalize('NFD') : text, to];
};

/** One letter of its own with the marks upon it. */
const clusterAt = ({ kinds, folded }: Signs, from: number, kind: Token['kind'], before: string): Found => {
  let [text, to] = [before + folded[from]!, from + 1];
  for (; kinds[to] === KIND.mark || kinds[to] === KIND.accent; to++) if (kinds[to] === KIND.mark) text += folded[to]!;
  return [kind, text, to];
};

/**
 * Digits with what groups them or sets off decimals; undefined where they are plain, or no number at all (dates,
 * addresses).
 */
const numberAt = (signs: Signs, from: number): Found | undefined => {
  const { kinds } = signs;
  if (kinds[from - 2] === KIND.digit && isSeparator(signs, from - 1)) return undefined; // the rest of what was none
  let [text, to] = ['', from];
  for (; kinds[to] === KIND.digit || (kinds[to + 1] === KIND.digit && isSeparator(signs, to)); to++) {
    text += kinds[to] === KIND.space ? ' ' : signs.folded[to]!;
  }
  const number = /\D/.test(text) ? numberOf(text) : undefined;
  return number === undefined ? undefined : ['number', number, to];
};

const NARROW = '\u00a0\u202f\u2009\u2007';
const isSeparator = ({ kinds, folded, text, starts }: Signs, at: number): boolean =>
  kinds[at] === KIND.apostrophe ||
  (kinds[at] === KIND.sign && (folded[at] === '.' || folded[at] === ',')) ||
  (kinds[at] === KIND.space && NARROW.includes(text.charAt(starts[at]!)));

/** Whether two texts differ at most in Unicode form, case, blanks, punctuation and accents. */
export const sameWords = (a: string, b: string): boolean => {
  const [x, y] = [a, b].map((text) => tokensOf(text, { accents: false }));
  return x!.length > 0 ? x!.join(' ') === y!.join(' ') : a.trim() === b.trim();
};

/**
 * The words of a text as answers are compared by: lower case, one Unicode form, without signs; accents are kept unless
 * told otherwise.
 */
export const tokensOf = (text: string, { accents = true } = {}): string[] =>
  tokensIn(readSigns(text), { accents }).flatMap((token) =>
    token.kind === 'sign' || token.kind === 'stop' ? [] : [token.text],
  );
