// Who is in a corpus that comes with neither a register nor a column: names that rows carry, each beside a number or an
// address that is that name's alone. What else is theirs (a street, a plan) is what their rows say and rows of the same
// form say otherwise, found as a search finds it.
// Traps: a street and a greeting are capitalised like a name; what stands beside everybody's numbers, or before a house
// number, is nobody's name. And only scripts with capitals show a name by its form: elsewhere a register is needed.
import { corpusInMemory } from '#datasets/corpus/search.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { nameKey } from '#core/words/names.ts';
import { findPerson } from './find.ts';
import { PersonQuery } from './query.ts';
import type { RegisteredPerson } from './register.ts';
import { countedNames, type NameCount } from './names-by-form.ts';
import { markHits, type MarkedRow } from './spans.ts';

/** Everybody of whom at least one row says a name and something that is theirs. */
export const peopleInRows = async (entries: readonly CorpusEntry[]): Promise<RegisteredPerson[]> => {
  const named = merged(countedNames(entries).filter(isPerson));
  const corpus = await corpusInMemory(entries);
  const bare = named.map(({ name, aliases, own }): RegisteredPerson => {
    const id = own.find((text) => /^\p{L}.*\d/u.test(text) && !text.includes('@')) ?? name;
    return {
      id,
      name,
      aliases,
      values: whole(own)
        .filter((text) => text !== id)
        .map(valueFrom),
    };
  });
  const people: RegisteredPerson[] = [];
  for (const person of distinctIds(bare)) {
    const query = PersonQuery.parse({ names: [person.name, ...person.aliases] });
    const hits = await markHits(corpus, await findPerson(corpus, query, bare));
    people.push({ ...person, values: [...person.values, ...valuesIn(hits, person)] });
  }
  return people;
};

/** Numbers of one kind that are one name's alone, at most: a company's name has everybody's. */
const MOST_OF_A_KIND = 3;

const isPerson = ({ own }: NameCount): boolean => {
  const kinds = Map.groupBy(own, kindOf);
  return own.length > 0 && [...kinds.values()].every(({ length }) => length <= MOST_OF_A_KIND);
};

/** Without what is a piece of another: the last digits of a telephone number. */
const whole = (texts: readonly string[]): string[] =>
  texts.filter((text) => !texts.some((other) => other !== text && other.includes(text)));

/** C-29772 and C-19156 are of one kind, and so are all addresses. */
const kindOf = (text: string): string => (text.includes('@') ? 'e-mail' : text.replace(/\d/g, '#'));

interface Named {
  readonly name: string;
  readonly aliases: string[];
  readonly own: string[];
}

/** Names that share a number and a word are one person's, by the name that is said most. */
const merged = (counts: readonly NameCount[]): Named[] => {
  const people: Named[] = [];
  const byOwn = new Map<string, Named>();
  for (const { name, own } of counts.toSorted((a, b) => b.rows - a.rows)) {
    const words = new Set(name.split(' ').map(nameKey));
    const known = own.map((text) => byOwn.get(text)).find((one) => one && sharesWord(one.name, words));
    const free = own.filter((text) => !byOwn.has(text));
    if (known) {
      known.aliases.push(name);
      known.own.push(...free);
    } else if (free.length > 0) people.push({ name, aliases: [], own: free });
    const person = known ?? people.at(-1);
    if (person) for (const text of free) byOwn.set(text, person);
  }
  return people;
};

const sharesWord = (name: string, words: ReadonlySet<string>): boolean =>
  name.split(' ').some((word) => words.has(nameKey(word)));

const distinctIds = (people: readonly RegisteredPerson[]): RegisteredPerson[] => [
  ...new Map(people.map((person) => [person.id, person])).values(),
];

const valueFrom = (text: string): RegisteredPerson['values'][number] => ({
  column: kindOf(text),
  type: text.includes('@') ? 'e-mail' : undefined,
  text,
});

/** Words before a value that say of what kind it is: "lives at", "works as a". */
const CONTEXT = 2;

/** Values that the person's rows say, by the words that they stand behind: others' values of a kind stand there too. */
const valuesIn = (hits: readonly MarkedRow[], { id, values }: RegisteredPerson): RegisteredPerson['values'] => {
  const known = new Set([id, ...values.map(({ text }) => text)]);
  const found = new Map<string, RegisteredPerson['values'][number]>();
  for (const { view, spans, others } of hits)
    for (const { part, start, text, type } of others.length > 0 ? [] : spans)
      if (type !== 'name' && !known.has(text) && ![...known].some((own) => text.includes(own)))
        found.set(text, { column: before(view.parts[part]?.text ?? '', start), type: undefined, text });
  return [...found.values()];
};

const before = (text: string, start: number): string =>
  (
    text
      .slice(0, start)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []
  )
    .slice(-CONTEXT)
    .join(' ');
