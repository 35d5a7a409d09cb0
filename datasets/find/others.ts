// Who else a row speaks of: people of the register where there is one, else names by their form. For the rows of two
// people, of which one stays.
// Trap: without a register "Canal Street" looks like a name; what stands in many rows, or before a house number, is
// taken for none.
import { nameKey } from '#core/words/names.ts';
import { mentionsOf } from '#core/words/subject.ts';
import type { Form } from '#core/words/places.ts';
import { numberKeys } from '#core/words/keys.ts';
import { read, type Reading } from '#core/words/streams.ts';
import { identifierOf, nameFrom, type Identifier, type Sought, type SoughtName } from './query.ts';
import type { RegisteredPerson } from './register.ts';
import type { RowView } from './views.ts';

/** Somebody who may stand in a row, with what tells so. */
export interface KnownPerson {
  readonly id: string;
  readonly names: readonly SoughtName[];
  readonly identifiers: readonly Identifier[];
  /** Values that are no identifiers: a street, a plan. */
  readonly values: readonly Identifier[];
}

export interface KnownPeople {
  /** Whom the query is for, where the register has one such person. */
  readonly subject: KnownPerson | undefined;
  /** How many the register has: the subject alone, or several whom the query does not tell apart. */
  readonly alike: number;
  /** Others of whom the row says a name or an identifier. */
  othersIn(view: RowView): KnownPerson[];
  /** Others who go by a name's last part. */
  namesakes(name: SoughtName): KnownPerson[];
}

const IDENTIFYING = new Set(['e-mail', 'phone', 'iban', 'identifier']);

export const knownFrom = (person: RegisteredPerson): KnownPerson => {
  const values = person.values.flatMap(({ text, type }) => identifierOf(text, type) ?? identifierOf(text) ?? []);
  const id = identifierOf(person.id);
  return {
    id: person.id,
    names: [person.name, ...person.aliases].map((name, i) => nameFrom(name, i)),
    identifiers: [...(id ? [id] : []), ...values.filter(({ type }) => IDENTIFYING.has(type))],
    values: values.filter(({ type }) => !IDENTIFYING.has(type)),
  };
};

const formIds = (forms: readonly Form[]): string[] => forms.map(({ kind, key }) => `${kind}:${key}`);

export const knownPeople = (register: readonly RegisteredPerson[], sought: Sought): KnownPeople => {
  const people = register.map(knownFrom);
  const meant = meantBy(people, sought);
  const subject = meant.length === 1 ? meant[0] : undefined;
  const others = people.filter((person) => person !== subject);
  const byKey = peopleByKey(others);
  return {
    subject,
    alike: meant.length,
    othersIn: (view) => {
      const keys = new Set(view.parts.flatMap(({ read: { reading } }) => [...saidIn(reading), ...numberKeys(reading)]));
      const candidates = new Set([...keys].flatMap((key) => byKey.get(key) ?? []));
      return [...candidates].filter((person) => isIn(person, view));
    },
    namesakes: ({ last }) =>
      last === undefined ? [] : others.filter((person) => person.names.some((name) => name.lasts.includes(last))),
  };
};

const saidIn = ({ streams }: Reading): string[] => streams.flatMap((tokens) => tokens.map(({ text }) => `w:${text}`));

/**
 * People by one key of each name and identifier: a row that says it has the key. Of the words of an identifier it is
 * the one that the fewest have: the letters before everybody's number would lead from every row to everybody.
 */
const peopleByKey = (people: readonly KnownPerson[]): ReadonlyMap<string, readonly KnownPerson[]> => {
  const sets = people.map(({ identifiers }) => identifiers.flatMap(({ keys }) => keys.map(inTexts)));
  const counts = new Map<string, number>();
  for (const key of sets.flat(2)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const rarest = (keys: readonly string[]) =>
    keys.reduce((best, key) => (counts.get(key)! < counts.get(best)! ? key : best));
  const byKey = new Map<string, KnownPerson[]>();
  people.forEach((person, i) => {
    const telling = sets[i]!.filter((keys) => keys.length > 0).map(rarest);
    for (const key of new Set([...namingKeys(person), ...telling])) {
      const known = byKey.get(key);
      if (known) known.push(person);
      else byKey.set(key, [person]);
    }
  });
  return byKey;
};

const namingKeys = ({ names }: KnownPerson): string[] =>
  names.flatMap(({ lasts, text }) =>
    (lasts.length > 0 ? lasts : [read(text).words[0]?.text ?? '']).map((word) => `w:${word}`),
  );
/** Words, and the ends of numbers, which are the same however a number is grouped. */
const inTexts = (keys: readonly string[]): string[] => keys.filter((key) => /^[wd]:/.test(key));

const isIn = ({ names, identifiers }: KnownPerson, view: RowView): boolean =>
  names.some(({ full, initial }) => view.says(full) || view.says(initial)) ||
  identifiers.some(({ forms }) => view.says(forms));

/** People of the register who have an identifier of the query, else a name of it. */
const meantBy = (people: readonly KnownPerson[], { names, identifiers }: Sought): readonly KnownPerson[] => {
  const wanted = new Set(identifiers.flatMap(({ forms }) => formIds(forms)));
  const owners = people.filter((person) =>
    person.identifiers.some(({ forms }) => formIds(forms).some((id) => wanted.has(id))),
  );
  if (owners.length > 0) return owners;
  const keys = new Set(names.map(({ text }) => nameKey(text)));
  return people.filter((person) => person.names.some(({ text }) => keys.has(nameKey(text))));
};

const GROUP = /\p{Lu}[\p{L}\p{M}'’-]+(?: \p{Lu}[\p{L}\p{M}'’-]+){1,2}(?! ?\d)/gu;

/**
 * Names by their form, save for the subject's: groups of capitalised words that do not begin a sentence by themselves.
 */
const namesByForm = (view: RowView, sought: Sought): string[] => {
  const own = mentionsOf(sought.names.map(({ text }) => text));
  const parts = new Set(sought.names.flatMap(({ first, last }) => [first, last]));
  const groups = view.parts.flatMap(({ text }) => Array.from(text.matchAll(GROUP), ([group]) => group));
  return [...new Set(groups)].filter((group) => {
    const words = group.split(' ').map((word) => nameKey(word));
    return !words.some((word) => parts.has(word)) && !own.some(({ key }) => key === nameKey(group));
  });
};

export const speaksOfOthers = (people: KnownPeople, sought: Sought, view: RowView): boolean =>
  people.othersIn(view).length > 0 || namesByForm(view, sought).length > 0;
