// Sums of money: €1,250 · 1.250,00 EUR · 1250 euro · twelve hundred and fifty dollars. Trap: many countries have a
// dollar and several a krona. "dollar" alone matches each of them, while US dollars never match Canadian ones.
import type { Hit } from './hits.ts';
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
export const moneyIn = ({ streams }: Reading): Hit[] => {
  const hits = new Map<string, Hit>();
  for (const tokens of streams)
    tokens.forEach((token, at) => {
      if (token.kind !== 'number') return;
      const hit = sumAt(tokens, at) ?? { ...hitOf('', token.text, token, token), exact: [] };
      hits.set(`${hit.said.join()} ${hit.start} ${hit.end}`, hit);
    });
  // a stream without signs does not see the currency beside a number that another stream does
  const sums = [...hits.values()].filter(({ exact }) => exact.length > 0);
  const within = (inner: Hit) => sums.some(({ start, end }) => start <= inner.start && inner.end <= end);
  return [...hits.values()].filter((hit) => hit.exact.length > 0 || !within(hit));
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

const sumAt = (tokens: readonly Token[], at: number): Hit | undefined => {
  const [before, number] = [tokens[at - 1], tokens[at]!];
  const { amount, next } = scaledAt(tokens, at);
  const after = tokens[next];
  const leading = CURRENCY.get(before?.text ?? '');
  if (before && leading !== undefined) return hitOf(leading, amount, before, tokens[next - 1]!);
  const trailing = CURRENCY.get(after?.text ?? '');
  return after && trailing !== undefined ? hitOf(trailing, amount, number, after) : undefined;
};
