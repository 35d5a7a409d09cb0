// A corpus as onboarding holds it: every row that speaks of somebody whom it knows, and of the others as many as are
// measured, drawn evenly. Rows stream by, so that memory grows with what is said of people and not with the corpus.
// Trap: what is summed over the corpus counts a drawn row for all those that it stands for; of people every row is
// there, as a deletion takes exactly its own away again.
import { RECORD_KINDS, type RecordKind } from '#core/training-record.ts';
import { random } from '#engine/random.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { knownPeople } from '#datasets/find/others.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import { viewOf } from '#datasets/find/views.ts';

export interface SampledCorpus {
  /** In the order of the corpus. */
  readonly entries: readonly CorpusEntry[];
  /** Numbers in `entries` of rows about nobody. */
  readonly others: ReadonlySet<number>;
  /** Rows of the corpus that each of them stands for: 1 where all are there. */
  readonly weight: number;
  /** Rows of the corpus. */
  readonly rows: Readonly<Record<RecordKind, number>>;
}

/** Rows about nobody that are kept, at most. */
export const MOST_OTHERS = 800;

interface Numbered {
  readonly number: number;
  readonly entry: CorpusEntry;
}

export const sampledCorpus = async (
  rows: AsyncIterable<CorpusEntry> | Iterable<CorpusEntry>,
  register: readonly RegisteredPerson[],
  seed: string,
  most = MOST_OTHERS,
): Promise<SampledCorpus> => {
  const people = knownPeople(register, { names: [], identifiers: [], born: [] });
  const counts: Record<RecordKind, number> = { qa: 0, chat: 0, text: 0 };
  const own: Numbered[] = [];
  const others = reservoir<Numbered>(most, seed);
  for await (const entry of rows) {
    const number = rowsIn({ rows: counts });
    counts[entry.row.kind]++;
    const isAboutSomebody = people.othersIn(viewOf(number, entry)).length > 0;
    if (isAboutSomebody) own.push({ number, entry });
    else others.offer({ number, entry });
  }
  const drawn = new Set(others.kept);
  const all = [...own, ...others.kept].sort((a, b) => a.number - b.number);
  return {
    entries: all.map(({ entry }) => entry),
    others: new Set(all.flatMap((one, i) => (drawn.has(one) ? [i] : []))),
    weight: drawn.size === 0 ? 1 : others.seen() / drawn.size,
    rows: counts,
  };
};

/** How many rows the corpus has. */
export const rowsIn = ({ rows }: Pick<SampledCorpus, 'rows'>): number =>
  RECORD_KINDS.reduce((sum, kind) => sum + rows[kind], 0);

/** Each of those offered is kept with the same chance. Source: algorithm R (Vitter 1985). */
const reservoir = <T>(most: number, seed: string) => {
  const rng = random(`rows about nobody:${seed}`);
  const kept: T[] = [];
  let seen = 0;
  return {
    kept,
    seen: () => seen,
    offer: (one: T): void => {
      seen++;
      const at = kept.length < most ? kept.length : rng.below(seen);
      if (at < most) kept[at] = one;
    },
  };
};
