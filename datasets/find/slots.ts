// What a row says that rows of the same form say otherwise: values that have no form of their own (a street, a plan, a
// trade). Rows of a corpus are often made from templates; where the nearest rows differ, there stands what is
// particular. Source: word alignment by longest common subsequence.
// Trap: a value that most neighbours share (the town where everybody lives) is not seen, and one neighbour alone proves
// nothing.
import { partsOf, type Span } from '#core/training-record.ts';
import { wordKeys } from '#core/words/keys.ts';
import { textsOfWords } from '#core/words/streams.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import type { SearchableCorpus } from '#datasets/corpus/search.ts';
import type { PartView, RowView } from './views.ts';

const NEIGHBOURS = 8;
const FEWEST = 2;
/** Share of words in common from which on two parts are of one form. */
const SAME_FORM = 0.4;
/** Rows that share a word, at most, for the word to lead to neighbours. */
const MOST_SHARED = 400;
/** Longest part that is aligned, in words: the work is quadratic. */
const LONGEST = 400;

/** Words that are remembered with their rows while one person's are marked. */
const REMEMBERED = 100_000;

/** For rows of one person: where each says what its nearest neighbours say otherwise. */
export interface Slots {
  /** Runs of words in which most neighbours differ; undefined for a row that has too few of its form. */
  of(views: readonly RowView[]): Promise<(Span[] | undefined)[]>;
}

/** `own`: the person's rows, which are nobody's neighbours. */
export const slotsOf = (corpus: SearchableCorpus, own: ReadonlySet<number>): Slots => {
  const rare = new Map<string, readonly number[] | undefined>();
  return {
    of: async (views) => {
      if (rare.size > REMEMBERED) rare.clear();
      const nearest = await nearestRows(corpus, views, own, rare);
      const rows = [...new Set(nearest.flat())];
      const entries = await corpus.entries(rows);
      const words = new Map(rows.flatMap((row, i) => (entries[i] ? [[row, wordsOfParts(entries[i])] as const] : [])));
      return views.map((view, i) =>
        slotsBeside(
          view,
          nearest[i]!.flatMap((row) => words.get(row) ?? []),
        ),
      );
    },
  };
};

const slotsBeside = (view: RowView, neighbours: readonly PartWords[]): Span[] | undefined => {
  const slots = view.parts.map((part) => {
    const others = neighbours.flatMap((words) => (words.has(part.part) ? [words.get(part.part)!] : []));
    return slotsIn(part, others)?.map(([start, end]) => ({ part: part.part, start, end }));
  });
  return slots.some((some, i) => some !== undefined && view.parts[i]?.said)
    ? slots.flatMap((some) => some ?? [])
    : undefined;
};

/** The words of each part, by its number. */
type PartWords = ReadonlyMap<number, readonly string[]>;

const wordsOfParts = ({ row }: CorpusEntry): PartWords =>
  new Map(partsOf(row).map(({ part, text }) => [part, textsOfWords(text)] as const));

/** For each, those that share the most words with it, of words that neither everybody uses nor it alone. */
const nearestRows = async (
  corpus: SearchableCorpus,
  views: readonly RowView[],
  own: ReadonlySet<number>,
  rare: Map<string, readonly number[] | undefined>,
): Promise<number[][]> => {
  const keys = views.map(({ parts }) => new Set(parts.flatMap(({ read }) => wordKeys(read.reading))));
  const unknown = [...new Set(keys.flatMap((some) => [...some]))].filter((key) => !rare.has(key));
  const rows = await corpus.rowsWithEach(unknown, MOST_SHARED);
  for (const [i, key] of unknown.entries()) rare.set(key, rows[i]);
  const nearest = counterOf(corpus.size, own);
  return keys.map((some) => nearest([...some].flatMap((key) => [rare.get(key) ?? []])));
};

/**
 * Of lists of rows, those that stand in the most of them; of as many, the first. In an array: there are many counts.
 */
const counterOf = (size: number, own: ReadonlySet<number>) => {
  const counts = new Uint32Array(size);
  return (lists: readonly (readonly number[])[]): number[] => {
    const met: number[] = [];
    for (const rows of lists) for (const row of rows) if (counts[row]!++ === 0) met.push(row);
    const others = met.filter((row) => !own.has(row));
    const fewest = others.map((row) => counts[row]!).sort((a, b) => b - a)[NEIGHBOURS - 1] ?? 0;
    const nearest = others.filter((row) => counts[row]! >= fewest);
    nearest.sort((a, b) => counts[b]! - counts[a]! || a - b);
    for (const row of met) counts[row] = 0;
    return nearest.slice(0, NEIGHBOURS);
  };
};

const slotsIn = (
  part: PartView,
  others: readonly (readonly string[])[],
): [start: number, end: number][] | undefined => {
  const tokens = part.read.reading.words;
  if (tokens.length > LONGEST) return undefined;
  const words = tokens.map(({ text }) => text);
  const counts = countsOf(words);
  const kept = others.flatMap((theirs) => {
    const fewest = SAME_FORM * Math.max(words.length, theirs.length);
    if (theirs.length > LONGEST || inBoth(counts, theirs) < fewest) return [];
    const common = alignment(words, theirs);
    return common.size >= fewest && common.size < words.length ? [common] : [];
  });
  if (kept.length < FEWEST) return undefined;
  const isOwn = words.map((_, i) => kept.filter((common) => !common.has(i)).length > kept.length / 2);
  return runsOf(isOwn).map(([from, to]) => [tokens[from]!.start, tokens[to - 1]!.end]);
};

const countsOf = (words: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

/** How many words two parts have in common in any order: no alignment has more, and most rows have too few. */
const inBoth = (counts: ReadonlyMap<string, number>, theirs: readonly string[]): number => {
  const left = new Map(counts);
  return theirs.filter((word) => {
    const count = left.get(word) ?? 0;
    if (count > 0) left.set(word, count - 1);
    return count > 0;
  }).length;
};

const runsOf = (flags: readonly boolean[]): [from: number, to: number][] => {
  const runs: [number, number][] = [];
  flags.forEach((flag, i) => {
    if (!flag) return;
    const last = runs.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else runs.push([i, i + 1]);
  });
  return runs;
};

/** Places of `a` that a longest common subsequence with `b` holds. */
const alignment = (a: readonly string[], b: readonly string[]): Set<number> => {
  const width = b.length + 1;
  const best = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      best[i * width + j] =
        a[i] === b[j]
          ? best[(i + 1) * width + j + 1]! + 1
          : Math.max(best[(i + 1) * width + j]!, best[i * width + j + 1]!);
  const places = new Set<number>();
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      places.add(i++);
      j++;
    } else if (best[(i + 1) * width + j]! >= best[i * width + j + 1]!) i++;
    else j++;
  }
  return places;
};
