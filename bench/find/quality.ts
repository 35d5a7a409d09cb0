// What finding finds and misses in corpora of many languages (made-corpora.ts): of each person's rows how many are
// hits, and of the hits how many are theirs.
import { corpusInMemory } from '#datasets/corpus/search.ts';
import { findPerson } from '#datasets/find/find.ts';
import type { PersonQuery } from '#datasets/find/query.ts';
import type { MadeCorpus, MadePerson } from './made-corpora.ts';

export type AskedBy = 'name' | 'name and number';

export interface Quality {
  readonly language: string;
  readonly by: AskedBy;
  readonly rows: number;
  readonly people: number;
  readonly recall: number;
  readonly precision: number;
  /** Rows that were missed or wrongly taken, by their text: made ones, so that they may be shown. */
  readonly missed: readonly string[];
  readonly foreign: readonly string[];
}

const queryOf = ({ name, id }: MadePerson, by: AskedBy): PersonQuery => ({
  names: [name],
  mails: [],
  phones: [],
  ids: by === 'name' ? [] : [id],
});

export const qualityOf = async ({ language, people, entries, rows }: MadeCorpus, by: AskedBy): Promise<Quality> => {
  const corpus = await corpusInMemory(entries);
  let [own, right, taken]: [number, number, number] = [0, 0, 0];
  const [missed, foreign]: [string[], string[]] = [[], []];
  for (const [i, person] of people.entries()) {
    const { hits } = await findPerson(corpus, queryOf(person, by));
    const found = new Set(hits.map(({ view }) => view.number));
    const theirs = new Set(rows[i]);
    own += theirs.size;
    taken += found.size;
    for (const row of theirs) {
      if (found.has(row)) right++;
      else missed.push(`${person.name}: ${saidIn(entries[row]!)}`);
    }
    for (const row of found) if (!theirs.has(row)) foreign.push(`${person.name}: ${saidIn(entries[row]!)}`);
  }
  return {
    ...{ language, by, people: people.length, rows: entries.length, missed, foreign },
    recall: own === 0 ? 1 : right / own,
    precision: taken === 0 ? 1 : right / taken,
  };
};

const saidIn = ({ row }: MadeCorpus['entries'][number]): string => {
  if (row.kind === 'text') return row.text;
  return row.kind === 'qa' ? `${row.question} ${row.answer}` : row.messages.map(({ content }) => content).join(' ');
};
