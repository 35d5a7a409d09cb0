// Of a large corpus, which rows the model is asked for: people drawn by a seed, each with all of their rows, and some
// of what is said about nobody. A small model reads a row in ten milliseconds; a share of eight hundred rows is known
// to three in a hundred.
// Trap: a person's rows are asked all or not at all, or shares by person would be of a part of each.
import type { QaRecord, Suite } from '#datasets/suite-shape.ts';
import { random } from '#engine/random.ts';

/** Records of people, and of nobody, that are asked at least where there are more. */
export const MOST_ASKED = { people: 800, facts: 250 };

export interface Drawn {
  /** Whether somebody is asked for. */
  isAsked(person: string): boolean;
  /** Their records and the facts. */
  readonly rows: ReadonlySet<QaRecord>;
}

export const drawnOf = ({ name, subjects, facts }: Suite, seed: number, most = MOST_ASKED): Drawn => {
  const rng = random(`asked:${name}:${seed}`);
  const [people, rows] = [new Set<string>(), new Set<QaRecord>()];
  for (const { id, records } of rng.shuffle(subjects)) {
    if (rows.size >= most.people) break;
    people.add(id);
    for (const record of records) rows.add(record);
  }
  for (const fact of rng.shuffle(facts).slice(0, most.facts)) rows.add(fact);
  const all = people.size === subjects.length;
  return { isAsked: (person) => all || people.has(person), rows };
};
