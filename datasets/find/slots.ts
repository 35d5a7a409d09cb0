// What a row says that rows of the same form say otherwise: values that have no form of their own (a street, a plan, a
// trade). Rows of a corpus are often made from templates; where the nearest rows differ, there stands what is
// particular. Source: word alignment by longest common subsequence.
// Trap: a value that most neighbours share (the town where everybody lives) is not seen, and one neighbour alone proves
// nothing.
import { partsOf, type Span } from '#core/training-record.ts';
import { wordKeys } from '#core/words/keys.ts';
import { wordsIn } from '#core/words/streams.ts';
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
  new Map(partsOf(row).map(({ part, text }) => [part, wordsIn(text).map((word) => word.text)] as const));

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
  return keys.map((some) => {
    const counts = new Map<number, number>();
    for (const key of some)
      for (const row of rare.get(key) ?? []) if (!own.has(row)) counts.set(row, (counts.get(row) ?? 0) + 1);
    const nearest = [...counts].sort(([a, x], [b, y]) => y - x || a - b).slice(0, NEIGHBOURS);
    return nearest.map(([row]) => row);
  });
};

const slotsIn = (
  part: PartView,
  others: readonly (readonly string[])[],
): [start: number, end: number][] | undefined => {
  const tokens = part.read.reading.words;
  if (tokens.length > LONGEST) return undefined;
  const words = tokens.map(({ text }) => text);
  const kept = others.flatMap((theirs) => {
    const common = theirs.length > LONGEST ? new Set<number>() : alignment(words, theirs);
    return common.size >= SAME_FORM * Math.max(words.length, theirs.length) && common.size < words.length
      ? [common]
      : [];
  });
  if (kept.length < FEWEST) return undefined;
  const isOwn = words.map((_, i) => kept.filter((common) => !common.has(i)).length > kept.length / 2);
  return runsOf(isOwn).map(([from, to]) => [tokens[from]!.start, tokens[to - 1]!.end]);
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
