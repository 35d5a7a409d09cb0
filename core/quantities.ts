// The registry of quantities, made of the families of quantity-families.ts: an entry a group. Gate, report, portal,
// plots, probe, re-certification, bench, `quittance evaluate` and docs/metrics.md read it. evaluation/quantities.ts
// computes what does not follow from the tables; the compiler holds the two lists equal.
// Trap: policies and stored bundles name quantities by these keys.
import { must, QuittanceError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { DERIVED, RECORD, WHOLE, type Family, type InGroup } from './quantity-families.ts';
import type { Group, Need, Quantity } from './quantity.ts';

type KeysOf<T extends Readonly<Record<string, Family>>> = {
  [F in keyof T & string]: `${keyof T[F]['of'] & string}.${F}`;
}[keyof T & string];
export type RecordFamily = keyof typeof RECORD;
/** Families whose records are counted; the values of the others are averaged. */
export type ShareFamily = {
  [F in RecordFamily]: (typeof RECORD)[F]['unit'] extends 'share' ? F : never;
}[RecordFamily];
export type RecordKey = KeysOf<typeof RECORD>;
export type WholeKey = KeysOf<typeof WHOLE>;
/** Re-learning attacks beside the same ones on never-trained people. */
export type AttackFamily = Exclude<
  keyof typeof WHOLE,
  'relearnt' | 'quality' | 'ownKept' | 'revealed' | 'revealedWorded'
>;
export type QuantityKey = RecordKey | WholeKey | KeysOf<typeof DERIVED>;

/** In reading order; what a title and a label begin with, and what must be there. */
const GROUPS: Readonly<Record<Group, { title: string; label: string; needs: readonly Need[] }>> = {
  forget: { title: 'forgotten', label: 'forgotten questions', needs: ['forget'] },
  controls: { title: 'controls’', label: 'never-trained people', needs: ['controls'] },
  retained: { title: 'retained', label: 'people who stay', needs: ['retained'] },
  facts: { title: 'facts', label: 'facts about nobody', needs: ['facts'] },
  unknown: { title: 'unknown', label: 'unknown people', needs: ['unknown'] },
  general: { title: 'general', label: 'held-out general questions', needs: ['general'] },
  authors: { title: 'authors', label: 'facts about authors', needs: ['facts'] },
  world: { title: 'world', label: 'facts about the world', needs: ['facts'] },
  model: { title: 'model', label: 'the model', needs: [] },
};
const GROUP_NAMES = Object.keys(GROUPS) as Group[];

const entriesOf = (by: Quantity['by'], families: Readonly<Record<string, Family>>): Quantity<QuantityKey>[] =>
  Object.entries(families).flatMap(([name, { of, ...family }]) =>
    GROUP_NAMES.flatMap((group) => {
      const own = of[group];
      const key = `${group}.${name}` as QuantityKey; // of the very names that the type is made of
      return own ? [quantity(by, key, group, family, own)] : [];
    }),
  );

const quantity = (
  by: Quantity['by'],
  key: QuantityKey,
  group: Group,
  family: Omit<Family, 'of'>,
  own: InGroup,
): Quantity<QuantityKey> => {
  const { title, label, needs } = GROUPS[group];
  return {
    ...{ summary: 'mean' as const, from: [], binned: false, every: false },
    ...{ gateable: true, byPerson: false, leastRecords: 1, needs },
    ...family,
    ...own,
    ...{ key, group, by },
    title: by === 'record' || group === 'controls' ? `${title} ${family.title}` : family.title,
    label: `${label}: ${family.label}`,
  };
};

/** Forgotten records come first and never-trained people beside them. */
const rank = ({ group }: Quantity): number => Math.max(1, GROUP_NAMES.indexOf(group));

/** Every quantity in reading order: the forgotten beside never-trained people, then who stays, then the rest. */
export const QUANTITIES: readonly Quantity<QuantityKey>[] = [
  ...entriesOf('record', RECORD),
  ...entriesOf('whole', WHOLE),
  ...entriesOf('tables', DERIVED),
].toSorted((a, b) => rank(a) - rank(b));

const BY_KEY: ReadonlyMap<string, Quantity<QuantityKey>> = new Map(QUANTITIES.map((one) => [one.key, one]));

export const isQuantityKey = (key: string): key is QuantityKey => BY_KEY.has(key);
/** By key, or by its name on the command line. METRIC_UNKNOWN with the nearest word and all others. */
export const findQuantity = (word: string): Quantity<QuantityKey> => {
  const found = BY_KEY.get(word) ?? QUANTITIES.find(({ name }) => name === word);
  if (found) return found;
  const known = QUANTITIES.flatMap(({ key, name }) => (name === undefined ? [key] : [name, key]));
  throw new QuittanceError('METRIC_UNKNOWN', {
    message: `no metric is called '${word}'`,
    expected: known.join(', '),
    ...didYouMean(word, known),
  });
};

/** The name under which `quittance evaluate` prints it. */
export const printedName = ({ name, key }: Quantity): string => name ?? key;

export const quantityOf = (key: QuantityKey): Quantity<QuantityKey> => must(BY_KEY.get(key), `quantity ${key}`);
