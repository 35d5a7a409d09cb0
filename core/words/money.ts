// Sums of money: €1,250 · 1.250,00 EUR · 1250 euro · twelve hundred and fifty dollars · 12 euros 50 · 1250 cents.
// Trap: many countries have a dollar and several a krona. "dollar" alone matches each of them, while US dollars never
// match Canadian ones.
import type { Hit } from './hits.ts';
import { isCounting } from './measures.ts';
import type { Reading } from './streams.ts';
import type { Token } from './tokens.ts';

const NAMES: Readonly<Record<string, string>> = {
  EUR: '€ eur euro euros eurot',
  $: '$ dollar dollars dolar dolares dollari dolarow',
  USD: 'usd',
  CAD: 'cad',
  AUD: 'aud',
  NZD: 'nzd',
  HKD: 'hkd',
  SGD: 'sgd',
  GBP: '£ gbp pound pounds pfund livres libras sterling',
  CHF: 'chf sfr fr franken francs franchi',
  kr: 'kr krona kronor krone kroner kronen',
  SEK: 'sek',
  NOK: 'nok',
  DKK: 'dkk',
  ISK: 'isk',
  '¥': '¥ 円 元',
  JPY: 'jpy yen',
  CNY: 'cny rmb yuan',
  PLN: 'pln zl zloty zlotych zlote',
  INR: '₹ inr rupee rupees rupien rs',
  RUB: '₽ rub rubel rubles рублеи руб',
  TRY: '₺ try lira',
  KRW: `₩ krw won ${'원 ^원'.normalize('NFKD')}`,
  BRL: 'brl real reais',
  CZK: 'czk kc korun',
  HUF: 'huf ft forint',
};
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  $: ['USD', 'CAD', 'AUD', 'NZD', 'HKD', 'SGD', 'BRL'],
  kr: ['SEK', 'NOK', 'DKK', 'ISK'],
  '¥': ['JPY', 'CNY'],
};
const CURRENCY = new Map(
  Object.entries(NAMES).flatMap(([currency, names]) => names.split(' ').map((name) => [name, currency] as const)),
);

/** Every unit that a value in this currency matches. */
const meets = (currency: string): string[] => {
  const family = Object.entries(FAMILIES).find(([, members]) => members.includes(currency))?.[0];
  return [currency, ...(FAMILIES[currency] ?? []), ...(family === undefined ? [] : [family])];
};

const hitOf = (currency: string, amount: string, first: Token, last: Token): Hit => ({
  exact: [...meets(currency), ''].map((one) => `${one}:${amount}`),
  said: [`${currency}:${amount}`],
  start: first.start,
  end: last.end,
});

/** Sums with their currency, and bare numbers, which match a sum in any currency. */
export const moneyIn = ({ streams, signs }: Reading): SumHit[] => {
  const hits = new Map<string, SumHit>();
  for (const tokens of streams)
    tokens.forEach((token, at) => {
      const sums = sumsAt(signs.text, tokens, at);
      const bare = token.kind === 'number' && sums.length === 0;
      const all = bare ? [{ ...hitOf('', token.text, token, token), exact: [], parts: 1 }] : sums;
      for (const hit of all) hits.set(`${hit.said.join()} ${hit.start} ${hit.end}`, hit);
    });
  // a stream without signs does not see the currency beside a number that another stream does
  const sums = [...hits.values()].filter(({ exact }) => exact.length > 0);
  const within = (inner: Hit) => sums.some(({ start, end }) => start <= inner.start && inner.end <= end);
  const isCents = (inner: SumHit) =>
    sums.some(({ start, end, parts }) => parts > 1 && start < inner.start && inner.end === end);
  return [...hits.values()].filter((hit) => (hit.exact.length > 0 ? !isCents(hit) : !within(hit)));
};

/** Of a sum alone: after any other number an m is a metre. */
const SHORT = new Map([
  ['k', 1e3],
  ['m', 1e6],
  ['mm', 1e6],
  ['b', 1e9],
  ['bn', 1e9],
]);

/** $2M, 1.5m euros: the number, and where the sum goes on behind it. */
const scaledAt = (tokens: readonly Token[], at: number): { readonly amount: string; readonly next: number } => {
  const [number, unit] = [tokens[at]!, tokens[at + 1]];
  const scale = unit && (unit.from === number.to || unit.from === number.from) ? SHORT.get(unit.text) : undefined;
  if (scale === undefined) return { amount: number.text, next: at + 1 };
  return { amount: String(Number((Number(number.text) * scale).toFixed(6))), next: at + 2 };
};

/** Hundredths by the word or sign for them, and the currencies that have them; of "cents" a text does not say which. */
const HUNDREDTHS: Readonly<Record<string, readonly string[]>> = {
  'cent cents ct': ['EUR', '$', ...FAMILIES.$!],
  'centime centimes': ['EUR', 'CHF'],
  'centimo centimos centesimo centesimi': ['EUR'],
  'penny pence p': ['GBP'],
  rappen: ['CHF'],
  'grosz grosze groszy': ['PLN'],
  'kopek kopeks kopecks копеек копеики копеика': ['RUB'],
  'paise paisa': ['INR'],
  'centavo centavos': ['BRL', '$'],
};
const HUNDREDTH = new Map(
  Object.entries(HUNDREDTHS).flatMap(([names, currencies]) =>
    names.split(' ').map((name) => [name, currencies] as const),
  ),
);

const hundredths = (amount: string): string => String(Number((Number(amount) / 100).toFixed(6)));

/** 1250 cents, 99p: the sum in each currency that has them. */
const smallAt = (tokens: readonly Token[], at: number): SumHit | undefined => {
  const [number, unit] = [tokens[at]!, tokens[at + 1]];
  const [, digits, tight] = (number.kind === 'word' && /^(\d+)(p|ct)$/.exec(number.text)) || [];
  const [name, amount, last] = tight === undefined ? [unit?.text, number.text, unit] : [tight, digits, number];
  const currencies = HUNDREDTH.get(name ?? '');
  const isTied = tight !== undefined || (name !== undefined && name.length > 1) || unit?.from === number.to;
  if (currencies === undefined || amount === undefined || !last || !isTied || !/^\d+$/.test(amount)) return undefined;
  const keys = currencies.map((currency) => `${currency}:${hundredths(amount)}`);
  return { exact: keys, said: keys, start: number.start, end: last.end, parts: 1 };
};

const listOf = (hit: SumHit | undefined): SumHit[] => (hit ? [hit] : []);

const LINKS = new Set('and und et y e en con'.split(' '));

/** Hundredths behind a sum: 12 euros 50, 12 euros and 50 cents. */
const centsBehind = (text: string, tokens: readonly Token[], last: number, currency: string): Cents | undefined => {
  const link = LINKS.has(tokens[last + 1]?.text ?? '') ? 1 : 0;
  const [number, unit] = [tokens[last + 1 + link], tokens[last + 2 + link]];
  const between = number && text.slice(tokens[last]!.end, number.start);
  if (number?.kind !== 'number' || !/^\d{1,2}$/.test(number.text) || !/^(?:[ ,]{0,2}|,? \p{L}{1,3} )$/u.test(between!))
    return undefined;
  const isNamed = HUNDREDTH.get(unit?.text ?? '')?.includes(currency) === true;
  if (isNamed) return { cents: number.text, last: unit! };
  if (link === 1 || between!.includes(',') || Number(number.text) < 10 || isCounting(text.slice(number.end)))
    return undefined;
  return { cents: number.text, last: number };
};

interface Cents {
  readonly cents: string;
  readonly last: Token;
}

export interface SumHit extends Hit {
  /** How many numbers it is made of, or a number that stands for more than its digits say. */
  readonly parts: number;
}

/** Whose dollar: US$ 5, A$5. */
const DOLLARS = new Map([
  ['us', 'USD'],
  ['ca', 'CAD'],
  ['c', 'CAD'],
  ['a', 'AUD'],
  ['au', 'AUD'],
  ['nz', 'NZD'],
  ['hk', 'HKD'],
  ['s', 'SGD'],
  ['r', 'BRL'],
]);

/** The currency whose name or sign ends before a number. */
const leadingAt = (tokens: readonly Token[], at: number): { currency: string; first: Token } | undefined => {
  const [country, sign] = [tokens[at - 1], tokens[at]];
  const currency = CURRENCY.get(sign?.text ?? '');
  if (!sign || currency === undefined) return undefined;
  const whose = sign.text === '$' && country?.to === sign.from ? DOLLARS.get(country.text) : undefined;
  return whose !== undefined ? { currency: whose, first: country! } : { currency, first: sign };
};

const sumsAt = (text: string, tokens: readonly Token[], at: number): SumHit[] => {
  const number = tokens[at]!;
  if (number.kind !== 'number') return listOf(smallAt(tokens, at));
  const { amount, next } = scaledAt(tokens, at);
  const after = tokens[next];
  const parts = next - at;
  const leading = leadingAt(tokens, at - 1);
  if (leading) return [{ ...hitOf(leading.currency, amount, leading.first, tokens[next - 1]!), parts }];
  const trailing = CURRENCY.get(after?.text ?? '');
  if (after === undefined || trailing === undefined) return listOf(smallAt(tokens, at));
  const plain = { ...hitOf(trailing, amount, number, after), parts };
  const more = /^\d+$/.test(amount) ? centsBehind(text, tokens, next, trailing) : undefined;
  if (more === undefined) return [plain];
  const whole = hitOf(trailing, String(Number(amount) + Number(more.cents) / 100), number, more.last);
  return [{ ...whole, parts: 2 }];
};
