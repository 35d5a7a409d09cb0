// The characters of a text prepared for word matching: each code point folded (compatibility forms, case without a
// locale, accents), with its kind and its position in the original. Source: Unicode 17, UAX #15 (NFKD), UAX #44
// (Default_Ignorable_Code_Point), CaseFolding by way of upper and lower case.
// Trap: one code point may become several (½ is 1⁄2, ㎏ is kg) or none (soft hyphen), so positions in the folded text
// are not positions in the original; `starts` maps them.

export const KIND = {
  /** Zero-width, soft hyphen, variation selector, bidi control, control character. */
  ignored: 0,
  /** A mark that says how a letter is pronounced or written: dropped unless accents are kept. */
  accent: 1,
  /** A mark without which the letter is another: vowel signs, dakuten, the later jamo of a syllable. */
  mark: 2,
  letter: 3,
  digit: 4,
  /** A letter of a script that sets no borders between words. */
  solo: 5,
  /** The first jamo of a Hangul syllable. */
  syllable: 6,
  apostrophe: 7,
  pictograph: 8,
  /** Half of a flag. */
  flag: 9,
  space: 10,
  sign: 11,
  /** Punctuation of scripts that set no borders between words: no word runs across it. */
  stop: 12,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

interface Sign {
  readonly kind: Kind;
  /** Folded: lower case, no accent. */
  readonly folded: string;
  /** As it stands, save for its compatibility form. */
  readonly plain: string;
}

/** A text as parallel lists, one entry a folded character. */
export interface Signs {
  readonly text: string;
  readonly kinds: Kind[];
  readonly folded: string[];
  readonly plain: string[];
  /** Where in `text` the character stood. */
  readonly starts: number[];
  readonly ends: number[];
}

const BORDERLESS =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Lana}\p{sc=Talu}\p{sc=Java}\p{sc=Bali}ー]/u;
/**
 * Latin, Greek and Cyrillic diacritics, enclosing marks, Hebrew points, Arabic vowel signs, hamza above and below,
 * tatweel, skin tones.
 */
const ACCENT =
  /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u{1f3fb}-\u{1f3ff}]/u;
const APOSTROPHES = "'’‘‛ʼʻʹ′`´՚׳ꞌ＇";
const STOPS = '。、！？，；：｡､';
/** Letters that no Unicode decomposition takes apart, as languages without them write them. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ...{ ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ł: 'l', ŧ: 't', æ: 'ae', œ: 'oe', þ: 'th', ŋ: 'n' },
  ...{ ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه' },
};

const kindOf = (char: string): Kind => {
  if (/\p{White_Space}/u.test(char)) return KIND.space; // \s has a zero-width character, too
  if (/[\p{DI}\p{Cc}\p{Cf}]/u.test(char)) return KIND.ignored;
  if (ACCENT.test(char)) return KIND.accent;
  if (/[\p{M}\u1160-\u11ff\ud7b0-\ud7fb]/u.test(char)) return KIND.mark;
  if (/\p{Nd}/u.test(char)) return KIND.digit;
  if (/[\u1100-\u115f\ua960-\ua97c]/u.test(char)) return KIND.syllable;
  if (BORDERLESS.test(char)) return KIND.solo;
  if (/[\p{L}\p{N}]/u.test(char)) return KIND.letter;
  if (/\p{RI}/u.test(char)) return KIND.flag;
  return /\p{ExtPict}/u.test(char) ? KIND.pictograph : KIND.sign;
};

/** The decimal digit of any script as one of 0 to 9; Unicode keeps each script's ten in a row. */
const digitOf = (char: string): string => {
  let value = 0;
  const code = char.codePointAt(0)!;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
};

const signOf = (char: string): Sign => {
  const kind = kindOf(char);
  if (kind === KIND.digit) {
    const digit = digitOf(char);
    return { kind, folded: digit, plain: digit };
  }
  if (/\p{Pd}|−/u.test(char)) return { kind, folded: '-', plain: '-' };
  if (char === '⁄' || char === '∕') return { kind, folded: '/', plain: '/' }; // of ½, and of a division
  if (kind === KIND.space) return { kind, folded: ' ', plain: ' ' };
  const lower = char.toUpperCase().toLowerCase();
  return { kind, folded: PLAIN_LETTERS[lower] ?? lower, plain: char };
};

const signsOf = (char: string): readonly Sign[] => {
  if (APOSTROPHES.includes(char)) return [{ kind: KIND.apostrophe, folded: "'", plain: "'" }];
  if (STOPS.includes(char)) return [{ kind: KIND.stop, folded: char, plain: char }];
  const negative = negativeLetter(char.codePointAt(0)!);
  if (negative) return [{ kind: KIND.letter, folded: negative, plain: negative }];
  return Array.from(char.normalize('NFKD'), signOf);
};

/** White letters in black circles and squares, which have no decomposition. */
const negativeLetter = (code: number): string | undefined => {
  const index =
    code >= 0x1f150 && code <= 0x1f169 ? code - 0x1f150 : code >= 0x1f170 && code <= 0x1f189 ? code - 0x1f170 : -1;
  return index < 0 ? undefined : String.fromCharCode(97 + index);
};

const known = new Map<string, readonly Sign[]>();
const ASCII = Array.from({ length: 128 }, (_, code) => signsOf(String.fromCharCode(code)));

const lookUp = (char: string): readonly Sign[] => {
  let signs = known.get(char);
  if (!signs) known.set(char, (signs = signsOf(char)));
  return signs;
};

/**
 * Reads a text character by character. Ignored characters are dropped; with `borders`, those of zero width become a
 * blank.
 */
export const readSigns = (text: string, { borders = false } = {}): Signs => {
  const read: Signs = { text, kinds: [], folded: [], plain: [], starts: [], ends: [] };
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const char = code < 128 ? '' : String.fromCodePoint(text.codePointAt(at)!);
    const end = at + (char.length || 1);
    const behind = char !== '' && read.kinds.at(-1) === KIND.digit ? behindDigit(char) : undefined;
    for (const sign of behind ?? (code < 128 ? ASCII[code]! : lookUp(char)))
      add(read, borders && char !== '' && ZERO_WIDTH.includes(char) ? BLANK : sign, at, end);
    at = end;
  }
  return read;
};

const BLANK: Sign = { kind: KIND.space, folded: ' ', plain: ' ' };

const add = (read: Signs, { kind, folded, plain }: Sign, start: number, end: number): void => {
  if (kind === KIND.ignored) return;
  read.kinds.push(kind);
  read.folded.push(folded);
  read.plain.push(plain);
  read.starts.push(start);
  read.ends.push(end);
};

/** Fractions that are one or two decimals; those of three would read as a group of thousands. */
const DECIMALS: Readonly<Record<string, string>> = {
  ...{ '½': '.5', '¼': '.25', '¾': '.75', '⅕': '.2', '⅖': '.4', '⅗': '.6', '⅘': '.8' },
};
/** A fraction behind a digit belongs to the number, or begins one of its own: 2½ is 2.5 and not 21/2. */
const behindDigit = (char: string): readonly Sign[] | undefined => {
  const decimals = DECIMALS[char];
  if (decimals !== undefined) return Array.from(decimals, signOf);
  return /[⅐-⅟↉]/u.test(char) ? [BLANK, ...lookUp(char)] : undefined;
};

/** Characters without width that some texts put between words, and some within. */
export const ZERO_WIDTH = '\u200b\u200c\u200d\u2060\ufeff';
