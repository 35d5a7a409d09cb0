// Values of a character or two: blood groups, and single letters (a sex, a grade, a class). Trap: "A" and "I" are
// words, "A positive" begins many sentences, and "AB-" without its sign is another group. A value that its neighbours
// do not make certain is not reported.
import type { Hit } from './hits.ts';
import type { Reading } from './streams.ts';
import { KIND } from './signs.ts';

/** Behind the letters: the sign itself, or its word. */
const SIGN = String.raw`(?: ?Rh(?:esus)?)?(?: ?\(?D\)?)?([+-])(?![\p{L}\p{N}+-])`;
const WORD = String.raw`( ?[,(]? ?(?:Rh|rhesus|Rhesus)[ -]?(?:\(?D\)?[ -]?)?|[ -])(pos(?:itive?|itivo|itiva|itif|itiv)?|neg(?:ative?|ativo|ativa|atif|ativ)?|plus|minus)\b\.?`;
/** As a flat text has them, decomposed. */
const anyOf = (words: string): string => words.normalize('NFKD').split(' ').join('|');
const PLUS = anyOf('阳性 陽性 プラス 양성 플러스');
const MINUS = anyOf('阴性 陰性 マイナス 음성 마이너스');
/** AB型Rh阴性, A 型 Rh プラス, B형 Rh 양성 */
const EAST = String.raw` ?(?:${anyOf('型 형')})?[ ,，(]*(?:Rh)? ?(?:\(?D\)?)? ?(${PLUS}|${MINUS})`;
/** Scripts that set no blank before the letters. */
const JOINING = String.raw`(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}])`;
const GROUP = new RegExp(`(?<!${JOINING}[\\p{L}\\p{N}+-])(AB|A|B|O|0)(?:${SIGN}|${WORD}|${EAST})`, 'gu');
const POSITIVE = new RegExp(`^(?:p|${PLUS})`, 'u');

/** "A positive surprise" names no blood group. */
const isWord = (group: string, rhesus: string | undefined, after: string): boolean =>
  (group === 'A' || group === 'O') &&
  !/rh/i.test(rhesus ?? '') &&
  /^ \p{L}/u.test(after) &&
  !/^ (?:blood|Blut|sang|sangre)/u.test(after);

export const bloodGroupsIn = (reading: Reading): Hit[] => {
  const flat = reading.flat();
  return Array.from(flat.text.matchAll(GROUP)).flatMap((match) => {
    const [whole, letters = '', sign, rhesus, said, eastern = ''] = match;
    const end = match.index + whole.length;
    if (said !== undefined && isWord(letters, rhesus, flat.text.slice(end, end + 12))) return [];
    const form = `${letters.replace('0', 'O')}${sign ?? (POSITIVE.test(said ?? eastern) ? '+' : '-')}`;
    return [{ exact: [form], said: [form], start: flat.start(match.index), end: flat.end(end) }];
  });
};

/**
 * Letters that stand alone, in any case: neither within a word, nor beside an apostrophe or a sign, nor within initials
 * (J.R.).
 */
export const charactersIn = ({ signs, words }: Reading): Hit[] =>
  words.flatMap((token) => {
    if (token.kind !== 'word' || Array.from(token.text).length !== 1) return [];
    const { kinds, folded } = signs;
    const isInitial = folded[token.to] === '.' && kinds[token.to + 1] === KIND.letter;
    const isTied = "'&+#-.".includes(folded[token.from - 1] ?? ' ') || "'&+#-".includes(folded[token.to] ?? ' ');
    if (isInitial || isTied) return [];
    const form = token.text;
    return [{ exact: [form], said: [form], start: token.start, end: token.end }];
  });

/** One-letter words of the supported languages: as a value they would be found in every other sentence. */
export const isOneLetterWord = (letter: string): boolean => /^[aioyeuàèéóôwzкувсоияа]$/iu.test(letter.normalize('NFC'));
