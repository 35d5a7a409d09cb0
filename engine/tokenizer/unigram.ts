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

export const unigram = ({ vocab, unk_id, byte_fallback }: Unigram): ReadModel => {
  const vocabulary = new Map(vocab.map(([token], id) => [token, id]));
  const scores = Float64Array.from(vocab, ([, score]) => score);
  const unknown = unk_id ?? undefined;
  if (unknown !== undefined && unknown >= vocab.length) throw tokenizerInvalid('model.unk_id is not in the vocabulary');
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - PENALTY;
  const longest = longestByFirst(vocabulary);

  const bestPath = (piece: string): Best[] => {
    const best: Best[] = [];
    const offer = (end: number, found: Best) => {
      const known = best[end];
      if (!known || found.score > known.score) best[end] = found;
    };
    for (let start = 0; start < piece.length;) {
      const score = best[start]?.score ?? 0;
      const char = String.fromCodePoint(piece.codePointAt(start)!);
      let single = false;
      const most = Math.min(piece.length, start + (longest.get(char) ?? 0));
      for (let end = start + char.length; end <= most; end++) {
        const id = vocabulary.get(piece.slice(start, end));
        if (id === undefined) continue;
        offer(end, { score: scores[id]! + score, start, id });
        single ||= end === start + char.length;
      }
      if (!single) {
        if (unknown === undefined) throw tokenizerInvalid(`the vocabulary has neither '${char}' nor an unk_id`);
        offer(start + char.length, { score: unknownScore + score, start, id: unknown });
      }
      start += char.length;
    }
    return best;
  };

  const bytesOf = (text: string): number[] | undefined => {
    const ids = Array.from(Buffer.from(text, 'utf8'), (byte) => vocabulary.get(byteToken(byte)));
    return ids.every((id) => id !== undefined) ? ids : undefined;
  };

  /** Looks a token up by its text: fused unknown characters may spell a token. */
  const named = (piece: string, start: number, end: number): PieceToken[] => {
    const text = piece.slice(start, end);
    const id = vocabulary.get(text);
    if (id !== undefined) return [{ id, start, end }];
    const bytes = byte_fallback ? bytesOf(text) : undefined;
    return (bytes ?? [unknown ?? 0]).map((one) => ({ id: one, start, end }));
  };

  const tokenize = (piece: string): PieceToken[] => {
    const best = bestPath(piece);
    const ranges: { start: number; end: number; unknown: boolean }[] = [];
    for (let end = piece.length; end > 0;) {
      const { start, id } = best[end]!;
      const last = ranges.at(-1);
      if (id === unknown && last?.unknown) last.start = start;
      else ranges.push({ start, end, unknown: id === unknown });
      end = start;
    }
    return ranges.reverse().flatMap(({ start, end }) => named(piece, start, end));
  };
  return { vocabulary, tokenize };
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
