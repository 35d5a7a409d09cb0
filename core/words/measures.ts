// Numbers with a unit: 5 km = 5000 m = five kilometres, 1.80 m = 180 cm = 1 m 80, 90 minutes = 1 h 30 min, 6'2". Source
// of the factors: BIPM SI brochure (9th edition, table 8), and for feet and pounds the agreement of 1959.
// Trap: units of different dimensions never match, and a part never says the whole: "1 h 30 min" is no 30 minutes. An m
// behind a sum of money is a million, and "in" is mostly no inch.
import type { Hit } from './hits.ts';
import type { Reading } from './streams.ts';
import type { Token } from './tokens.ts';

interface Unit {
  readonly dimension: string;
  /** In the dimension's base: metres, grams, litres, seconds, square metres, metres an hour … */
  readonly factor: number;
}

/** Names as they are folded, in the singular where that is told by its end; by dimension and factor. */
const NAMES: Readonly<Record<string, readonly (readonly [factor: number, names: string])[]>> = {
  length: [
    ...([
      [1e3, 'km kms км 公里 千米 キロメートル'],
      [1, 'm м 米 公尺 メートル'],
      [0.01, 'cm см 厘米 公分 センチ センチメートル'],
      [0.001, 'mm мм 毫米'],
    ] as const),
    ...([
      [1609.344, 'mi mile meile milla miglia milha'],
      [0.9144, 'yd yard'],
      [0.3048, 'ft foot feet'],
      [0.0254, 'in inch zoll'],
    ] as const),
  ],
  mass: [
    [1e6, 't ton tons tonne tonnellate tonelada тонн 吨'],
    [1e3, 'kg kgs kilo chilo chili quilo кг 公斤 千克 キログラム'],
    [1, 'g gr г 克 グラム'],
    [0.001, 'mg мг 毫克'],
    [453.59237, 'lb lbs pound'],
    [28.349523125, 'oz ounce'],
  ],
  volume: [
    [1, 'l л 升 リットル'],
    [0.1, 'dl'],
    [0.01, 'cl'],
    [0.001, 'ml мл 毫升'],
  ],
  duration: [
    [604800, 'week woche semaine semana settimana weken недель'],
    [86400, 'day days tag tage tagen jour dia dias giorno giorni dagen dni дней'],
    [3600, 'h hr hrs hour stunde std heure hora ora ore uren godzin часа часов 小时 時間'],
    [60, 'min mins minut minute minuto minuti минут 分钟'],
    [1, 's sec secs second sekunde segundo secondi секунд 秒'],
  ],
  months: [
    [12, 'year yr yrs jahr jahre annee ano anos anni jaar лет года 年間'],
    [1, 'month monat monate mois mes meses mesi maand месяца 个月'],
  ],
  area: [
    [1e6, 'km2'],
    [1e4, 'ha hectare hektar hectarea ettari'],
    [1, 'm2 qm sqm 平方米 平米'],
    [4046.8564224, 'acre'],
    [0.09290304, 'sqft ft2'],
  ],
  speed: [
    [1000, 'km/h kmh kph'],
    [1609.344, 'mph'],
    [3600, 'm/s'],
  ],
  celsius: [[1, '°c celsius']],
  fahrenheit: [[1, '°f fahrenheit']],
};

/** What stands before metre, gram and litre, by its factor. */
const PREFIXES: readonly (readonly [factor: number, names: string])[] = [
  [1e3, 'kilo quilo chilo кило'],
  [1, ''],
  [0.1, 'deci dezi'],
  [0.01, 'centi zenti санти'],
  [0.001, 'milli mili милли'],
];
const BASES = {
  length: 'meter metre metro metri metr метр',
  mass: 'gram gramm gramme gramo grammi grama грамм',
  volume: 'liter litre litro litri литр',
};

const UNITS = new Map<string, Unit>();
for (const [dimension, sizes] of Object.entries(NAMES))
  for (const [factor, names] of sizes)
    for (const name of names.normalize('NFKD').split(' ')) UNITS.set(name, { dimension, factor });
for (const [dimension, bases] of Object.entries(BASES))
  for (const [factor, prefixes] of PREFIXES)
    for (const prefix of prefixes.split(' '))
      for (const base of bases.split(' ')) UNITS.set(prefix + base, { dimension, factor });

/** How longer names end in the plural: abbreviations have none, so that ms is no m. */
const PLURALS = [/s$/, /(?:es|e?n|a|y|ow|ов|а)$/u];
const FEWEST = 4;
const unitOf = (name: string): Unit | undefined =>
  [name, ...PLURALS.map((end) => name.replace(end, '')).filter(({ length }) => length >= FEWEST)]
    .map((one) => UNITS.get(one))
    .find((unit) => unit !== undefined);

interface Measure extends Unit {
  readonly amount: number;
  readonly first: Token;
  readonly last: Token;
  /** The next token's place. */
  readonly next: number;
}

/** Between a number and its unit. */
const TIED = /^[\s\-–*_"“”]{0,4}$/u;
const isTied = (text: string, before: Token, after: Token): boolean => TIED.test(text.slice(before.end, after.start));

const DEGREES = /^(?:°|degrees?|grad|degres?|grados|gradi|graus)$/;
/** The unit that begins at a token, and the token it ends with. */
const unitAt = (
  text: string,
  tokens: readonly Token[],
  at: number,
): { readonly unit: Unit; readonly to: number } | undefined => {
  const [token, next] = [tokens[at], tokens[at + 1]];
  if (token === undefined) return undefined;
  const between = next && text.slice(token.end, next.start);
  const rate = next && between === '/' ? UNITS.get(`${token.text}/${next.text}`) : undefined;
  if (rate) return { unit: rate, to: at + 1 };
  if (DEGREES.test(token.text)) {
    const scale =
      UNITS.get(`°${next?.text}`) ?? UNITS.get(/^(?:celsius|fahrenheit)$/.exec(next?.text ?? '')?.[0] ?? '');
    return scale && { unit: scale, to: at + 1 };
  }
  if (token.text === 'square' && next) return squared(next.text, at + 1);
  if (token.kind === 'solo') return soloUnit(tokens, at);
  const unit = unitOf(token.text);
  return unit && !isPreposition(text, token) ? { unit, to: at } : undefined;
};

const squared = (name: string, to: number): { readonly unit: Unit; readonly to: number } | undefined => {
  const unit = unitOf(name);
  return unit?.dimension === 'length' ? { unit: { dimension: 'area', factor: unit.factor ** 2 }, to } : undefined;
};

/** "5 in total" has no inches. */
const isPreposition = (text: string, { text: word, end }: Token): boolean =>
  word === 'in' && !/^(?:\.?$|[.,;)"]| (?:tall|long|wide|high|deep|thick)\b)/u.test(text.slice(end));

/** In scripts without borders a unit is a run of letters. */
const soloUnit = (tokens: readonly Token[], at: number): { readonly unit: Unit; readonly to: number } | undefined => {
  for (let to = Math.min(tokens.length, at + 8) - 1; to >= at; to--) {
    const run = tokens.slice(at, to + 1);
    if (run.some(({ kind, from }, i) => kind !== 'solo' || (i > 0 && from !== run[i - 1]!.to))) continue;
    const unit = UNITS.get(run.map(({ text }) => text).join(''));
    if (unit) return { unit, to };
  }
  return undefined;
};

/** One is mostly an article, but not before a unit. */
const amountOf = ({ kind, text }: Token): number | undefined => {
  if (text === 'one' || text === 'eins') return 1;
  const number = kind === 'number' ? Number(text) : Number.NaN; // a third is none
  return Number.isNaN(number) ? undefined : number;
};

const measureAt = (text: string, tokens: readonly Token[], at: number): Measure | undefined => {
  const token = tokens[at]!;
  const [, digits, name] = /^(\d+)(\p{L}{1,5})$/u.exec(token.text) ?? [];
  const tight = UNITS.get(name ?? '');
  if (token.kind === 'word' && digits !== undefined && tight)
    return { ...tight, amount: Number(digits), first: token, last: token, next: at + 1 };
  const amount = amountOf(token);
  if (amount === undefined || tokens[at + 1] === undefined || !isTied(text, token, tokens[at + 1]!)) return undefined;
  const found = unitAt(text, tokens, at + 1);
  if (found === undefined || /\p{Sc}\s?$/u.test(text.slice(0, token.start))) return undefined;
  return { ...found.unit, amount, first: token, last: tokens[found.to]!, next: found.to + 1 };
};

const LINKS = new Set('and und et y e en i'.split(' '));
/** What a bare number behind a unit counts: 1 m 80 is in centimetres, 5 feet 11 in inches, 1 h 30 in minutes. */
const SMALLER = new Map([
  ['length 1', 0.01],
  ['length 0.3048', 0.0254],
  ['duration 3600', 60],
]);

interface Sum {
  readonly dimension: string;
  readonly total: number;
  readonly first: Token;
  readonly last: Token;
  readonly next: number;
  readonly parts: number;
}

const startOf = ({ dimension, factor, amount, first, last, next }: Measure): Sum => ({
  dimension,
  total: amount * factor,
  first,
  last,
  next,
  parts: 1,
});

/** A measure with the smaller ones behind it. */
const sumAt = (text: string, tokens: readonly Token[], at: number): Sum | undefined => {
  const first = measureAt(text, tokens, at);
  if (first === undefined) return undefined;
  let [sum, least] = [startOf(first), first.factor];
  for (;;) {
    const to = LINKS.has(tokens[sum.next]?.text ?? '') ? sum.next + 1 : sum.next;
    const more = tokens[to] && isNear(text, sum.last, tokens[to]) ? measureAt(text, tokens, to) : undefined;
    if (more === undefined || more.dimension !== sum.dimension || more.factor >= least) break;
    sum = {
      ...sum,
      total: sum.total + more.amount * more.factor,
      last: more.last,
      next: more.next,
      parts: sum.parts + 1,
    };
    least = more.factor;
  }
  return sum.parts === 1 ? withBare(text, tokens, first, sum) : sum;
};

const isNear = (text: string, before: Token, after: Token): boolean =>
  /^(?:[ ,]{0,2}|,? \p{L}{1,3} )$/u.test(text.slice(before.end, after.start));

/** Words that may follow a bare number without being what it counts. */
const GOES_ON =
  /^(?:[.,]?(?!\d)[^\p{L}\p{N}%]*$|[.,;:!?)"](?!\d)| (?:tall|gross|groß|grande|hoch|long|for|to|from|in|at|and|or|of|on|is|was|by|with|per|each|und|oder|von|für|pro|ist|war|et|ou|de|pour|par|y|o|por|e|di|da|para|en|een|van|voor)(?!\p{L}))/u;

/** Whether a number counts the words behind it: "12 euros 50 times" is no twelve euros fifty. */
export const isCounting = (rest: string): boolean => !GOES_ON.test(rest);

/** 1 m 80, 5 feet 11. */
const withBare = (text: string, tokens: readonly Token[], { dimension, factor }: Measure, sum: Sum): Sum => {
  const smaller = SMALLER.get(`${dimension} ${factor}`);
  const number = tokens[sum.next];
  const isBare =
    number?.kind === 'number' && /^\d{1,2}$/.test(number.text) && /^ ?$/.test(text.slice(sum.last.end, number.start));
  if (!isBare || smaller === undefined || isCounting(text.slice(number.end))) return sum;
  if (smaller === 0.01 && number.text.length !== 2) return sum;
  return { ...sum, total: sum.total + Number(number.text) * smaller, last: number, next: sum.next + 1, parts: 2 };
};

const keyOf = (dimension: string, total: number): string => `${dimension}:${Number(total.toPrecision(12))}`;

const hitOf = (dimension: string, total: number, start: number, end: number, parts: number): MeasureHit => {
  const key = keyOf(dimension, total);
  return { exact: [key], said: [key], start, end, parts };
};

export interface MeasureHit extends Hit {
  /** How many numbers it is made of. */
  readonly parts: number;
}

/** 6'2", 1m80, 1h30 */
const FEET = /(?<![\d'])(\d)' ?(\d{1,2})(?:"|''|(?=\s|[.,;)]|$))/g;
const TIGHT = /(?<![\p{L}\p{N}.,])(\d{1,2})(m|h)([0-5]\d|\d{2})(?![\p{L}\p{N}])/gu;

const written = (reading: Reading): MeasureHit[] => {
  const flat = reading.flat();
  const found = (pattern: RegExp, sum: (match: RegExpExecArray) => [dimension: string, total: number]) =>
    Array.from(flat.text.matchAll(pattern)).map((match) => {
      const [dimension, total] = sum(match);
      return hitOf(dimension, total, flat.start(match.index), flat.end(match.index + match[0].length), 2);
    });
  return [
    ...found(FEET, ([, feet, inches]) => ['length', Number(feet) * 0.3048 + Number(inches) * 0.0254]),
    ...found(TIGHT, ([, whole, unit, rest]) =>
      unit === 'm'
        ? ['length', Number(whole) + Number(rest) / 100]
        : ['duration', Number(whole) * 3600 + Number(rest) * 60],
    ),
  ];
};

/** Every measure; of one within a longer one only the longer. */
export const measuresIn = (reading: Reading): MeasureHit[] => {
  const { streams, signs } = reading;
  const hits = streams.flatMap((tokens) => {
    const found: MeasureHit[] = [];
    for (let at = 0; at < tokens.length;) {
      const sum = sumAt(signs.text, tokens, at);
      if (sum) found.push(hitOf(sum.dimension, sum.total, sum.first.start, sum.last.end, sum.parts));
      at = sum?.next ?? at + 1;
    }
    return found;
  });
  const all = [...hits, ...written(reading)];
  const isWithin = (inner: Hit) =>
    all.some(({ start, end }) => start <= inner.start && inner.end <= end && end - start > inner.end - inner.start);
  return all.filter((hit) => !isWithin(hit));
};
