// The value of a quantity, with n, method and interval, from the aggregate tables alone. The gate judges it, the report
// prints it, `quittance evaluate` answers with it, and a stranger's verifier computes it again. Trap: tables may come
// from a stranger, so only a table's own properties are read (never the prototype's), and a missing value is reported
// as missing, never filled in.
import type { Histogram, Measured, MetricValue, Proportion, Sums } from './evaluation.ts';
import { isQuantityKey, quantityOf, type QuantityKey } from './quantities.ts';
import { UNITS, type Quantity, type Unit } from './quantity.ts';
import {
  areaUnderCurve,
  clopperPearson,
  deviationOf,
  fitsLattice,
  harmonicMean,
  kolmogorovSmirnov,
  meanOf,
  sameCells,
  NORMAL_975,
  type Interval,
} from './stats.ts';

/** A value that is there. */
export type Found = Exclude<MetricValue, { notAvailable: string }>;

/** Looks up a key that a stranger may have chosen: only the table's own properties count. */
export const entry = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

export const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
export const ratio = ({ k, n }: Proportion): number => (n === 0 ? NaN : k / n);

/** Why the tables have nothing under these keys, as the tables themselves state it for the key or its whole group. */
export const reasonFor = (tables: Measured, keys: readonly string[]): string =>
  toldReason(tables, keys) ??
  `not measured: ${keys.length > 2 ? 'part of what it is made of' : keys.map(labelOf).join(' and ')}`;

const toldReason = ({ notAvailable: why }: Measured, keys: readonly string[]): string | undefined => {
  const reasons = keys.flatMap((key) => entry(why, key) ?? entry(why, key.split('.')[0] ?? '') ?? []);
  return reasons.length === 0 ? undefined : [...new Set(reasons)].join('; ');
};

/** Keys that no registry entry has belong to a model trained without the records (benchmarks only). */
const labelOf = (key: string): string =>
  isQuantityKey(key) ? quantityOf(key).label : 'a model that was trained without the records';

/** The count behind a share. */
export const countOf = ({ proportions }: Measured, key: QuantityKey): Proportion | undefined => entry(proportions, key);

/** Two histograms over the same cells, each with something in it. */
export const pairOf = (
  { histograms }: Measured,
  [first = '', second = '']: readonly string[],
): [Histogram, Histogram] | undefined => {
  const [a, b] = [entry(histograms, first), entry(histograms, second)];
  return a && b && sameCells(a, b) && total(a.counts) > 0 && total(b.counts) > 0 ? [a, b] : undefined;
};

/** A quantity of an evaluation; where it has no value, the reason. */
export const summarise = (tables: Measured, key: QuantityKey): MetricValue => {
  const quantity = quantityOf(key);
  const how = typeof quantity.how === 'string' ? quantity.how : quantity.how(tables.sampling);
  const found = valueOf(tables, quantity, how);
  if (found && ('notAvailable' in found || Number.isFinite(found.value))) return found;
  if (found) return { notAvailable: 'its value is beyond all numbers' };
  const own = entry(tables.notAvailable, key);
  if (own !== undefined || quantity.from.length > 0) return { notAvailable: own ?? reasonFor(tables, quantity.from) };
  return { notAvailable: toldReason(tables, [key]) ?? 'not part of this evaluation' };
};

const valueOf = (tables: Measured, quantity: Quantity, how: string): MetricValue | undefined => {
  const { key, from, unit } = quantity;
  switch (quantity.summary) {
    case 'share':
      return shareOf(entry(tables.proportions, key), how);
    case 'mean':
      return averageOf(entry(tables.sums, key), how, unit);
    case 'perplexity':
      return perplexityOf(entry(tables.sums, key), how);
    case 'auc':
    case 'ks': {
      const pair = pairOf(tables, from);
      return pair && (quantity.summary === 'auc' ? aucOf(pair, how) : ksOf(pair, how));
    }
    case 'lowest':
      return lowestOf(entry(tables.people, from[0] ?? ''), how);
    case 'harmonicMean':
      return harmonicOf(
        from.map((part) => [part, entry(tables.sums, part)] as const),
        how,
      );
  }
};

export const shareOf = (p: Proportion | undefined, how: string): MetricValue | undefined =>
  p && p.n > 0
    ? {
        value: ratio(p),
        n: p.n,
        method: `${how}; Clopper–Pearson 95 % interval`,
        interval: clopperPearson(p),
        detail: { k: p.k },
      }
    : undefined;

/** Of a mean, kept within what the unit allows; null for a single value. */
const normalInterval = (sums: Sums, [least, most]: readonly [number, number]): Interval | null => {
  const [mean, half] = [meanOf(sums), (NORMAL_975 * deviationOf(sums)) / Math.sqrt(sums.n)];
  return sums.n > 1 ? [Math.max(least, mean - half), Math.min(most, mean + half)] : null;
};

const averageOf = (sums: Sums | undefined, how: string, unit: Unit): MetricValue | undefined =>
  sums && sums.n > 0
    ? {
        value: meanOf(sums),
        n: sums.n,
        method: `mean; ${how}; normal 95 % interval`,
        interval: normalInterval(sums, UNITS[unit]),
      }
    : undefined;

/** The interval is that of the mean log-probability. */
const perplexityOf = (sums: Sums | undefined, how: string): MetricValue | undefined => {
  if (!sums || sums.n === 0) return undefined;
  const [low, high] = normalInterval(sums, UNITS.nats) ?? [-Infinity, NaN];
  const interval: Interval | null = Number.isFinite(Math.exp(-low)) ? [Math.exp(-high), Math.exp(-low)] : null;
  return {
    value: Math.exp(-meanOf(sums)),
    n: sums.n,
    method: `${how}; normal 95 % interval of the logarithm`,
    interval,
  };
};

export const aucOf = ([a, b]: readonly [Histogram, Histogram], how: string): Found => {
  const { value, interval } = areaUnderCurve(a.counts, b.counts);
  const detail = { m: total(b.counts) };
  return { value, n: total(a.counts), method: `${how}; Hanley–McNeil 95 % interval`, interval, detail };
};

export const ksOf = ([a, b]: readonly [Histogram, Histogram], how: string): MetricValue => {
  const [size, other] = [total(a.counts), total(b.counts)];
  if (!fitsLattice(size, other)) return { notAvailable: `too many values to test exactly: n = ${size}, m = ${other}` };
  const { p, d, n, m, rejectsFrom } = kolmogorovSmirnov(a.counts, b.counts);
  return { value: p, n, method: how, interval: null, detail: { d, m, rejectsFrom } };
};

/** Of people, the one with the lowest share; the interval is of this person alone. */
export const lowestOf = (people: readonly Proportion[] | undefined, how: string): Found | undefined => {
  const asked = people?.filter(({ n }) => n > 0) ?? [];
  if (asked.length === 0) return undefined;
  const worst = asked.reduce((a, b) => (ratio(b) < ratio(a) ? b : a));
  return {
    value: ratio(worst),
    n: asked.length,
    method: `${how}; Clopper–Pearson 95 % interval of this person alone`,
    interval: clopperPearson(worst),
    detail: { k: worst.k, records: worst.n },
  };
};

/** The interval is the delta method's, from those of the parts. */
const harmonicOf = (
  parts: readonly (readonly [key: string, sums: Sums | undefined])[],
  how: string,
): MetricValue | undefined => {
  const known = parts.flatMap(([key, sums]) => (sums && sums.n > 0 ? [{ key, sums, mean: meanOf(sums) }] : []));
  if (known.length < parts.length) return undefined;
  const value = harmonicMean(known.map(({ mean }) => mean));
  const slope = (mean: number) => (value / mean) ** 2 / known.length;
  const variance = total(known.map(({ sums, mean }) => (slope(mean) * deviationOf(sums)) ** 2 / sums.n));
  const half = NORMAL_975 * Math.sqrt(variance);
  return {
    value,
    n: recordsOf(known),
    method: `${how}; normal 95 % interval (delta method)`,
    interval: value > 0 && Number.isFinite(half) ? [Math.max(0, value - half), Math.min(1, value + half)] : null,
    detail: Object.fromEntries(known.map(({ key, mean }) => [key, mean])),
  };
};

/** Records that were asked: several quantities of one group ask the same ones. */
const recordsOf = (parts: readonly { key: string; sums: Sums }[]): number => {
  const groups = new Map<string, number>();
  for (const { key, sums } of parts) {
    const [group = ''] = key.split('.');
    groups.set(group, Math.max(groups.get(group) ?? 0, sums.n));
  }
  return total([...groups.values()]);
};
