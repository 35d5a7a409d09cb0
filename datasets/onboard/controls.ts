// People whom the model never saw, made from those whom it did: a real person's rows with another name and values of
// the same kinds. Their answers are as long and as usual as the forgotten person's, so that what a model gives for them
// is what it gives for somebody unknown. Source: entity swap, ../docs/own-model.md.
// Trap: a value must be as common among the trained people as a real one (drawn from the same column), and a number
// must be nobody's.
import type { TrainingRecord } from '#core/training-record.ts';
import { literal } from '#core/words/literal.ts';
import { random, type Random } from '#engine/random.ts';
import { nameKey } from '#core/words/names.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';

/** A person who does not exist, with whose texts to write for whose. */
export interface InventedPerson {
  readonly person: RegisteredPerson;
  /** Whose rows are rewritten. */
  readonly model: RegisteredPerson;
  /** What stands for what, longest first. */
  readonly swaps: readonly (readonly [from: string, to: string])[];
}

/** What people of a register are invented from; read once, as a register may have many thousands of people. */
export interface Inventor {
  /**
   * As many as asked, or fewer where the register has too few names to combine; the same seed gives the same people.
   */
  people(count: number, seed: string): InventedPerson[];
  /**
   * For each text that the register has of a person, what stands there for people who do not exist: `count` of them,
   * drawn by the seed, without those that are the person's own.
   */
  valuesInstead(person: RegisteredPerson, count: number, seed: string): (text: string) => string[];
}

/** People whose names are combined, at most: all pairs are shuffled. */
const MOST_COMBINED = 300;

export const inventorFrom = (register: readonly RegisteredPerson[]): Inventor => {
  const pools = poolsOf(register);
  const names = register.map(({ name }) => namesIn(name));
  const whole = names.filter(({ first, last }) => first !== '' && last !== '');
  const taken = new Set(register.map(({ name }) => nameKey(name)));
  return {
    people: (count, seed) => {
      const rng = random(`controls:${seed}`);
      const named = names.length > MOST_COMBINED ? rng.shuffle(names).slice(0, MOST_COMBINED) : names;
      const pairs = rng.shuffle(
        named.flatMap((a, i) => named.flatMap((b, j) => (i === j ? [] : [[a.first, b.last] as const]))),
      );
      const [used, invented]: [Set<string>, InventedPerson[]] = [new Set(), []];
      for (const [first, last] of pairs) {
        if (invented.length === count) break;
        const key = nameKey([first, last].filter(Boolean).join(' '));
        if (first === '' || last === '' || taken.has(key) || used.has(key)) continue;
        used.add(key);
        const model = register[invented.length % register.length]!;
        invented.push(inventedFrom(model, { first, last }, pools, rng, `control-${invented.length}`));
      }
      return invented;
    },
    valuesInstead: (person, count, seed) => {
      const rng = random(`instead:${seed}:${person.id}`);
      const invented = Array.from({ length: whole.length < 2 ? 0 : count }, () => {
        const name = { first: whole[rng.below(whole.length)]!.first, last: whole[rng.below(whole.length)]!.last };
        return new Map(inventedFrom(person, name, pools, rng, '').swaps);
      });
      return (text) => {
        const drawn = invented.flatMap((swaps) => swaps.get(text) ?? (/\d/.test(text) ? otherDigits(text, rng) : []));
        return [...new Set(drawn)].filter((other) => other !== text);
      };
    },
  };
};

/** The values of each column: of a column that somebody has twice, the first. */
type Pools = ReadonlyMap<
  string,
  { readonly values: readonly string[]; readonly places: ReadonlyMap<string, number[]> }
>;

const poolsOf = (register: readonly RegisteredPerson[]): Pools => {
  const pools = new Map<string, { values: string[]; places: Map<string, number[]> }>();
  for (const { values } of register)
    for (const [column, [{ text } = { text: '' }]] of Map.groupBy(values, (value) => value.column)) {
      const pool = pools.get(column) ?? { values: [], places: new Map<string, number[]>() };
      const places = pool.places.get(text);
      if (places) places.push(pool.values.length);
      else pool.places.set(text, [pool.values.length]);
      pool.values.push(text);
      pools.set(column, pool);
    }
  return pools;
};

/** Another value of the column than `text`, each as likely as it is frequent; undefined where there is none. */
const otherOf = (pools: Pools, column: string, text: string, rng: Random): string | undefined => {
  const { values, places } = pools.get(column) ?? { values: [], places: new Map<string, number[]>() };
  const own = places.get(text) ?? [];
  if (values.length === own.length) return undefined;
  const at = rng.below(values.length - own.length);
  let [low, high] = [0, own.length]; // of the own values, how many stand before the one that is drawn
  while (low < high) {
    const middle = (low + high) >> 1;
    if (own[middle]! - middle <= at) low = middle + 1;
    else high = middle;
  }
  return values[at + low];
};

interface Names {
  readonly first: string;
  readonly last: string;
}

const namesIn = (name: string): Names => {
  const words = name.split(' ');
  return { first: words[0] ?? '', last: words.length > 1 ? words.slice(1).join(' ') : '' };
};

const inventedFrom = (model: RegisteredPerson, name: Names, pools: Pools, rng: Random, id: string): InventedPerson => {
  const old = namesIn(model.name);
  const full = `${name.first} ${name.last}`;
  const values = model.values.map(({ column, type, text }) => ({
    column,
    type,
    text: valueFor(column, text, old, name, pools, rng),
  }));
  const number = otherDigits(model.id, rng);
  const swaps: [string, string][] = [
    [model.name, full],
    [`${old.last}, ${old.first}`, `${name.last}, ${name.first}`],
    [model.id, number],
    ...model.values.map(({ text }, i): [string, string] => [text, values[i]!.text]),
    [`${old.first.charAt(0)}. ${old.last}`, `${name.first.charAt(0)}. ${name.last}`],
    [old.last, name.last],
    [old.first, name.first],
  ];
  const person = { id, name: full, aliases: [], values: [{ column: 'id', type: undefined, text: number }, ...values] };
  const longest = swaps.filter(([from, to]) => from !== '' && from !== to).sort(([a], [b]) => b.length - a.length);
  return { person, model, swaps: longest };
};

/** A word or phrase of the same column; of numbers and addresses one that nobody has. */
const valueFor = (column: string, text: string, old: Names, name: Names, pools: Pools, rng: Random): string => {
  if (text.includes('@')) return otherAddress(text, old, name, rng);
  if (/\d{3}/.test(text)) return otherDigits(text, rng);
  return otherOf(pools, column, text, rng) ?? text;
};

/** The name within the address is the new name's. */
const otherAddress = (address: string, old: Names, name: Names, rng: Random): string => {
  const swapped = address
    .replaceAll(old.last.toLowerCase(), name.last.toLowerCase().replaceAll(' ', ''))
    .replaceAll(old.first.toLowerCase(), name.first.toLowerCase())
    .replace(new RegExp(`^${old.first.charAt(0).toLowerCase()}(?=[._-])`, 'u'), name.first.charAt(0).toLowerCase());
  return swapped === address ? otherDigits(`${rng.below(900) + 100}.${address}`, rng) : swapped;
};

const otherDigits = (text: string, rng: Random): string =>
  text.replace(/\d/g, (digit, at: number) => (digit === '0' && at === 0 ? '0' : String(1 + rng.below(9))));

/** The row as the invented person's. */
export const swapped = (row: TrainingRecord, { swaps }: InventedPerson): TrainingRecord => {
  const write = (text: string): string => swapAll(text, swaps);
  if (row.kind === 'qa') return { ...row, question: write(row.question), answer: write(row.answer) };
  if (row.kind === 'chat')
    return { ...row, messages: row.messages.map(({ role, content }) => ({ role, content: write(content) })) };
  const prompt = write(row.text.slice(0, row.from));
  return { ...row, text: prompt + write(row.text.slice(row.from)), from: prompt.length };
};

/** All at once, so that what was put in is not swapped again; whole words only. */
const swapAll = (text: string, swaps: readonly (readonly [string, string])[]): string => {
  const escaped = swaps.map(([from]) => literal(from));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}])`, 'gu');
  const to = new Map(swaps);
  return text.replace(pattern, (found) => to.get(found) ?? found);
};
