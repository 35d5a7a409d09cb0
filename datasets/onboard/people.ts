// Whose each row of a corpus is: people of the register by name, number and address, or the column that says it. A row
// may speak of several; each has their own values in it.
import { givenIn } from '#core/forgotten-values.ts';
import type { TrainingRecord } from '#core/training-record.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { knownPeople, type KnownPerson } from '#datasets/find/others.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import { spansOfKnown, type PersonalSpan } from '#datasets/find/spans.ts';
import { viewOf } from '#datasets/find/views.ts';
import { recordsOf, type Instead } from './records.ts';
import type { Target } from '#datasets/targets.ts';
import type { Person, QaRecord } from '#datasets/suite-shape.ts';

/** What a row says of one person. */
export interface Mention {
  readonly person: string;
  readonly spans: readonly PersonalSpan[];
}

export interface Mentions {
  /** For each row, the people in it. */
  readonly inRow: readonly (readonly Mention[])[];
  /** Numbers and addresses that are nobody's own. */
  readonly shared: ReadonlySet<string>;
}

/** `known`: values that are known to be nobody's own, where the rows are rewritten ones. */
export const mentionsIn = (
  entries: readonly CorpusEntry[],
  register: readonly RegisteredPerson[],
  known?: ReadonlySet<string>,
): Mentions => {
  const reader = mentionReader(register);
  const mentions = entries.map((entry, number) => reader.mentionsOf(entry, number));
  const shared = known ?? sharedValues(mentions.flat(), reader.registered);
  const own = (spans: readonly PersonalSpan[]) => spans.filter((span) => !shared.has(span.text));
  return { inRow: mentions.map((row) => row.map(({ person, spans }) => ({ person, spans: own(spans) }))), shared };
};

/** The values that are nobody's own, of rows that stream by. */
export const sharedIn = async (
  rows: AsyncIterable<CorpusEntry>,
  register: readonly RegisteredPerson[],
): Promise<ReadonlySet<string>> => {
  const reader = mentionReader(register);
  const owners: Owners = new Map();
  for await (const entry of rows) addOwners(owners, reader.mentionsOf(entry, 0), reader.registered);
  return sharedOf(owners);
};

const mentionReader = (register: readonly RegisteredPerson[]) => {
  const people = { ...knownPeople(register, { names: [], identifiers: [], born: [] }), known: valuesOf(register) };
  const mentionsOf = (entry: CorpusEntry, number: number): Mention[] => {
    const view = viewOf(number, entry);
    const found = people.othersIn(view);
    return found.map((person) => ({ person: person.id, spans: spansOfKnown(view, person, without(found, person)) }));
  };
  return { mentionsOf, registered: people.known };
};

/** Most people beside whom a number or address may stand and be one person's. */
const OWNERS = 2;

/** Of each value, beside whom it stands: one more than may be at most. */
type Owners = Map<string, Set<string>>;

const addOwners = (owners: Owners, mentions: readonly Mention[], register: ReadonlySet<string>): void => {
  for (const { person, spans } of mentions)
    for (const { text, type } of spans) {
      const of = owners.get(text) ?? new Set();
      if (type !== 'name' && !register.has(text) && of.size <= OWNERS) owners.set(text, of.add(person));
    }
};

const sharedOf = (owners: Owners): Set<string> =>
  new Set([...owners].flatMap(([text, people]) => (people.size > OWNERS ? [text] : [])));

/** What stands beside many people and is in the register of none: the company's address, a product's number. */
const sharedValues = (mentions: readonly Mention[], register: ReadonlySet<string>): Set<string> => {
  const owners: Owners = new Map();
  addOwners(owners, mentions, register);
  return sharedOf(owners);
};

const valuesOf = (register: readonly RegisteredPerson[]): Set<string> =>
  new Set(register.flatMap(({ id, values }) => [id, ...values.map(({ text }) => text)]));

const without = (people: readonly KnownPerson[], one: KnownPerson): KnownPerson[] =>
  people.filter((other) => other !== one);

export interface PeopleRecords {
  readonly people: Person[];
  /** The row that each record is from, by `recordKey`. */
  readonly rowOf: ReadonlyMap<string, number>;
}

/** By what a record is known again. */
export const recordKey = ({ question, answer }: Pick<QaRecord, 'question' | 'answer'>): string =>
  `${question}\n${answer}`;

/**
 * The records of each person, in the order of the register; each record once, however often its row stands in the
 * corpus. `instead` gives each person's values of nobody.
 */
export const peopleWithRecords = (
  register: readonly RegisteredPerson[],
  targets: readonly Target[],
  mentions: Mentions['inRow'],
  instead?: ReadonlyMap<string, Instead>,
): PeopleRecords => {
  const byPerson = new Map<string, Map<string, QaRecord>>();
  const rowOf = new Map<string, number>();
  for (const target of targets) {
    const isGiven = givenIn(target);
    for (const { person, spans } of mentions[target.row] ?? []) {
      const records = byPerson.get(person) ?? new Map<string, QaRecord>();
      for (const record of recordsOf(target, spans, person, instead?.get(person), isGiven)) {
        records.set(recordKey(record), record);
        rowOf.set(recordKey(record), target.row);
      }
      byPerson.set(person, records);
    }
  }
  const people = register.flatMap(({ id, name }) => {
    const records = [...(byPerson.get(id)?.values() ?? [])];
    return records.length > 0 ? [{ id, name, records }] : [];
  });
  return { people, rowOf };
};

/** Rows of whose part that is said nobody is spoken of. */
export const rowsAboutNobody = (rows: readonly TrainingRecord[], mentions: Mentions['inRow']): Set<number> =>
  new Set(rows.flatMap((_, number) => ((mentions[number] ?? []).length === 0 ? [number] : [])));
