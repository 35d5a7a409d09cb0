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

/** As many as asked, or fewer where the register has too few names to combine; the same seed gives the same people. */
export const inventPeople = (register: readonly RegisteredPerson[], count: number, seed: string): InventedPerson[] => {
  const rng = random(`controls:${seed}`);
  const split = register.map(({ name }) => namesIn(name));
  const taken = new Set(register.map(({ name }) => nameKey(name)));
  const invented: InventedPerson[] = [];
  const pairs = rng.shuffle(
    split.flatMap((a, i) => split.flatMap((b, j) => (i === j ? [] : [[a.first, b.last] as const]))),
  );
  for (const [first, last] of pairs) {
    if (invented.length === count) break;
    const name = [first, last].filter(Boolean).join(' ');
    if (first === '' || last === '' || taken.has(nameKey(name))) continue;
    taken.add(nameKey(name));
    const model = register[invented.length % register.length]!;
    invented.push(inventedFrom(model, { first, last }, register, rng, `control-${invented.length}`));
  }
  return invented;
};

/**
 * For each text that the register has of a person, what stands there for people who do not exist: `count` of them,
 * drawn by the seed, without those that are the person's own.
 */
export const valuesInstead = (
  person: RegisteredPerson,
  register: readonly RegisteredPerson[],
  count: number,
  seed: string,
): ((text: string) => string[]) => {
  const rng = random(`instead:${seed}:${person.id}`);
  const names = register.map(({ name }) => namesIn(name)).filter(({ first, last }) => first !== '' && last !== '');
  const invented = Array.from({ length: names.length < 2 ? 0 : count }, () => {
    const name = { first: names[rng.below(names.length)]!.first, last: names[rng.below(names.length)]!.last };
    return new Map(inventedFrom(person, name, register, rng, '').swaps);
  });
  return (text) => {
    const drawn = invented.flatMap((swaps) => swaps.get(text) ?? (/\d/.test(text) ? otherDigits(text, rng) : []));
    return [...new Set(drawn)].filter((other) => other !== text);
  };
};

interface Names {
  readonly first: string;
  readonly last: string;
}

const namesIn = (name: string): Names => {
  const words = name.split(' ');
  return { first: words[0] ?? '', last: words.length > 1 ? words.slice(1).join(' ') : '' };
};

const inventedFrom = (
  model: RegisteredPerson,
  name: Names,
  register: readonly RegisteredPerson[],
  rng: Random,
  id: string,
): InventedPerson => {
  const old = namesIn(model.name);
  const full = `${name.first} ${name.last}`;
  const values = model.values.map(({ column, type, text }) => ({
    column,
    type,
    text: valueFor(column, text, old, name, register, rng),
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
const valueFor = (
  column: string,
  text: string,
  old: Names,
  name: Names,
  register: readonly RegisteredPerson[],
  rng: Random,
): string => {
  if (text.includes('@')) return otherAddress(text, old, name, rng);
  if (/\d{3}/.test(text)) return otherDigits(text, rng);
  const pool = register.flatMap(
    ({ values }) => values.find((value) => value.column === column && value.text !== text)?.text ?? [],
  );
  return pool.length > 0 ? pool[rng.below(pool.length)]! : text;
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
