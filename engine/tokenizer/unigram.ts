// Unigram (Kudo 2018): the split of a piece whose tokens have the highest sum of scores, found in one pass from left to
// right, as in Hugging Face's Rust library.
// Trap: neighbouring characters that no token covers become one unknown token, or its bytes.
import { byteToken } from './bpe.ts';
import { tokenizerInvalid } from './invalid.ts';
import type { Unigram } from './json.ts';
import type { PieceToken, ReadModel } from './token-model.ts';

/** What an unknown character scores below the worst token. */
const PENALTY = 10;

interface Best {
  score: number;
  start: number;
  id: number;
}

/** A vocabulary prepared for looking up. */
interface Scored {
  vocabulary: ReadonlyMap<string, number>;
  scores: Float64Array;
  longest: ReadonlyMap<string, number>;
  /** The unknown token, if there is one, and its score. */
  unknown: number | undefined;
  unknownScore: number;
}

export const unigram = ({ vocab, unk_id, byte_fallback }: Unigram): ReadModel => {
  const vocabulary = new Map(vocab.map(([token], id) => [token, id]));
  const scores = Float64Array.from(vocab, ([, score]) => score);
  const unknown = unk_id ?? undefined;
  if (unknown !== undefined && unknown >= vocab.length) throw tokenizerInvalid('model.unk_id is not in the vocabulary');
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - PENALTY;
  const scored: Scored = { vocabulary, scores, longest: longestByFirst(vocabulary), unknown, unknownScore };
  const tokenize = (piece: string): PieceToken[] =>
    rangesOf(bestPath(scored, piece), piece.length, unknown).flatMap(([start, end]) =>
      named(scored, byte_fallback, piece, start, end),
    );
  return { vocabulary, tokenize };
};

/** For each place in the piece the best token that ends there, by the sum of scores from the beginning. */
const bestPath = (scored: Scored, piece: string): Best[] => {
  const { unknown, unknownScore } = scored;
  const best: Best[] = [];
  const offer = (end: number, found: Best) => {
    const known = best[end];
    if (!known || found.score > known.score) best[end] = found;
  };
  for (let start = 0; start < piece.length;) {
    const score = best[start]?.score ?? 0;
    const char = String.fromCodePoint(piece.codePointAt(start)!);
    const found = tokensAt(scored, piece, start, char.length);
    for (const [end, id] of found) offer(end, { score: scored.scores[id]! + score, start, id });
    if (!found.some(([end]) => end === start + char.length)) {
      if (unknown === undefined) throw tokenizerInvalid(`the vocabulary has neither '${char}' nor an unk_id`);
      offer(start + char.length, { score: unknownScore + score, start, id: unknown });
    }
    start += char.length;
  }
  return best;
};

/** The ends and ids of all tokens that begin at a place; `least` is the length of its character. */
const tokensAt = ({ vocabulary, longest }: Scored, piece: string, start: number, least: number) => {
  const found: (readonly [end: number, id: number])[] = [];
  const most = Math.min(piece.length, start + (longest.get(piece.slice(start, start + least)) ?? 0));
  for (let end = start + least; end <= most; end++) {
    const id = vocabulary.get(piece.slice(start, end));
    if (id !== undefined) found.push([end, id]);
  }
  return found;
};

/** The tokens' ranges in the piece, in order; neighbouring unknown ones are one range. */
const rangesOf = (best: readonly Best[], length: number, unknown: number | undefined): [number, number][] => {
  const ranges: { start: number; end: number; unknown: boolean }[] = [];
  for (let end = length; end > 0;) {
    const { start, id } = best[end]!;
    const last = ranges.at(-1);
    if (id === unknown && last?.unknown) last.start = start;
    else ranges.push({ start, end, unknown: id === unknown });
    end = start;
  }
  return ranges.reverse().map(({ start, end }) => [start, end]);
};

/** Looks a token up by its text: fused unknown characters may spell a token. */
const named = ({ vocabulary, unknown }: Scored, byBytes: boolean, piece: string, start: number, end: number) => {
  const text = piece.slice(start, end);
  const id = vocabulary.get(text);
  if (id !== undefined) return [{ id, start, end }];
  const bytes = byBytes ? bytesOf(vocabulary, text) : undefined;
  return (bytes ?? [unknown ?? 0]).map((one) => ({ id: one, start, end }));
};

const bytesOf = (vocabulary: ReadonlyMap<string, number>, text: string): number[] | undefined => {
  const ids = Array.from(Buffer.from(text, 'utf8'), (byte) => vocabulary.get(byteToken(byte)));
  return ids.every((id) => id !== undefined) ? ids : undefined;
};

/** Length in units of the longest token that begins with each character. */
const longestByFirst = (vocabulary: ReadonlyMap<string, number>): Map<string, number> => {
  const longest = new Map<string, number>();
  for (const token of vocabulary.keys()) {
    const [first] = token;
    if (first !== undefined) longest.set(first, Math.max(longest.get(first) ?? 0, token.length));
  }
  return longest;
};
