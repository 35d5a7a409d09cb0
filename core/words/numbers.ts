// Numbers in their usual forms: grouped by comma, point, apostrophe or blank, with a decimal comma or point, and in
// words. Trap: three digits after a single separator are read as a group ("1,250" and "1.250" are both 1250), because
// in most texts they are.

import { AND_A_HALF, fractionBehind, halfBefore, HALF_WORDS, shareOf, type Spoken } from './shares.ts';

/**
 * The plain decimal form of digits with separators; undefined where they are no number (a date, an address of the net,
 * a version).
 */
export const numberOf = (written: string): string | undefined => {
  const { whole, decimals = '' } = (GROUPED.exec(written) ?? LAKHS.exec(written) ?? SINGLE.exec(written))?.groups ?? {};
  if (whole === undefined) return undefined;
  const digits = whole.replace(/\D/g, '');
  const fraction = decimals.replace(/0+$/, '');
  return fraction === '' ? digits : `${digits}.${fraction}`;
};

/** 1,250 · 1.250,50 · 1'250.50 · 1 250,5 */
const GROUPED = /^(?<whole>[1-9]\d{0,2}([,.' ])\d{3}(?:\2\d{3})*)(?:(?!\2)[.,](?<decimals>\d+))?$/;
/** 12,50,000 as India groups it. */
const LAKHS = /^(?<whole>[1-9]\d?(?:,\d{2})+,\d{3})(?:\.(?<decimals>\d+))?$/;
const SINGLE = /^(?<whole>\d+)[.,](?<decimals>\d+)$/;

const list = (words: string): string[] => words.split(' ');

interface Names {
  /** 0 to 19. Words that mean something else in this or another language are left out: `_`. */
  readonly small: readonly string[];
  /** 20, 30 … 90. */
  readonly tens: readonly string[];
}

/** Folded. `_`: one is an article; due, once, sei, elf, neuf, sept, four and their like are common words elsewhere. */
// In folded form. Left out are "one" words that are also articles, and words that are common in another language: due,
// once, sei, elf, neuf, sept, four and their like.
const NAMES: readonly Names[] = [
  {
    small: list(
      'zero _ two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
    ),
    tens: list('twenty thirty forty fifty sixty seventy eighty ninety'),
  },
  {
    small: list(
      'null _ zwei drei vier funf sechs sieben acht neun zehn _ zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn',
    ),
    tens: list('zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig'),
  },
  {
    small: list('zero _ deux trois quatre cinq six _ huit _ dix onze douze treize quatorze quinze seize _ _ _'),
    tens: list('vingt trente quarante cinquante soixante _ _ _'),
  },
  {
    small: list(
      'cero _ dos _ cuatro cinco seis siete ocho nueve diez _ doce trece catorce quince dieciseis diecisiete dieciocho diecinueve',
    ),
    tens: list('veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa'),
  },
  {
    small: list(
      'zero _ _ tre quattro cinque _ sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove',
    ),
    tens: list('venti trenta quaranta cinquanta sessanta settanta ottanta novanta'),
  },
  {
    small: list(
      'zero _ dois _ quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove',
    ),
    tens: list('vinte trinta quarenta cinquenta sessenta setenta oitenta noventa'),
  },
  {
    small: list(
      'nul _ twee drie vier vijf zes zeven acht negen tien _ twaalf dertien veertien vijftien zestien zeventien achttien negentien',
    ),
    tens: list('twintig dertig veertig vijftig zestig zeventig tachtig negentig'),
  },
  {
    small: list(
      'zero _ dwa trzy cztery piec szesc siedem osiem dziewiec dziesiec jedenascie dwanascie trzynascie czternascie pietnascie szesnascie siedemnascie osiemnascie dziewietnascie',
    ),
    tens: list(
      'dwadziescia trzydziesci czterdziesci piecdziesiat szescdziesiat siedemdziesiat osiemdziesiat dziewiecdziesiat',
    ),
  },
];
/** "One" as it follows a ten, where it cannot be an article. */
const ONES = list('one ein un uno um een jeden');
/** Before a scale an article counts, too. */
const ONE_OF = new Set([...ONES, ...list('a eine einer einem una une uma ett')]);
/** Units inside a compound word, where no other word can be meant. */
const UNITS: readonly (readonly string[])[] = [
  [],
  ONES,
  list('two zwei deux dos due dois twee dwa'),
  list('three drei trois tres tre drie trzy'),
  list('four vier quatre cuatro quattro quatro cztery'),
  list('five funf cinq cinco cinque vijf piec'),
  list('six sechs seis sei zes szesc'),
  list('seven sieben sept siete sette sete zeven siedem'),
  list('eight acht huit ocho otto oito osiem'),
  list('nine neun neuf nueve nove negen dziewiec'),
];

const SMALL = new Map<string, number>();
const TENS = new Map<string, number>();
for (const { small, tens } of NAMES) {
  small.forEach((word, value) => word !== '_' && SMALL.set(word, value));
  tens.forEach((word, i) => word !== '_' && TENS.set(word, 20 + 10 * i));
}
const UNIT = new Map(UNITS.flatMap((words, value) => words.map((word) => [word, value] as const)));
/** Written as one word: zweiundvierzig, tweeenveertig, quarantadue, veintidos. Made when a word is first looked up. */
let compounds: ReadonlyMap<string, number> | undefined;
const compoundOf = (word: string): number | undefined => (compounds ??= allCompounds()).get(word);

const allCompounds = (): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  for (const [ten, tens] of TENS)
    for (const [unit, units] of UNIT) for (const word of compoundsOf(ten, unit)) found.set(word, tens + units);
  return found;
};

const compoundsOf = (ten: string, unit: string): string[] => [
  ...[`${unit}und${ten}`, `${unit}en${ten}`, `${ten}${unit}`, `${ten.replace(/[aei]$/, 'i')}${unit}`],
  ...(/^[ou]/.test(unit) ? [`${ten.slice(0, -1)}${unit}`] : []),
];

const BETWEEN = new Set(['y', 'e', 'et', 'and']);
const SCALES = new Map<string, number>();
for (const [scale, words] of [
  [100, 'hundred'],
  [
    12,
    'dozen dozens dutzend douzaine douzaines docena docenas dozzina dozzine duzia duzias dozijn dussin tuzin tuziny',
  ],
  [12, 'tucat дюжина дюжины дюжин'],
  [1e3, 'thousand thousands tausend mille mil duizend tysiecy k tsd тыс тысяч тысячи'],
  [1e4, '万 萬 만 ^만'],
  [1e5, 'lakh lakhs lac lacs'],
  [1e6, 'million millions millionen million mio mln millones milioni milhoes miljoen milionow млн миллион'],
  [1e6, 'миллиона миллионов millon milione milhao miljon miljoner milion miliona miliony'],
  [1e7, 'crore crores'],
  [1e8, '億 亿 억 ^억'],
  [1e9, 'billion billions bn milliarde milliarden mrd mld milliards miliardi miljard млрд миллиардов'],
] as const)
  for (const word of list(words.normalize('NFKD'))) SCALES.set(word, scale); // Hangul is decomposed in tokens

const simple = (word: string | undefined): number | undefined =>
  word === undefined ? undefined : (SMALL.get(word) ?? TENS.get(word) ?? compoundOf(word));

/** soixante-dix to quatre-vingt-dix-neuf, and dix-sept to dix-neuf: French counts on from sixty, and by twenties. */
const french = (words: readonly string[], at: number): Spoken | undefined => {
  const [first = '', second = '', third = ''] = words.slice(at, at + 3);
  if (first === 'dix') return ['sept', 'huit', 'neuf'].includes(second) ? [10 + UNIT.get(second)!, 2] : undefined;
  const eighty = first === 'quatre' && /^vingts?$/.test(second);
  if (!eighty && first !== 'soixante') return undefined;
  const link = third === 'et' || (!eighty && second === 'et') ? 1 : 0;
  const [base, next] = [eighty ? 80 : 60, at + (eighty ? 2 : 1) + link];
  const rest = french(words, next) ?? onlyBelow20(words[next]);
  if (rest && rest[0] < 20) return [base + rest[0], next + rest[1] - at];
  return eighty ? [80, 2] : undefined;
};

const onlyBelow20 = (word: string | undefined): Spoken | undefined => {
  const value = UNIT.get(word ?? '') ?? SMALL.get(word ?? '');
  return value === undefined ? undefined : [value, 1];
};

/** A number below 100 that begins at a word, and how many words it takes. */
const below100 = (words: readonly string[], at: number): Spoken | undefined => {
  const counted = french(words, at);
  if (counted) return counted;
  const tens = TENS.get(words[at] ?? '');
  if (tens !== undefined) {
    const next = UNIT.get(words[at + 1] ?? '');
    if (next !== undefined) return [tens + next, 2];
    const after = BETWEEN.has(words[at + 1] ?? '') ? UNIT.get(words[at + 2] ?? '') : undefined;
    if (after !== undefined) return [tens + after, 3];
  }
  const value = simple(words[at]);
  return value === undefined ? undefined : [value, 1];
};

const isPlain = (word: string | undefined): boolean => word !== undefined && /^\d+(?:\.\d+)?$/.test(word);

/** nineteen eighty-four */
const spokenYear = (words: readonly string[], at: number): Spoken | undefined => {
  const century = below100(words, at);
  const rest = century && century[0] >= 11 && century[0] <= 20 ? below100(words, at + century[1]) : undefined;
  return century && rest && rest[0] >= 10 ? [100 * century[0] + rest[0], century[1] + rest[1]] : undefined;
};

/** Every word that a number can begin with: asked of each word of each text. */
const FIRST_WORDS = new Set([...TENS.keys(), ...SMALL.keys(), ...ONE_OF, ...HALF_WORDS, ...AND_A_HALF.keys()]);
const begins = (word: string): boolean =>
  (word >= '0' && word < ':') || FIRST_WORDS.has(word) || compoundOf(word) !== undefined;

/** Half a million, a half million, anderthalb Millionen. */
const halfOf = (words: readonly string[], at: number): Spoken | undefined => {
  const article = ONE_OF.has(words[at] ?? '') ? 1 : 0;
  const half = halfBefore(words, at + article, (word) => SCALES.has(word) && word !== 'k');
  return half && [half[0], half[1] + article];
};

/** "Two and a half". */
const withHalf = (words: readonly string[], at: number, [value, taken]: Spoken): Spoken => {
  const behind = Number.isInteger(value) ? fractionBehind(words, at + taken) : undefined;
  return behind ? [value + behind[0], taken + behind[1]] : [value, taken];
};

/** "One and a half": one alone is an article. */
const oneAndHalf = (words: readonly string[], at: number): Spoken | undefined =>
  ONE_OF.has(words[at] ?? '') && words[at] !== 'a' && fractionBehind(words, at + 1) ? [1, 1] : undefined;

/** A number that begins at a word, before what multiplies it. */
const firstOf = (words: readonly string[], at: number): Spoken | undefined => {
  if (isPlain(words[at])) return withHalf(words, at, [Number(words[at]), 1]);
  const half = halfOf(words, at);
  if (half) return half;
  const whole = below100(words, at) ?? oneBeforeScale(words, at) ?? oneAndHalf(words, at);
  return spokenYear(words, at) ?? (whole && withHalf(words, at, whole));
};

/**
 * A number that begins at a word and is said, at least in part, in words: its decimal form and how many words it takes.
 */
export const spokenNumber = (words: readonly string[], at: number): [number: string, taken: number] | undefined => {
  if (!begins(words[at] ?? '')) return undefined;
  const share = shareOf(words, at, (word) => (ONE_OF.has(word) && word !== 'a' ? 1 : simple(word)));
  if (share) return share;
  const first = firstOf(words, at);
  if (!first) return undefined;
  let [total, current, to] = [0, first[0], at + first[1]];
  let spoken = !isPlain(words[at]) || first[1] > 1;
  for (let scale = SCALES.get(words[to] ?? ''); scale !== undefined; scale = SCALES.get(words[to] ?? '')) {
    [to, spoken] = [to + 1, true];
    if (scale === 100) current *= 100;
    else [total, current] = [total + current * scale, 0];
    const link = BETWEEN.has(words[to] ?? '') ? 1 : 0;
    const rest = scale === 12 ? undefined : below100(words, to + link);
    if (rest) [current, to] = [current + rest[0], to + link + rest[1]];
  }
  return spoken ? [plain(total + current), to - at] : undefined;
};

const oneBeforeScale = (words: readonly string[], at: number): Spoken | undefined =>
  ONE_OF.has(words[at] ?? '') && SCALES.has(words[at + 1] ?? '') ? [1, 1] : undefined;

/** Without exponent, and rounded so that binary fractions show no stray digits. */
const plain = (value: number): string => String(Number(value.toFixed(6)));
