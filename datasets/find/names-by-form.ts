// Names in rows by their form alone: two or three capitalised words, or "Last, First", counted with the numbers and
// addresses that stand in the same rows.
// Trap: a word that begins a sentence is capitalised too. One that the corpus also writes small, or that stands before
// a great many different words, is no part of a name.
import { partsOf } from '#core/training-record.ts';
import { textOf } from '#core/words/places.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { identifiersIn } from './identifiers.ts';

export interface NameCount {
  readonly name: string;
  /** Rows that say it. */
  readonly rows: number;
  /** Numbers and addresses that stand beside this name more than beside others. */
  readonly own: readonly string[];
}

const WORD = String.raw`\p{Lu}[\p{L}\p{M}'’-]+`;
const GROUP = new RegExp(String.raw`(?<![\p{L}\p{N}.])${WORD}(?: ${WORD}){1,3}(?! ?\d)(?![\p{L}\p{M}])`, 'gu');
const TURNED = new RegExp(String.raw`(?<![\p{L}\p{N}])(${WORD}), (${WORD})(?=[\s(.;,]|$)`, 'gu');
/** Share of an identifier's rows that must say the name for it to be the name's. */
const OWN_SHARE = 0.6;
/** How much better the first name must fit a number than the second. */
const CLEAR = 1.5;

export const countedNames = (entries: readonly CorpusEntry[]): NameCount[] => {
  const rows = entries.map(({ row }) => partsOf(row).map(({ text }) => text));
  const isName = nameWords(rows);
  const read = rows.map((texts) => ({ names: namesIn(texts, isName), ids: idsIn(texts) }));
  const [byName, byId, together] = [new Map<string, number>(), new Map<string, number>(), new Map<string, string[]>()];
  for (const { names, ids } of read) {
    for (const name of names) add(byName, name);
    if (names.size === 0) continue; // a row that names nobody tells nothing
    for (const id of ids) {
      add(byId, id);
      together.set(id, [...(together.get(id) ?? []), ...names]);
    }
  }
  const owners = new Map<string, string[]>();
  const companies = everybodysCompanions(
    read.map(({ names }) => names),
    byName,
  );
  for (const [id, names] of together) {
    const owner = ownerOf(names, byId.get(id)!, byName);
    if (owner !== undefined && !companies.has(owner)) owners.set(owner, [...(owners.get(owner) ?? []), id]);
  }
  return [...byName].map(([name, count]) => ({ name, rows: count, own: owners.get(name) ?? [] }));
};

/** Names beside which so many others stand that they are nobody's: a company, an employee who signs for it. */
const everybodysCompanions = (
  rows: readonly ReadonlySet<string>[],
  byName: ReadonlyMap<string, number>,
): Set<string> => {
  const beside = new Map<string, Set<string>>();
  for (const names of rows)
    if (names.size > 1)
      for (const name of names) {
        const others = beside.get(name) ?? new Set();
        if (others.size <= MANY) for (const other of names) others.add(other);
        beside.set(name, others);
      }
  return new Set(
    [...beside].flatMap(([name, { size }]) =>
      size > MANY || (size > SEVERAL && size > byName.get(name)! / 4) ? [name] : [],
    ),
  );
};
/** Names beside a name, it among them: more than this, and more than this for its number of rows. */
const MANY = 10;
const SEVERAL = 5;

/** The name that stands in most rows of the number and in few without it; undefined where two come close. */
const ownerOf = (names: readonly string[], rows: number, byName: ReadonlyMap<string, number>): string | undefined => {
  const counts = new Map<string, number>();
  for (const name of names) add(counts, name);
  const [best, second] = [...counts]
    .filter(([, count]) => count >= OWN_SHARE * rows)
    .map(([name, count]) => ({ name, score: count ** 2 / (rows * byName.get(name)!) }))
    .sort((a, b) => b.score - a.score);
  return best && best.score >= CLEAR * (second?.score ?? 0) ? best.name : undefined;
};

const add = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

const idsIn = (texts: readonly string[]): Set<string> => new Set(texts.flatMap((text) => identifiersIn(textOf(text))));

/** A word before more than this share of all second words, and this many, is a greeting or a title. */
const TITLE_SHARE = 0.1;
const TITLE_LEAST = 4;

/** Whether a capitalised word can be part of a name, by how the corpus uses it elsewhere. */
const nameWords = (rows: readonly (readonly string[])[]): ((word: string) => boolean) => {
  const small = new Set<string>();
  const followers = new Map<string, Set<string>>();
  for (const text of rows.flat()) {
    for (const [word] of text.matchAll(/(?<![\p{L}@.])\p{Ll}[\p{L}\p{M}'’-]*/gu)) small.add(word);
    for (const [, first = '', second = ''] of text.matchAll(FOLLOWED))
      followers.set(first, (followers.get(first) ?? new Set()).add(second));
  }
  const seconds = new Set([...followers.values()].flatMap((words) => [...words])).size;
  const most = Math.max(TITLE_LEAST, TITLE_SHARE * seconds);
  return (word) => !small.has(word.toLowerCase()) && (followers.get(word)?.size ?? 0) <= most;
};
const FOLLOWED = new RegExp(String.raw`(?<![\p{L}\p{N}])(${WORD})(?= (${WORD}))`, 'gu');

const namesIn = (texts: readonly string[], isName: (word: string) => boolean): Set<string> => {
  const names = new Set<string>();
  for (const text of texts) {
    for (const [group] of text.matchAll(GROUP)) {
      const words = group.split(' ');
      const from = words.findIndex(isName);
      const own = from < 0 ? [] : words.slice(from, from + 3);
      if (own.length > 1 && own.every(isName)) names.add(own.join(' '));
    }
    for (const [, last = '', first = ''] of text.matchAll(TURNED))
      if (isName(last) && isName(first)) names.add(`${first} ${last}`);
  }
  return names;
};
