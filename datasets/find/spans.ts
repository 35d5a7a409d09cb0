// What in a row is the person's: the name, identifiers, what the register says, values by their form, and what rows of
// the same form say otherwise. In a row of two people each value goes to the one who is named last before it, else
// first after it.
// Trap: forgetting a span that is another's harms somebody who stays; where nothing tells whose a value is, and another
// is in the row, it is left.
import type { Span } from '#core/training-record.ts';
import { occurrences, valueOf, type Value, type ValueType } from '#core/words/value.ts';
import type { Form } from '#core/words/places.ts';
import { longestNewRun } from '#datasets/spans.ts';
import type { SearchableCorpus } from '#datasets/corpus/search.ts';
import type { Found, FoundRow } from './find.ts';
import type { KnownPerson } from './others.ts';
import { nearestTo, overlapping, united, type Place } from './place-sets.ts';
import type { Identifier, SoughtName } from './query.ts';
import { slotsOf } from './slots.ts';
import type { PartView, RowView } from './views.ts';

export interface PersonalSpan extends Span {
  readonly type: ValueType;
  readonly text: string;
}

export interface MarkedRow extends FoundRow {
  readonly spans: readonly PersonalSpan[];
  /** Others in the row, by the register's id, whose values stay. */
  readonly others: readonly string[];
}

/** Hits whose neighbours are read at a time, which saves reading what they have in common. */
const TOGETHER = 128;

/** Every hit with its spans, in the order of the hits. */
export const markHits = async (corpus: SearchableCorpus, found: Found): Promise<MarkedRow[]> => {
  const slots = slotsOf(corpus, new Set(found.hits.map(({ view }) => view.number)));
  const owner: Owner = { ...found, valueOf: remembered() };
  const marked: MarkedRow[] = [];
  for (let from = 0; from < found.hits.length; from += TOGETHER) {
    const hits = found.hits.slice(from, from + TOGETHER);
    const inRows = await slots.of(hits.map(({ view }) => view));
    hits.forEach((hit, i) => {
      const others = found.people.othersIn(hit.view);
      marked.push({ ...hit, spans: spansOf(hit.view, owner, others, inRows[i]), others: others.map(({ id }) => id) });
    });
  }
  return marked;
};

/** What in a row is one person's of the register, by what the register says and by its form. */
export const spansOfKnown = (
  view: RowView,
  person: KnownPerson,
  others: readonly KnownPerson[],
): readonly PersonalSpan[] => {
  const { names, identifiers } = person;
  const sought = { names, identifiers, born: [] };
  const known = { sought, people: { subject: person }, identifiers: [], shared: [], valueOf: remembered() };
  return spansOf(view, known, others, []);
};

/** Whose spans are looked for. */
type Owner = Pick<Found, 'sought' | 'identifiers' | 'shared'> & {
  readonly people: Pick<Found['people'], 'subject'>;
  readonly valueOf: (text: string) => Value;
};

/** Each text is read once: rows of one person say the same few values again and again. */
const remembered = (): Owner['valueOf'] => {
  const known = new Map<string, Value>();
  return (text) => {
    const value = known.get(text) ?? valueOf(text);
    known.set(text, value);
    return value;
  };
};

const spansOf = (
  view: RowView,
  found: Owner,
  others: readonly KnownPerson[],
  slots: readonly Span[] | undefined,
): PersonalSpan[] => {
  const marked = view.parts.flatMap((part) =>
    spansIn(
      part,
      found,
      others,
      (slots ?? []).filter((slot) => slot.part === part.part),
    ),
  );
  const hasValue = marked.some(({ type, part }) => type !== 'name' && view.parts[part]?.said);
  return hasValue || slots !== undefined || others.length > 0 ? marked : [...marked, ...saidNewly(view, marked)];
};

const spansIn = (
  part: PartView,
  { sought, people, identifiers, shared, valueOf: valueIn }: Owner,
  others: readonly KnownPerson[],
  slots: readonly Span[],
): PersonalSpan[] => {
  const names = [...sought.names, ...(people.subject?.names ?? [])];
  const theirs = others.flatMap((person) => placesOfPerson(part, person).names);
  const othersValues = others.flatMap((person) => placesOfPerson(part, person).values);
  const certain = placesOf(part, [...sought.identifiers, ...identifiers]);
  const everybodys = placesOf(part, shared);
  // a name within an address is the address
  const isValue = overlapping([...certain, ...everybodys, ...othersValues]);
  const mentions = placesOfNames(part, names).filter((place) => !isValue(place));
  const registered = placesOf(part, people.subject?.values ?? []);
  const formed = part.identifiers().flatMap((text) => placesOf(part, [{ forms: formsOf(valueIn(text)) }]));
  const [isCertain, isOthers] = [overlapping(certain), overlapping([...othersValues, ...everybodys])];
  const isNearest = nearestTo(mentions, theirs);
  const free = [...registered, ...formed, ...slots.map(({ start, end }): Place => [start, end])]
    .filter((place) => !isOthers(place) || isCertain(place))
    .filter((place) => others.length === 0 || isNearest(place));
  const isName = overlapping([...mentions, ...theirs]);
  const values = [...certain, ...free].filter((place) => !isName(place));
  const typed =
    (type: (text: string) => ValueType) =>
    ([start, end]: Place): PersonalSpan => {
      const text = part.text.slice(start, end);
      return { part: part.part, start, end, text, type: type(text) };
    };
  return [
    ...united(mentions).map(typed(() => 'name')),
    ...united(values).map(typed((text) => typeOf(valueIn(text)))),
  ].sort((a, b) => a.start - b.start);
};

const typeOf = (value: Value): ValueType => (value.testable ? value.type : 'text');

const formsOf = (value: Value): readonly Form[] => (value.testable ? value.forms : []);

const placesOf = ({ read }: PartView, values: readonly Pick<Identifier, 'forms'>[]): Place[] =>
  values.flatMap(({ forms }) => occurrences(read, { testable: true, text: '', type: 'text', forms }));

interface PlacesOfPerson {
  readonly names: readonly Place[];
  readonly values: readonly Place[];
}

const ofPeople = new WeakMap<PartView, Map<KnownPerson, PlacesOfPerson>>();

/** Found once for each part: whose a value is, is asked for everybody in it, with all the others beside. */
const placesOfPerson = (part: PartView, person: KnownPerson): PlacesOfPerson => {
  const known = ofPeople.get(part) ?? new Map<KnownPerson, PlacesOfPerson>();
  const places = known.get(person) ?? {
    names: placesOfNames(part, person.names),
    values: placesOf(part, [...person.identifiers, ...person.values]),
  };
  ofPeople.set(part, known.set(person, places));
  return places;
};

/** The name in all its forms; where the part says only a piece of it, that piece. */
const placesOfNames = (part: PartView, names: readonly SoughtName[]): Place[] => {
  const whole = placesOf(
    part,
    names.map(({ full, initial }) => ({ forms: [...full, ...initial] })),
  );
  const pieces = new Set(names.flatMap(({ first, last }) => [first, last]));
  const words = part.read.reading.words.filter(
    (token) => pieces.has(token.text) && !/^\p{Ll}/u.test(part.text.slice(token.start)),
  );
  return [...whole, ...words.map(({ start, end }): Place => [start, end])];
};

/** A row that marks no value otherwise: what its answers say that nothing before them said. */
const saidNewly = (view: RowView, marked: readonly PersonalSpan[]): PersonalSpan[] =>
  view.parts.flatMap((part, i) => {
    if (!part.said) return [];
    const names = marked.filter((span) => span.part === part.part).map(({ text }) => text);
    const before = [...view.parts.slice(0, i).map(({ text }) => text), ...names].join('\n');
    const run = longestNewRun(part.text, before);
    return run
      ? [{ part: part.part, start: run.start, end: run.end, text: run.text, type: typeOf(valueOf(run.text)) }]
      : [];
  });
