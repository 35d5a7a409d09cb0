// Under which keys a case is found by its person's name: the names and aliases of the request, each whole and by its
// parts, as they read without case, accents and look-alikes, keyed. The keys are in the vault's zone and go with the
// case. Trap: whoever may search can test whether a name has a case; it is for those who file and decide.
import type { Pseudonyms } from './ports.ts';
import type { Subject } from './subject.ts';
import { nameKey } from './words/names.ts';

/** Tickets that a search by name gives at most. */
export const MOST_LABELLED = 100;

/** Parts of a name with fewer letters find too much. */
const SHORTEST = 2;

const readings = (name: string): string[] =>
  [name, ...name.split(/[\s,]+/)].map(nameKey).filter((key) => key.length >= SHORTEST);

export const subjectLabels = async (
  { name, aliases }: Pick<Subject, 'name' | 'aliases'>,
  pseudonyms: Pseudonyms,
): Promise<string[]> => {
  const keys = new Set([name, ...aliases].flatMap(readings));
  return Promise.all([...keys].map((key) => labelOf(key, pseudonyms)));
};

/** The key of a name as somebody looks for it, whole or one part; undefined where it is too short to look for. */
export const labelToFind = async (name: string, pseudonyms: Pseudonyms): Promise<string | undefined> => {
  const key = nameKey(name);
  return key.length < SHORTEST ? undefined : labelOf(key, pseudonyms);
};

const labelOf = (key: string, pseudonyms: Pseudonyms) => pseudonyms.of('subject-label', key);
