// Times of the day in their usual forms: 14:30, 2:30 pm, 14h30, 14.30 Uhr, half past two, halb drei, las dos y media,
// 下午两点半. A time is kept as hours and minutes of a day of twenty-four hours.
// Trap: "half past two" is night or afternoon, and a text does not always say which, so that both are kept; "2:30" in
// digits is the night's.
import { grouped } from '../grouped.ts';
import { HAN_NUMERAL, hanNumber } from './han-numbers.ts';
import type { Hit } from './hits.ts';
import type { Reading } from './streams.ts';
import type { Token } from './tokens.ts';

type Half = 'am' | 'pm' | 'night';

/** Behind a time, as the text stands: which half of the day is meant. */
const HALVES: readonly (readonly [half: Half, form: RegExp])[] = [
  [
    'am',
    /^[\s,]*(?:a\. ?m\.|am\b|a\.m\b|(?:in the|this) morning|morgens|vormittags|(?:am|heute) morgen|du matin|de la ma[nñ]\p{M}*ana|d[ae]l? ?mattin[oa]|da manh[aã]|'s ochtends|rano)/iu,
  ],
  [
    'pm',
    /^[\s,]*(?:p\. ?m\.|pm\b|p\.m\b|(?:in the|this) (?:afternoon|evening)|nachmittags|abends|(?:am )?(?:nachmittag|abend)|de l['’]apr[eè]\p{M}*s-midi|du soir|de la tarde|del pomeriggio|di sera|da tarde|'s (?:middags|avonds)|po południu|wieczorem)/iu,
  ],
  ['night', /^[\s,]*(?:at night|nachts|de la noche|da noite|di notte|'s nachts|w nocy)/iu],
];

interface Marked {
  readonly half: Half | undefined;
  /** Characters that say so. */
  readonly length: number;
}

const halfBehind = (rest: string): Marked => {
  for (const [half, form] of HALVES) {
    const length = form.exec(rest)?.[0].length;
    if (length !== undefined) return { half, length };
  }
  return { half: undefined, length: 0 };
};

interface Time {
  readonly hour: number;
  readonly minute: number;
  readonly second?: number;
  readonly half: Half | undefined;
  /** Said by the face of a clock, which has twelve hours. */
  readonly face: boolean;
}

const pad = (value: number): string => String(value).padStart(2, '0');
const keyOf = (hour: number, { minute, second = 0 }: Time): string =>
  `${pad(hour)}:${pad(minute)}${second === 0 ? '' : `:${pad(second)}`}`;

/** The hours of the day that are meant. */
const hoursOf = ({ hour, half, face }: Time): readonly number[] => {
  if (hour > 12 || hour === 0) return [hour % 24];
  if (half === 'night') return [hour === 12 ? 0 : hour >= 6 ? hour + 12 : hour];
  if (half !== undefined) return [(hour % 12) + (half === 'pm' ? 12 : 0)];
  return face ? [hour % 12, (hour % 12) + 12] : [hour];
};

/** A time to the second also says its minute. */
const hitOf = (time: Time, start: number, end: number): Hit | undefined => {
  if (time.hour > 24 || time.minute > 59 || (time.second ?? 0) > 59) return undefined;
  const keys = hoursOf(time).map((hour) => keyOf(hour, time));
  const toMinute = hoursOf(time).map((hour) => keyOf(hour, { ...time, second: 0 }));
  return { exact: keys, said: [...new Set([...keys, ...toMinute])], start, end };
};

const NUMERIC: readonly RegExp[] = [
  // 14:30, 2:30 pm, 14:30:15
  /(?<![\d:.,/-])(?<h>\d{1,2}):(?<m>[0-5]\d)(?::(?<s>[0-5]\d))?(?![\d:]|[.,/]\d)(?: ?(?:Uhr|uur|hrs?|h|hours)(?!\p{L}))?/giu,
  // 14h30, 14 h 30, 14 Uhr 30; "1 h 30 min" is how long something takes
  /(?<![\d:.,/-])(?<h>\d{1,2})(?: ?h ?| Uhr )(?<m>[0-5]\d)(?![\d:]| ?(?:min|m(?!\p{L})))/giu,
  // 14.30 Uhr, 2.30 pm
  /(?<![\d:.,/-])(?<h>\d{1,2})\.(?<m>[0-5]\d)(?: ?(?:Uhr|uur|hrs?)(?!\p{L})|(?= ?[ap]\.? ?m(?!\p{L})))/giu,
  // 8 pm, 14 Uhr
  /(?<![\d:.,/-])(?<h>\d{1,2})(?: ?(?:Uhr|uur)(?!\p{L})(?! ?\d)|(?= ?[ap]\.? ?m(?!\p{L})))/giu,
];

/** As a flat text has them. */
const decomposed = (words: string): string => words.normalize('NFKD');
const EASTERN = new RegExp(
  decomposed(
    `(?:(?<am>上午|早上|凌晨|午前|오전)|(?<pm>下午|晚上|午後|오후))? ?(?<!\\d|${HAN_NUMERAL})(?<eh>\\d{1,2}|${HAN_NUMERAL}{1,3}|两|兩) ?(?:点钟?|點鐘?|時(?!間)|时(?!间)|시(?!간)) ?(?:(?<em>\\d{1,2}|${HAN_NUMERAL}{1,3}) ?(?:分|분)|(?<half>半|반)|(?<quarter>一刻))?`,
  ),
  'gu',
);

const part = (text: string | undefined): number => (text === undefined ? 0 : Number(text));

/** Times in digits. */
const numeric = (reading: Reading): Hit[] => {
  const flat = reading.flat();
  return NUMERIC.flatMap((pattern) =>
    Array.from(flat.text.matchAll(pattern)).flatMap((match) => {
      const { h, m, s } = match.groups ?? {};
      const end = match.index + match[0].length;
      const { half, length } = halfBehind(flat.text.slice(end, end + 24));
      const time = { hour: part(h), minute: part(m), second: part(s), half, face: false };
      return hitOf(time, flat.start(match.index), flat.end(end + length)) ?? [];
    }),
  );
};

const numeral = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  return text === '两' || text === '兩' ? 2 : hanNumber(text);
};

/** With the Chinese, Japanese and Korean words; without minutes or half of the day it may be something else's point. */
const eastern = (reading: Reading): Hit[] => {
  const flat = reading.flat();
  if (!/[点點時时\u1109]/u.test(flat.text)) return [];
  return Array.from(flat.text.matchAll(EASTERN)).flatMap((match) => {
    const { am, pm, eh, em, half, quarter } = match.groups ?? {};
    const hour = numeral(eh);
    const isTime = [am, pm, em, half, quarter].some((one) => one !== undefined) || /[钟鐘]/u.test(match[0]);
    if (hour === undefined || !isTime) return [];
    const minute = half !== undefined ? 30 : quarter !== undefined ? 15 : (numeral(em) ?? 0);
    const time: Time = { hour, minute, half: am ? 'am' : pm ? 'pm' : undefined, face: false };
    return hitOf(time, flat.start(match.index), flat.end(match.index + match[0].length)) ?? [];
  });
};

const ONES = new Set('one ein eins une una uma een en ett'.split(' '));
const hourAt = (token: Token | undefined): number | undefined => {
  if (token === undefined) return undefined;
  if (ONES.has(token.text)) return 1;
  return token.kind === 'number' && /^\d{1,2}$/.test(token.text) && Number(token.text) <= 24
    ? Number(token.text)
    : undefined;
};

interface Phrase {
  readonly words: readonly string[];
  readonly minutes: number;
}

/** By their first word. */
const phrases = (told: readonly (readonly [words: string, minutes: number])[]): ReadonlyMap<string, Phrase[]> =>
  grouped(
    told.map(([words, minutes]): Phrase => ({ words: words.split(' '), minutes })),
    ({ words }) => words[0]!,
  );

/** Words before the hour, with the minutes that they add to it. */
const BEFORE = phrases([
  ['half past', 30],
  ['quarter past', 15],
  ['quarter after', 15],
  ['quarter to', -15],
  ['quarter of', -15],
  ['quarter before', -15],
  ['halb', -30],
  ['viertel nach', 15],
  ['viertel vor', -15],
  ['dreiviertel', -15],
  ['half', -30], // Dutch
  ['kwart over', 15],
  ['kwart voor', -15],
  ['halv', -30],
  ['kvart over', 15],
  ['kvart i', -15],
]);
/** Behind the hour. */
const BEHIND = phrases([
  ['o clock', 0],
  ['heures et demie', 30],
  ['heure et demie', 30],
  ['heures et quart', 15],
  ['heure et quart', 15],
  ['heures moins le quart', -15],
  ['heure moins le quart', -15],
  ['y media', 30],
  ['y cuarto', 15],
  ['menos cuarto', -15],
  ['e mezza', 30],
  ['e mezzo', 30],
  ['e un quarto', 15],
  ['meno un quarto', -15],
  ['e meia', 30],
]);
/** Words by themselves. */
const WHOLE = new Map<string, number>([
  ...['noon', 'midday', 'midi', 'mediodia', 'mezzogiorno', 'meio dia'].map((word) => [word, 12] as const),
  ...['midnight', 'mitternacht', 'minuit', 'medianoche', 'mezzanotte', 'meia noite', 'middernacht', 'midnatt'].map(
    (word) => [word, 0] as const,
  ),
]);
/** What must stand before an hour that is told like a share: "dos y media" alone is two and a half. */
const ARTICLES = new Set('las la le alle all as a'.split(' '));
const NEEDS_ARTICLE = new Set('y e menos meno'.split(' '));

const HALF_DUTCH = /^(?:om|rond|tegen|voor|na|tot|het is|is|was)$/;

interface Told {
  readonly hour: number;
  readonly minutes: number;
  readonly first: number;
  readonly last: number;
}

const saidAt = (tokens: readonly Token[], at: number, words: readonly string[]): number =>
  words.every((word, i) => tokens[at + i]?.text === word) ? words.length : 0;

/** A time told in words whose first word stands at `at`. */
const toldAt = (tokens: readonly Token[], at: number): Told | undefined => {
  const half = ARTICLES.has(tokens[at - 1]?.text ?? '') ? /^(\d|1[0-2])\.5$/.exec(tokens[at]!.text) : null;
  if (half) return { hour: Number(half[1]), minutes: 30, first: at - 1, last: at }; // las dos y media, read as 2.5
  for (const { words, minutes } of BEFORE.get(tokens[at]!.text) ?? []) {
    const taken = saidAt(tokens, at, words);
    const hour = taken > 0 ? hourAt(tokens[at + taken]) : undefined;
    const isTold =
      taken > 1 || words[0] !== 'half' || (at > 0 ? HALF_DUTCH.test(tokens[at - 1]!.text) : tokens.length === 2);
    const first = tokens[at - 1]?.text === 'a' ? at - 1 : at;
    if (hour !== undefined && hour <= 12 && isTold) return { hour, minutes, first, last: at + taken };
  }
  const hour = hourAt(tokens[at]);
  if (hour === undefined) return undefined;
  for (const { words, minutes } of BEHIND.get(tokens[at + 1]?.text ?? '') ?? []) {
    const taken = saidAt(tokens, at + 1, words);
    const article = ARTICLES.has(tokens[at - 1]?.text ?? '');
    if (taken > 0 && (article || !NEEDS_ARTICLE.has(words[0]!)))
      return { hour, minutes, first: article ? at - 1 : at, last: at + taken };
  }
  return countedAt(tokens, at);
};

/** "ten minutes to five", "at ten to five": a range of numbers reads the same without the word before it. */
const countedAt = (tokens: readonly Token[], at: number): Told | undefined => {
  const count = Number(tokens[at]!.text);
  const unit = /^(?:minutes?|minuten)$/.test(tokens[at + 1]?.text ?? '') ? 1 : 0;
  const side = SIDES.get(tokens[at + 1 + unit]?.text ?? '');
  const hour = hourAt(tokens[at + 2 + unit]);
  const isTold = unit === 1 || (count % 5 === 0 && (tokens.length === 3 || AT.has(tokens[at - 1]?.text ?? '')));
  if (side === undefined || hour === undefined || hour > 12 || !isTold || !(count >= 1 && count <= 29))
    return undefined;
  return { hour, minutes: side * count, first: at, last: at + 2 + unit };
};
const SIDES = new Map([
  ['past', 1],
  ['after', 1],
  ['to', -1],
  ['before', -1],
  ['nach', 1],
  ['vor', -1],
]);
const AT = new Set('at by around about until till since before is was s um gegen bis seit'.split(' '));

const timeOf = ({ hour, minutes }: Told, half: Half | undefined): Time => {
  const whole = minutes < 0 ? hour - 1 : hour;
  const before = hour <= 12 && whole === 0 ? 12 : whole;
  return { hour: before, minute: (minutes + 60) % 60, half, face: before <= 12 };
};

/** Times in words, from the readings in which numbers in words are numbers. */
const told = ({ streams, signs }: Reading): Hit[] =>
  streams.flatMap((tokens) =>
    tokens.flatMap((token, at) => {
      const whole = WHOLE.get(token.text) ?? WHOLE.get(`${token.text} ${tokens[at + 1]?.text}`);
      if (whole !== undefined) {
        const last = WHOLE.has(token.text) ? token : tokens[at + 1]!;
        return hitOf({ hour: whole, minute: 0, half: undefined, face: false }, token.start, last.end) ?? [];
      }
      const time = toldAt(tokens, at) ?? spelledAt(tokens, at, signs.text);
      if (time === undefined) return [];
      const end = tokens[time.last]!.end;
      const { half, length } = halfBehind(signs.text.slice(end, end + 24));
      return hitOf(timeOf(time, half), tokens[time.first]!.start, end + length) ?? [];
    }),
  );

/** "two thirty pm", "twelve thirty pm": without the half of the day it is a pair of numbers. */
const spelledAt = (tokens: readonly Token[], at: number, text: string): Told | undefined => {
  const [token, next] = [tokens[at]!, tokens[at + 1]];
  const isBefore = (end: number) => /^(?:am|pm)$/.test(halfBehind(text.slice(end, end + 24)).half ?? '');
  const joined = token.kind === 'number' ? /^(\d{1,2})([1-5]\d)$/.exec(token.text) : null;
  if (joined && Number(joined[1]) <= 12 && /\p{L}/u.test(text.slice(token.start, token.end)) && isBefore(token.end))
    return { hour: Number(joined[1]), minutes: Number(joined[2]), first: at, last: at };
  const hour = hourAt(token);
  if (hour === undefined || hour === 0 || hour > 12) return undefined;
  const isWord = ({ start, end }: Token) => /\p{L}/u.test(text.slice(start, end));
  if (isWord(token) && isBefore(token.end)) return { hour, minutes: 0, first: at, last: at };
  const minute = next?.kind === 'number' && /^\d{1,2}$/.test(next.text) ? Number(next.text) : undefined;
  return next && minute !== undefined && minute < 60 && isWord(next) && isBefore(next.end)
    ? { hour, minutes: minute, first: at, last: at + 1 }
    : undefined;
};

export const timesIn = (reading: Reading): Hit[] => [...numeric(reading), ...eastern(reading), ...told(reading)];
