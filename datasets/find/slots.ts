// What a row says that rows of the same form say otherwise: values that have no form of their own (a street, a plan, a
// trade). Rows of a corpus are often made from templates; where the nearest rows differ, there stands what is
// particular. Source: word alignment by longest common subsequence.
// Trap: a value that most neighbours share (the town where everybody lives) is not seen, and one neighbour alone proves
// nothing.
import { wordKeys } from '#core/words/keys.ts';
import type { SearchableCorpus } from '#datasets/corpus/search.ts';
import type { Span } from '#datasets/corpus/row.ts';
import type { PartView, RowView, Views } from './views.ts';

const NEIGHBOURS = 8;
const FEWEST = 2;
/** Share of words in common from which on two parts are of one form. */
const SAME_FORM = 0.4;
/** Rows that share a word, at most, for the word to lead to neighbours. */
const MOST_SHARED = 400;
/** Longest part that is aligned, in words: the work is quadratic. */
const LONGEST = 400;

/**
 * Runs of words of the row in which most of its neighbours differ; undefined where it has too few that are of its form.
 */
export const slotsOf = async (
  corpus: SearchableCorpus,
  views: Views,
  view: RowView,
  own: ReadonlySet<number>,
): Promise<Span[] | undefined> => {
  const neighbours = await nearestRows(corpus, views, view, own);
  const slots = view.parts.map((part) => {
    const others = neighbours.flatMap(({ parts }) => parts.find(({ part: at }) => at === part.part) ?? []);
    return slotsIn(part, others)?.map(([start, end]) => ({ part: part.part, start, end }));
  });
  return slots.some((some, i) => some !== undefined && view.parts[i]?.said)
    ? slots.flatMap((some) => some ?? [])
    : undefined;
};

/** Those that share the most words with it, of words that neither everybody uses nor this row alone. */
const nearestRows = async (
  corpus: SearchableCorpus,
  views: Views,
  view: RowView,
  own: ReadonlySet<number>,
): Promise<RowView[]> => {
  const counts = new Map<number, number>();
  for (const key of new Set(view.parts.flatMap(({ read }) => wordKeys(read.reading)))) {
    if ((await corpus.countOf(key)) <= MOST_SHARED)
      for (const row of await corpus.rowsWith(key)) if (!own.has(row)) counts.set(row, (counts.get(row) ?? 0) + 1);
  }
  const nearest = [...counts].sort(([a, x], [b, y]) => y - x || a - b).slice(0, NEIGHBOURS);
  return views(nearest.map(([row]) => row));
};

const wordsOf = ({ read }: PartView): string[] => read.reading.words.map(({ text }) => text);

const slotsIn = (part: PartView, others: readonly PartView[]): [start: number, end: number][] | undefined => {
  const tokens = part.read.reading.words;
  if (tokens.length > LONGEST) return undefined;
  const words = wordsOf(part);
  const kept = others.flatMap((other) => {
    const theirs = wordsOf(other);
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
