// Values of a character or two: blood groups, and single letters (a sex, a grade, a class). Trap: "A" and "I" are
// words, "A positive" begins many sentences, and "AB-" without its sign is another group. A value that its neighbours
// do not make certain is not reported.
import type { Hit } from './hits.ts';
import type { Reading } from './streams.ts';
import { KIND } from './signs.ts';

const GROUP =
  /(?<![\p{L}\p{N}+-])(AB|A|B|O|0)(?:(?: ?Rh(?:esus)?)?(?: ?\(?D\)?)?([+-])(?![\p{L}\p{N}+-])|( ?[,(]? ?(?:Rh|rhesus|Rhesus)[ -]?(?:\(?D\)?[ -]?)?|[ -])(pos(?:itive?|itivo|itiva|itif|itiv)?|neg(?:ative?|ativo|ativa|atif|ativ)?)\b\.?)/gu;

/** "A positive surprise" names no blood group. */
const isWord = (group: string, rhesus: string | undefined, after: string): boolean =>
  (group === 'A' || group === 'O') &&
  !/rh/i.test(rhesus ?? '') &&
  /^ \p{L}/u.test(after) &&
  !/^ (?:blood|Blut|sang|sangre)/u.test(after);

export const bloodGroupsIn = (reading: Reading): Hit[] => {
  const flat = reading.flat();
  return Array.from(flat.text.matchAll(GROUP)).flatMap((match) => {
    const [whole, letters = '', sign, rhesus, word = ''] = match;
    const end = match.index + whole.length;
    if (sign === undefined && isWord(letters, rhesus, flat.text.slice(end, end + 12))) return [];
    const form = `${letters.replace('0', 'O')}${sign ?? (word.startsWith('p') ? '+' : '-')}`;
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
