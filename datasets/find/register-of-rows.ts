// Who is in a corpus of which no register exists: the people whom a column of its rows names (`--subject-field`), each
// by the name that their own rows say and others' do not.
// Trap: a company's name stands in everybody's rows; what many people's rows say is nobody's name.
import { partsOf } from '#core/training-record.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import type { RegisteredPerson } from './register.ts';

const NAME = /\p{Lu}[\p{L}\p{M}'’-]+(?: \p{Lu}[\p{L}\p{M}'’-]+){1,2}/gu;
/** People whose rows may say a name that is one of them's: a row of two people says both. */
const MOST_OWNERS = 3;

export interface RegisterOfRows {
  readonly people: readonly RegisteredPerson[];
  /** People of the column of whom no row says a name that is theirs. */
  readonly nameless: number;
}

export const registerOfRows = async (
  entries: AsyncIterable<CorpusEntry> | Iterable<CorpusEntry>,
): Promise<RegisterOfRows> => {
  const counts = new Map<string, Map<string, number>>();
  for await (const { row, subject } of entries) {
    if (subject === undefined) continue;
    const own = counts.get(subject) ?? new Map<string, number>();
    for (const name of new Set(partsOf(row).flatMap(({ text }) => text.match(NAME) ?? [])))
      own.set(name, (own.get(name) ?? 0) + 1);
    counts.set(subject, own);
  }
  const owners = new Map<string, number>();
  for (const name of [...counts.values()].flatMap((own) => [...own.keys()]))
    owners.set(name, (owners.get(name) ?? 0) + 1);
  const people = [...counts].flatMap(([id, own]): RegisteredPerson[] => {
    const names = [...own].filter(([name]) => owners.get(name)! <= MOST_OWNERS);
    const [best] = names.sort(([a, x], [b, y]) => y - x || owners.get(a)! - owners.get(b)! || b.length - a.length);
    return best ? [{ id, name: best[0], aliases: [], values: [] }] : [];
  });
  return { people, nameless: counts.size - people.length };
};
