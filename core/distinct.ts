// A record that is listed twice counts once: it is asked once, and enters every statistic once. Trap: two people may
// have the same answer, and one person the same question in two wordings. Only question and answer together, in any
// white space and Unicode form, identify a record.
import { normalise } from './forget-set.ts';

interface Prompted {
  prompt: string;
  answer: string;
}

const keyOf = ({ prompt, answer }: Prompted): string => JSON.stringify([normalise(prompt), normalise(answer)]);

/** The first of each. */
export const distinct = <R extends Prompted>(rows: readonly R[], seen = new Set<string>()): R[] =>
  rows.filter((row) => {
    const key = keyOf(row);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });

/** The same of people's records, across all of them. */
export const distinctPeople = <R extends Prompted, P extends { records: R[] }>(people: readonly P[]): P[] => {
  const seen = new Set<string>();
  return people.map((person) => ({ ...person, records: distinct(person.records, seen) }));
};
