// A person's rows in a corpus, each with why it is taken for theirs. Rows are looked up by keys and then read; what a
// reading finds in them (a customer number beside the name) is looked up in turn, so that rows without the name are
// found too.
// Trap: each identifier that is taken on brings its rows. The company's own address stands beside every name; it is
// taken on only where most of its rows speak of the person already.
import type { SearchableCorpus } from '#datasets/corpus/search.ts';
import { likenessKeys } from '#core/words/keys.ts';
import { subjectKey } from '#core/corpus-index/format.ts';
import { certaintyOf, isByIdentifier, SURE, type Doubt, type Reason } from './reasons.ts';
import { doubtsOf } from './doubts.ts';
import { shapeOf } from './identifiers.ts';
import { isNearly } from './likeness.ts';
import { firstNamesBeside, isWritten } from './name-parts.ts';
import { knownPeople, speaksOfOthers, type KnownPeople } from './others.ts';
import { soughtBy, type Identifier, type PersonQuery, type Sought } from './query.ts';
import type { RegisteredPerson } from './register.ts';
import { identifiersOf, rowsOf, viewsOf, type RowView, type Views } from './views.ts';

export interface FoundRow {
  readonly view: RowView;
  readonly certainty: number;
  readonly reasons: readonly Reason[];
}

export interface Found {
  /** Rows that are taken for the person's, in the order of the corpus. */
  readonly hits: readonly FoundRow[];
  /** Rows that a person should look at. */
  readonly unsure: readonly FoundRow[];
  readonly sought: Sought;
  readonly people: KnownPeople;
  /** What was found to be the person's besides what was given. */
  readonly identifiers: readonly Identifier[];
  /** What stands beside the person's name and others' too: the company's address, a product's number. */
  readonly shared: readonly Identifier[];
  readonly remarks: readonly string[];
}

/** Rows of a part of a name are read only where there are not more: a more frequent word is nobody's own. */
const MOST_OF_A_PART = 500;
/** Fewest letters of a part of a name that is looked for by itself. */
const FEWEST_LETTERS = 3;
/** Rounds of taking on what the last round's rows hold. */
const ROUNDS = 3;
const OWN_SHARE = 0.6;
const LEAST_SHARE = 0.2;
const PART_SHARE = 0.8;

interface Search {
  readonly corpus: SearchableCorpus;
  readonly views: Views;
  readonly sought: Sought;
  readonly people: KnownPeople;
  /** What is known to be the person's before anything is found. */
  readonly given: readonly Identifier[];
  /** What numbers of the kinds that are given look like. */
  readonly shapes: readonly RegExp[];
  readonly hits: Map<number, Map<Reason, Doubt | undefined>>;
  /** Those of them that are surely the person's: a reason more never makes one less sure. */
  readonly sure: Set<number>;
  readonly own: Identifier[];
  readonly shared: Map<string, Identifier>;
  /** Rows whose repeats were looked for. */
  readonly compared: Set<number>;
  /** Rows in which a name that was given only signs. */
  readonly signed: Set<number>;
  readonly remarks: string[];
}

/** INVALID_INPUT where the query gives nothing that can be looked for. */
export const findPerson = async (
  corpus: SearchableCorpus,
  query: PersonQuery,
  register: readonly RegisteredPerson[] = [],
): Promise<Found> => {
  const sought = soughtBy(query);
  const people = knownPeople(register, sought);
  const given = [...sought.identifiers, ...(people.subject?.identifiers ?? [])];
  const shapes = given.flatMap(({ type, text }) => (type === 'identifier' || type === 'number' ? [shapeOf(text)] : []));
  const search: Search = {
    ...{ corpus, views: viewsOf(corpus), sought, people, given, shapes },
    hits: new Map(),
    sure: new Set(),
    own: [],
    shared: new Map(),
    compared: new Set(),
    signed: new Set(),
    remarks: [],
  };
  await byGiven(search);
  await byName(search);
  await bySubject(search);
  for (let round = 0; round < ROUNDS && (await byOwn(search)); round++);
  await byLikeness(search);
  await byPartOfName(search);
  await byBirth(search);
  await byLikeness(search);
  return outcome(search);
};

const outcome = async ({ views, hits, sought, people, own, shared, remarks }: Search): Promise<Found> => {
  const rows = await views([...hits.keys()].sort((a, b) => a - b));
  const found = rows.map((view): FoundRow => {
    const reasons = hits.get(view.number)!;
    return { view, certainty: certaintyOf(reasons), reasons: [...reasons.keys()] };
  });
  const isHit = ({ certainty }: FoundRow) => certainty >= SURE;
  return {
    hits: found.filter(isHit),
    unsure: found.filter((row) => !isHit(row)),
    sought,
    people,
    identifiers: own,
    shared: [...shared.values()],
    remarks,
  };
};

/** A reason once without doubt stays so. */
const note = (search: Search, view: RowView, reason: Reason, shared?: Doubt): void => {
  const signs = search.signed.has(view.number) && !isByIdentifier(reason) ? 'signature' : undefined;
  const doubt = givesAnotherNumber(search, view) ? 'other-identifier' : (signs ?? shared);
  const reasons = search.hits.get(view.number) ?? new Map<Reason, Doubt | undefined>();
  if (!reasons.has(reason) || doubt === undefined) reasons.set(reason, doubt);
  search.hits.set(view.number, reasons);
  if (certaintyOf(reasons) >= SURE) search.sure.add(view.number);
};

/**
 * A namesake's row gives another number of the kind that is known of the person, and not the person's; a row of two
 * people may well give both.
 */
const givesAnotherNumber = ({ given, shapes, people }: Search, view: RowView): boolean =>
  shapes.some((shape) => view.parts.some(({ text }) => shape.test(text))) &&
  !given.some(({ forms }) => view.says(forms)) &&
  people.othersIn(view).length === 0;

/** In the order in which they were found. */
const surelyFound = ({ views, hits, sure }: Search): Promise<RowView[]> =>
  views([...hits.keys()].filter((row) => sure.has(row)));

const rowsSaying = async (
  { corpus, views }: Search,
  { keys, forms }: Pick<Identifier, 'keys' | 'forms'>,
): Promise<RowView[]> => (await views(await rowsOf(corpus, keys))).filter((view) => view.says(forms));

/** Identifiers are whose they are, save for those that stand in everybody's rows. */
const byGiven = async (search: Search): Promise<void> => {
  for (const [i, identifier] of search.sought.identifiers.entries()) {
    const rows = await rowsSaying(search, identifier);
    const { names } = search.sought;
    const speaking = rows.filter((view) => names.some(({ full, initial }) => view.says(full) || view.says(initial)));
    if (names.length > 0 && rows.length >= 10 && speaking.length < 0.2 * rows.length) {
      search.remarks.push(
        `identifier ${i + 1} stands in ${rows.length} rows, of which ${speaking.length} name the person: it is not used`,
      );
      continue;
    }
    for (const view of rows) note(search, view, 'identifier-given');
  }
};

const byName = async (search: Search): Promise<void> => {
  for (const [i, name] of search.sought.names.entries()) {
    const shared = search.people.namesakes(name);
    const rows = await search.views(await rowsOf(search.corpus, name.keys));
    const inFull = new Set(rows.filter((view) => view.says(name.full)));
    const doubts = doubtsOf(name, i + 1, [...inFull], search.corpus.size);
    search.remarks.push(...doubts.remarks);
    for (const row of doubts.signed) search.signed.add(row);
    for (const view of doubts.views) note(search, view, 'full-name', doubts.doubt);
    const others =
      shared.length > 0 ? shared.flatMap(({ names }) => names.map(({ first }) => first)) : firstNamesBeside(rows, name);
    const doubt = others.some((first) => first?.charAt(0) === name.first?.charAt(0)) ? 'shared' : undefined;
    for (const view of rows)
      if (!inFull.has(view) && view.says(name.initial)) note(search, view, 'initial-and-last-name', doubt);
    const { keys, forms } = name.elsewhere;
    for (const view of await search.views(await rowsOf(search.corpus, keys)))
      if (view.says(forms)) note(search, view, 'other-script');
  }
};

/** What the register says of the person is as good as given; the corpus's own column, where it has one, better. */
const bySubject = async (search: Search): Promise<void> => {
  const { subject } = search.people;
  if (!subject) return;
  for (const identifier of subject.identifiers)
    for (const view of await rowsSaying(search, identifier)) note(search, view, 'identifier-found');
  search.own.push(...subject.identifiers);
  for (const view of await search.views(await search.corpus.rowsWith(subjectKey(subject.id))))
    if (view.entry.subject === subject.id) note(search, view, 'subject-column');
};

/** Identifiers beside the person's name that are not others': whether any was new. */
const byOwn = async (search: Search): Promise<boolean> => {
  const known = new Set(
    [...search.sought.identifiers, ...search.own].flatMap(({ forms }) =>
      forms.map(({ kind, key }) => `${kind}:${key}`),
    ),
  );
  const sure = await surelyFound(search);
  const seen = new Map<string, Identifier>();
  for (const found of identifiersOf(sure)) seen.set(found.forms[0]!.key, found);
  let isNew = false;
  for (const identifier of seen.values()) {
    if (identifier.forms.some(({ kind, key }) => known.has(`${kind}:${key}`))) continue;
    const rows = await rowsSaying(search, identifier);
    const key = identifier.forms[0]!.key;
    if (!isOwn(search, identifier, rows)) {
      search.shared.set(key, identifier);
      continue;
    }
    search.shared.delete(key);
    search.own.push(identifier);
    isNew = true;
    for (const view of rows) note(search, view, 'identifier-found');
  }
  return isNew;
};

/**
 * Most rows with it that name anybody are the person's, one of them nobody else's. Rows that name nobody tell nothing,
 * unless nearly all of many are such. And of a kind of number that is given, a person has the one that is given.
 */
const isOwn = ({ sure, people, sought, shapes }: Search, { text }: Identifier, rows: readonly RowView[]): boolean => {
  const own = rows.filter(({ number }) => sure.has(number));
  const others = rows.filter((view) => !sure.has(view.number) && speaksOfOthers(people, sought, view));
  const alone = own.some((view) => people.othersIn(view).length === 0);
  const isOfGivenKind = shapes.some((shape) => shape.test(text));
  return (
    alone &&
    !isOfGivenKind &&
    own.length >= OWN_SHARE * (own.length + others.length) &&
    own.length >= LEAST_SHARE * rows.length
  );
};

/**
 * Parts of a name that are nobody else's: nearly all rows that say them are the person's already, or nobody else goes
 * by them.
 */
const byPartOfName = async (search: Search): Promise<void> => {
  for (const name of search.sought.names)
    for (const [reason, forms] of [
      ['last-name', name.lasts],
      ['first-name', name.firsts],
    ] as const) {
      const parts = forms.filter(({ length }) => length >= FEWEST_LETTERS);
      const counts = await Promise.all(parts.map((part) => search.corpus.countOf(`w:${part}`)));
      if (counts.reduce((sum, count) => sum + count, 0) > MOST_OF_A_PART) continue;
      const rows = await rowsOf(
        search.corpus,
        parts.map((part) => [`w:${part}`]),
      );
      const views = (await search.views(rows)).filter((view) => parts.some((part) => isWritten(view, part)));
      const own = views.filter(({ number }) => search.sure.has(number));
      const left = views.filter(({ number }) => !search.sure.has(number));
      const namesakes = search.people.namesakes(name).length > 0;
      const telling = views.filter((view) => !isRepeat(search)(view));
      const isNobodyElses = reason === 'last-name' && !namesakes && firstNamesBeside(telling, name).length === 0;
      const isOwn = isNobodyElses || own.length >= PART_SHARE * views.length;
      const isAnothers = (view: RowView) => reason === 'last-name' && firstNamesBeside([view], name).length > 0;
      for (const view of left) note(search, view, reason, isOwn && !isAnothers(view) ? undefined : 'shared');
    }
};

/** A date of birth beside a part of the name. Alone it is thousands of people's. */
const byBirth = async (search: Search): Promise<void> => {
  for (const view of await search.views(search.hits.keys()))
    if (view.says(search.sought.born)) note(search, view, 'date-of-birth');
};

/** Rows that are the person's for being repeats alone: a name in them is the person's with a slip. */
const isRepeat =
  ({ hits }: Search) =>
  ({ number }: RowView): boolean => {
    const reasons = [...(hits.get(number)?.keys() ?? [])];
    return reasons.length > 0 && reasons.every((one) => one === 'near-duplicate');
  };

/** Rows that nearly repeat one of the person's, where the person's name is misspelt or left out. */
const byLikeness = async (search: Search): Promise<void> => {
  const names = [...search.sought.names, ...(search.people.subject?.names ?? [])];
  const sure = await surelyFound(search);
  const unread = sure.filter(({ number }) => !search.compared.has(number));
  const keys = unread.map(({ parts }) => likenessKeys(parts.map(({ read }) => read.reading)));
  const rows = await search.corpus.rowsWithEach(keys.flat());
  let at = 0;
  for (const [i, view] of unread.entries()) {
    search.compared.add(view.number);
    const alike = rows.slice(at, (at += keys[i]!.length));
    const unknown = new Set(alike.flatMap((some = []) => some.filter((row) => !search.sure.has(row))));
    if (unknown.size > MOST_OF_A_PART) continue;
    for (const other of await search.views(unknown))
      if (isNearly(view, other, names)) note(search, other, 'near-duplicate');
  }
};
