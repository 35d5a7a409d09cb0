// One text in every reading that says the same: apostrophes within a word or between words, ä as a or ae, look-alikes
// as the Latin letters they pass for, digits in groups, numbers in words, a unit attached to its number, Arabic and
// Hebrew prefixes taken off. Trap: each reading costs time, so a reading is made only where the text has what it needs;
// a plain English sentence has one.
import { KIND, readSigns, ZERO_WIDTH, type Signs } from './signs.ts';
import { latinOf, nativeOf } from './lookalikes.ts';
import { hanNumber, isHanNumeral } from './han-numbers.ts';
import { spokenNumber } from './numbers.ts';
import { shares } from './shares.ts';
import { FIRST, tokensIn, type Token } from './tokens.ts';

export interface Reading {
  readonly signs: Signs;
  /** Made when first asked for, and kept. */
  readonly flat: () => Flat;
  /** Words and numbers without signs, as they stand; first of `streams`. */
  readonly words: readonly Token[];
  readonly streams: readonly (readonly Token[])[];
}

/** The text in its own case without accents and ignored characters, for patterns; places lead back to the original. */
export interface Flat {
  readonly text: string;
  start(at: number): number;
  end(at: number): number;
}

const flatten = ({ kinds, plain, starts, ends }: Signs): Flat => {
  let text = '';
  const origin: number[] = [];
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === KIND.accent) continue;
    text += plain[i]!;
    for (let unit = 0; unit < plain[i]!.length; unit++) origin.push(i);
  }
  return { text, start: (at) => starts[origin[at]!]!, end: (at) => ends[origin[at - 1]!]! };
};

type Way = (tokens: readonly Token[], signs: Signs) => Token[] | undefined;

/** Computed at the first call, then remembered. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** Reads a text; `signs` are kept in a stream of their own where the text has any that mean something. */
export const read = (text: string): Reading => {
  const plain = readOnce(readSigns(text));
  if (!Array.from(ZERO_WIDTH).some((char) => text.includes(char))) return plain;
  const bordered = readOnce(readSigns(text, { borders: true }));
  return { ...plain, streams: [...plain.streams, ...bordered.streams] };
};

const isWord = ({ kind }: Token): boolean => kind !== 'sign';

/** The words of `read` alone, for where no other way of writing them counts. */
export const wordsIn = (text: string): Token[] => tokensIn(readSigns(text)).filter(isWord);

/** What splits or joins words by more than letters and digits: other scripts, decimals, minus signs before a number. */
const SUBTLE = /[^\t\n\r -~]|\d[.,'`]\d|-\d/;

/** The texts of `wordsIn`. Of plain English, as most rows are, they are read many times faster. */
export const textsOfWords = (text: string): string[] =>
  SUBTLE.test(text) ? wordsIn(text).map((word) => word.text) : (text.toLowerCase().match(/[a-z0-9]+/g) ?? []);

const readOnce = (signs: Signs): Reading => {
  const all = tokensIn(signs);
  const words = all.filter(isWord);
  const base = all.length === words.length ? [words] : [words, all];
  // other ways of writing are looked for where they are asked: rows are compared by their words alone
  const streams = once(() => base.flatMap((tokens) => [tokens, ...waysOf(tokens, signs)]));
  return {
    signs,
    flat: once(() => flatten(signs)),
    words,
    get streams() {
      return streams();
    },
  };
};

/** The streams of each way alone, and of all ways together. */
const waysOf = (tokens: readonly Token[], signs: Signs): Token[][] => {
  const ways = WAYS.filter(([needs]) => needs.test(signs.text));
  const single = ways.flatMap(([, way]) => [way(tokens, signs) ?? []].filter(({ length }) => length > 0));
  if (single.length === 0) return single;
  // a way may find something in what another made: 80k is 80 k, and that 80000
  const together = ways.reduce((stream, [, way]) => way(stream, signs) ?? stream, tokens);
  return [...single, [...together]];
};

/** Rewrites tokens one by one; undefined where none changes. */
const eachToken =
  (rewrite: (token: Token, signs: Signs) => readonly Token[] | undefined): Way =>
  (tokens, signs) => {
    const rewritten = tokens.map((token) => rewrite(token, signs));
    if (rewritten.every((other) => other === undefined)) return undefined;
    return tokens.flatMap((token, i) => rewritten[i] ?? [token]);
  };

const lettersOf = ({ kinds, plain }: Signs, { from, to }: Token): string[] =>
  plain.slice(from, to).filter((_, i) => kinds[from + i] === KIND.letter || kinds[from + i] === KIND.digit);

const lookalikes = eachToken((token, signs) => {
  if (token.kind !== 'word') return undefined;
  const letters = lettersOf(signs, token);
  const latin = latinOf(letters) ?? nativeOf(letters);
  return latin === undefined || latin === token.text ? undefined : [{ ...token, text: latin }];
});

/** ä, ö, ü, å, ø and æ as languages without these letters write them. */
const SPELT: Readonly<Record<string, string>> = { 'a\u0308': 'ae', 'o\u0308': 'oe', 'u\u0308': 'ue', 'a\u030a': 'aa' };
const umlauts = eachToken((token, { folded, plain }) => {
  if (token.kind !== 'word') return undefined;
  const marked = folded.slice(token.from, token.to).join('');
  const stroke = plain.slice(token.from, token.to).some((letter) => letter === 'ø' || letter === 'Ø');
  if (!stroke && !/[aou]\u0308|a\u030a/.test(marked)) return undefined;
  const whole = stroke ? plain.slice(token.from, token.to).join('').toLowerCase().replaceAll('ø', 'oe') : marked;
  const text = whole.replace(/[aou]\u0308|a\u030a/g, (letter) => SPELT[letter]!).replace(/[\u0300-\u036f]/g, '');
  return [{ ...token, text }];
});

const UNIT =
  /^(\d+)(st|nd|rd|th|er|e|o|kg|g|mg|t|km|m|cm|mm|mi|ft|in|lb|lbs|h|min|s|k|px|gb|mb|mm|b|bn|eur|usd|chf|gbp|pln|zl|kr)$/;
const units = eachToken((token) => {
  const [, number, unit] = (token.kind === 'word' && UNIT.exec(token.text)) || [];
  if (number === undefined || unit === undefined) return undefined;
  return [
    { ...token, kind: 'number', text: number },
    { ...token, text: unit },
  ];
});

/** Takes up to `count` one-letter particles off the front of Arabic and Hebrew words. */
const prefixes = (count: 1 | 2): Way =>
  eachToken((token) => {
    if (token.kind !== 'word' || token.text.charCodeAt(0) < 0x5d0) return undefined;
    const rest = new RegExp(`^(?:[وفبكل]{${count}}|[והבלמשכ]{${count}})(?=.{2})`, 'u').exec(token.text)?.[0];
    if (rest === undefined) return undefined;
    const word = token.text.slice(rest.length);
    // li + al- is written lil-
    return [{ ...token, text: rest.endsWith('ل') && word.startsWith('ل') ? `ا${word}` : word }];
  });

/** Runs of tokens made one; undefined where there are none. */
const runs =
  (
    runAt: (
      tokens: readonly Token[],
      at: number,
    ) => readonly [text: string, kind: Token['kind'], length: number] | undefined,
  ): Way =>
  (tokens) => {
    const stream: Token[] = [];
    let changed = false;
    for (let at = 0; at < tokens.length;) {
      const [text, kind, length] = runAt(tokens, at) ?? [undefined, 'word', 1];
      if (text === undefined) stream.push(tokens[at]!);
      else {
        const last = tokens[at + length - 1]!;
        stream.push({ ...tokens[at]!, text, kind, end: last.end, to: last.to });
        changed = true;
      }
      at += length;
    }
    return changed ? stream : undefined;
  };

const apostrophes = runs((tokens, at) => {
  let to = at + 1;
  while (tokens[to]?.joined && tokens[to]?.kind === 'word') to++;
  if (to > at + 1 && tokens[to - 1]?.text === 's') to--; // a genitive's
  if (to === at + 1 || tokens[at]?.kind !== 'word') return undefined;
  const run = tokens.slice(at, to);
  return [run.map(({ text }) => text).join(''), 'word', run.length];
});

/** 12 345 678: groups of three digits after one of one to three. */
const thousands = runs((tokens, at) => {
  const first = tokens[at]!;
  if (first.kind !== 'number' || !/^[1-9]\d{0,2}$/.test(first.text)) return undefined;
  let to = at + 1;
  while (
    tokens[to]?.kind === 'number' &&
    /^\d{3}(?:\.\d+)?$/.test(tokens[to]!.text) &&
    tokens[to]!.from === tokens[to - 1]!.to + 1
  )
    to++;
  const run = tokens.slice(at, to);
  return run.length === 1 ? undefined : [run.map(({ text }) => text).join(''), 'number', run.length];
});

/** 四十二 is 42 and 一九七五 is 1975; one character alone is mostly a word, and 三四 is three or four. */
const hanNumerals = runs((tokens, at) => {
  let to = at;
  while (tokens[to]?.kind === 'solo' && isHanNumeral(tokens[to]!.text) && (to === at || follows(tokens, to))) to++;
  const run = textOfRun(tokens.slice(at, to));
  const number = to - at < fewestSigns(run) ? undefined : hanNumber(run);
  return number === undefined ? undefined : [String(number), 'number', to - at];
});
const fewestSigns = (run: string): number => (/[十百千万萬億亿拾佰仟]/u.test(run) ? 2 : 3);
const follows = (tokens: readonly Token[], at: number): boolean => tokens[at]!.from === tokens[at - 1]!.to;
const textOfRun = (tokens: readonly Token[]): string => tokens.map(({ text }) => text).join('');

const PERCENT = /^(?:percent|prozent|procent|pourcent|porcentaje)$/;
const spoken = (tokens: readonly Token[], signs: Signs): Token[] | undefined => {
  const words = tokens.map(({ text }) => text);
  return runs((_, at) => {
    if (PERCENT.test(words[at]!)) return ['%', 'sign', 1];
    const found = spokenNumber(words, at);
    return found && [found[0], 'number', found[1]];
  })(tokens, signs);
};

/** Syllables of one Korean word that stand apart: each but the first loses the mark of a word's beginning. */
const syllables = (tokens: readonly Token[]): Token[] | undefined => {
  const single = (at: number) => isSyllable(tokens[at]) && !isWithinWord(tokens[at + 1]);
  const rewritten = tokens.map((token, at) =>
    single(at) && single(at - 1) && token.from - tokens[at - 1]!.to <= 1
      ? { ...token, text: token.text.slice(1) }
      : token,
  );
  return rewritten.every((token, at) => token === tokens[at]) ? undefined : rewritten;
};
const isSyllable = (token: Token | undefined): boolean => token?.kind === 'solo' && token.text.startsWith(FIRST);
const isWithinWord = (token: Token | undefined): boolean =>
  token?.kind === 'solo' && /^[\u1100-\u115f\ua960-\ua97c]/.test(token.text);

const FOREIGN = /[^\p{ASCII}]/u;
const DIGITS = /\p{N}/u;
/**
 * What a text must contain for a way to change anything, and the way itself. Later ways read what the earlier ones
 * made.
 */
const WAYS: readonly (readonly [needs: RegExp, way: Way])[] = [
  [/['`]|[^\p{ASCII}]/u, apostrophes],
  [FOREIGN, lookalikes],
  [FOREIGN, umlauts],
  [FOREIGN, syllables],
  [/[〇零一二三四五六七八九十百千万萬億亿壹貳參肆伍陸柒捌玖拾佰仟]{2}/u, hanNumerals],
  [FOREIGN, prefixes(1)],
  [FOREIGN, prefixes(2)],
  [DIGITS, units],
  [DIGITS, thousands],
  [/[/⁄∕¼-¾⅐-⅟↉]/u, shares],
  [/./u, spoken],
];
