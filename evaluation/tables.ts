// Fills the aggregate tables: asks for the quantities that are wanted, and for what they are read from, and keeps
// counts, sums and histograms. Trap: a need that is missing, or a value that is no number, is written down as a reason;
// no table is filled with a default, and no text or single value enters one.
import { logProbHistogram, type Measured, type Proportion, type Sums } from '#core/evaluation.ts';
import { must } from '#core/errors.ts';
import {
  isQuantityKey,
  QUANTITIES,
  quantityOf,
  type QuantityKey,
  type RecordFamily,
  type WholeKey,
} from '#core/quantities.ts';
import type { Group, Quantity } from '#core/quantity.ts';
import type { Exam } from './exam.ts';
import { perRecord, whole } from './quantities.ts';
import { mean } from './scores.ts';

type Described = Quantity<QuantityKey>;

/** Computes these quantities, by default all that the registry has. Re-learning changes the model, so it comes last. */
export const measure = async (
  exam: Exam,
  keys: readonly QuantityKey[] = QUANTITIES.map(({ key }) => key),
  onProgress?: (done: number, total: number, what: string) => void,
): Promise<Measured> => {
  const { temperature, samplesPerPrompt, seed, truthRatio } = exam.options;
  const tables: Measured = {
    ...{ proportions: {}, histograms: {}, sums: {}, people: {}, peopleMeans: {}, curves: {}, notAvailable: {} },
    sampling: { temperature, samplesPerPrompt, seed, truthRatio },
    ...(Object.keys(exam.repeated).length > 0 && { repeated: exam.repeated }),
  };
  const wanted = asked(keys);
  for (const [i, one] of wanted.entries()) {
    onProgress?.(i, wanted.length, one.title);
    await put(exam, one, tables);
    await new Promise(setImmediate);
  }
  return tables;
};

/** What has to be computed for these keys, in the order in which it is. */
const asked = (keys: readonly QuantityKey[]): Described[] => {
  const needed = new Set(keys.flatMap((key) => [key, ...quantityOf(key).from.filter(isQuantityKey)]));
  const computed = QUANTITIES.filter(({ key, by }) => needed.has(key) && by !== 'tables');
  const isLast = ({ needs }: Described) => Number(needs.includes('relearn'));
  return computed.toSorted((a, b) => isLast(a) - isLast(b));
};

const put = async (exam: Exam, one: Described, tables: Measured): Promise<void> => {
  const need = one.needs.find((each) => exam.missing[each] !== undefined);
  const reason = need === undefined ? await fill(exam, one, tables) : exam.missing[need];
  // where a whole group is not there, that is written down once
  if (reason !== undefined) tables.notAvailable[need === one.group ? one.group : one.key] = reason;
};

const isFamily = (name: string): name is RecordFamily => Object.hasOwn(perRecord, name);
const isWhole = (key: string): key is WholeKey => Object.hasOwn(whole, key);

/** Returns the reason where there is nothing to write. */
const fill = async (exam: Exam, one: Described, tables: Measured): Promise<string | undefined> => {
  const { key, group } = one;
  if (isWhole(key)) return whole[key](exam, tables);
  const family = key.slice(key.indexOf('.') + 1);
  const computation = must(isFamily(family) ? perRecord[family] : undefined, `computation of ${key}`);
  const rows = computation.rows?.(exam, group) ?? exam.rows[group];
  if (typeof rows === 'string') return rows;
  if (rows.length === 0) return `the suite has no questions of this kind: ${group}`;
  return keep(exam, one, computation.values(exam, rows, group), tables);
};

const keep = (
  exam: Exam,
  one: Described,
  values: readonly (boolean | number)[],
  tables: Measured,
): string | undefined => {
  const { key, group, summary, byPerson, binned } = one;
  const people = byPerson ? byPeople(exam, group, values) : [];
  if (summary === 'share') {
    tables.proportions[key] = shareOf(values);
    if (byPerson) tables.people[key] = people.map(shareOf).toSorted((a, b) => a.k / a.n - b.k / b.n);
    return undefined;
  }
  const numbers = values.map(Number);
  const odd = numbers.filter((value) => !Number.isFinite(value)).length;
  if (odd > 0) return `the model gave no number for ${odd} of ${numbers.length} records`;
  tables.sums[key] = sumsOf(numbers);
  if (binned) tables.histograms[key] = logProbHistogram(numbers);
  if (byPerson) tables.peopleMeans[key] = people.map((own) => mean(own.map(Number))).toSorted((a, b) => a - b);
  return undefined;
};

/** Cuts one list of values into one list a person; those of whom nothing is known are left out. */
const byPeople = <T>({ people }: Exam, group: Group, values: readonly T[]): T[][] => {
  let at = 0;
  return must(people[group], `people of ${group}`)
    .map(({ records }) => values.slice(at, (at += records.length)))
    .filter((own) => own.length > 0);
};

const shareOf = (flags: readonly (boolean | number)[]): Proportion => ({
  k: flags.filter((flag) => flag === true).length,
  n: flags.length,
});

const sumsOf = (values: readonly number[]): Sums => ({
  n: values.length,
  sum: values.reduce((a, b) => a + b, 0),
  sumOfSquares: values.reduce((a, b) => a + b * b, 0),
});
