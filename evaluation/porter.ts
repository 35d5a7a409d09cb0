// Porter's stemmer (Porter 1980) with the extensions of NLTK's default mode, which google's rouge_score uses: words of
// two letters are left alone, y stays after a vowel, a few irregular words are listed. Trap: the first suffix that
// matches decides, whether or not its condition holds.

const IRREGULAR = new Map([
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['innings', 'inning'],
  ['outings', 'outing'],
  ['cannings', 'canning'],
  ...['sky', 'news', 'inning', 'outing', 'canning', 'howe', 'proceed', 'exceed', 'succeed'].map(
    (word) => [word, word] as const,
  ),
]);

/** Stem of a lower-case word. */
export const porterStem = (word: string): string => {
  const listed = IRREGULAR.get(word);
  if (listed !== undefined || word.length <= 2) return listed ?? word;
  return [plurals, pasts, finalY, doubleSuffixes, suffixes, endings, finalE, finalL].reduce((w, step) => step(w), word);
};

const isConsonant = (word: string, i: number): boolean => {
  const letter = word[i]!;
  if ('aeiou'.includes(letter)) return false;
  return letter !== 'y' || i === 0 || !isConsonant(word, i - 1);
};

const pattern = (word: string): string => Array.from(word, (_, i) => (isConsonant(word, i) ? 'c' : 'v')).join('');
/** Number of vowel–consonant sequences. */
const measure = (word: string): number => pattern(word).match(/v+c/g)?.length ?? 0;
const hasVowel = (word: string): boolean => pattern(word).includes('v');
const endsDouble = (word: string): boolean =>
  word.length >= 2 && word.at(-1) === word.at(-2) && isConsonant(word, word.length - 1);
/** Consonant–vowel–consonant at the end, the last not w, x or y; or a word of vowel–consonant. */
const endsShort = (word: string): boolean =>
  (pattern(word).endsWith('cvc') && !'wxy'.includes(word.at(-1)!)) || pattern(word) === 'vc';

type Rule = readonly [suffix: string, replacement: string, condition?: (stem: string) => boolean];

/** Applies the first rule whose suffix matches, if its condition holds. */
const apply = (word: string, rules: readonly Rule[]): string => {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (!rule) return word;
  const [suffix, replacement, condition] = rule;
  const stem = word.slice(0, word.length - suffix.length);
  return !condition || condition(stem) ? stem + replacement : word;
};

const plurals = (word: string): string => {
  if (word.length === 4 && word.endsWith('ies')) return `${word[0]!}ie`;
  return apply(word, [
    ['sses', 'ss'],
    ['ies', 'i'],
    ['ss', 'ss'],
    ['s', ''],
  ]);
};

const pasts = (word: string): string => {
  if (word.endsWith('ied')) return word.slice(0, -3) + (word.length === 4 ? 'ie' : 'i');
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find((s) => word.endsWith(s) && hasVowel(word.slice(0, -s.length)));
  return suffix === undefined ? word : restore(word.slice(0, -suffix.length));
};

/** What -ed and -ing took away: an e, or one of two letters. */
const restore = (stem: string): string => {
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem)) return 'lsz'.includes(stem.at(-1)!) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
};

const finalY = (word: string): string =>
  apply(word, [['y', 'i', (stem) => stem.length > 1 && isConsonant(stem, stem.length - 1)]]);

const some = (stem: string): boolean => measure(stem) > 0;
const many = (stem: string): boolean => measure(stem) > 1;

const rulesOf = (text: string, condition: (stem: string) => boolean): Rule[] =>
  text.split(' ').map((pair) => [pair.split('>')[0]!, pair.split('>')[1]!, condition]);

const DOUBLE: readonly Rule[] = [
  ...rulesOf(
    'ational>ate tional>tion enci>ence anci>ance izer>ize bli>ble alli>al entli>ent eli>e ousli>ous ization>ize',
    some,
  ),
  ...rulesOf(
    'ation>ate ator>ate alism>al iveness>ive fulness>ful ousness>ous aliti>al iviti>ive biliti>ble fulli>ful',
    some,
  ),
  ['logi', 'log', (stem) => some(`${stem}l`)],
];

const doubleSuffixes = (word: string): string =>
  word.endsWith('alli') && some(word.slice(0, -4)) ? doubleSuffixes(word.slice(0, -2)) : apply(word, DOUBLE);

const SINGLE = rulesOf('icate>ic ative> alize>al iciti>ic ical>ic ful> ness>', some);
const suffixes = (word: string): string => apply(word, SINGLE);

const ENDINGS: readonly Rule[] = [
  ...rulesOf('al> ance> ence> er> ic> able> ible> ant> ement> ment> ent>', many),
  ['ion', '', (stem) => many(stem) && /[st]$/.test(stem)],
  ...rulesOf('ou> ism> ate> iti> ous> ive> ize>', many),
];
const endings = (word: string): string => apply(word, ENDINGS);

const finalE = (word: string): string =>
  apply(word, [['e', '', (stem) => many(stem) || (measure(stem) === 1 && !endsShort(stem))]]);

const finalL = (word: string): string => (word.endsWith('ll') && many(word.slice(0, -1)) ? word.slice(0, -1) : word);
