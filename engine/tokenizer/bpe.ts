// Byte pair encoding (Sennrich et al. 2016) as Hugging Face's Rust library computes it: the pair of the lowest rank is
// merged first, and the leftmost of equal ones.
// Traps: the bytes of a character that the vocabulary lacks all have the position of the whole character; an unknown
// character gives no token where there is no unk_token.
import { tokenizerInvalid } from './invalid.ts';
import type { Bpe } from './json.ts';
import { MergeQueue } from './merge-queue.ts';
import type { PieceToken, ReadModel } from './token-model.ts';

export const bpe = (part: Bpe, vocabulary: Map<string, number>): ReadModel => {
  if (part.dropout) throw tokenizerInvalid('model.dropout makes other tokens each time; set it to null');
  const unknown = part.unk_token == null ? undefined : vocabulary.get(part.unk_token);
  if (part.unk_token != null && unknown === undefined)
    throw tokenizerInvalid(`the vocabulary lacks its own unk_token '${part.unk_token}'`);
  const merges = mergesOf(part, vocabulary);
  const letters = lettersOf(part, vocabulary, unknown);
  const tokenize = (piece: string): PieceToken[] => {
    const id = part.ignore_merges ? vocabulary.get(piece) : undefined;
    return id === undefined ? mergeAll(letters(piece), merges) : [{ id, start: 0, end: piece.length }];
  };
  return { vocabulary, tokenize };
};

interface Merges {
  /** Rank of a pair of ids, which `pair` encodes as one number. */
  ranks: ReadonlyMap<number, number>;
  /** Id of the token that the merge of each rank makes. */
  results: Int32Array;
  pair: (a: number, b: number) => number;
}

const mergesOf = (part: Bpe, vocabulary: ReadonlyMap<string, number>): Merges => {
  const width = [...vocabulary.values()].reduce((most, id) => Math.max(most, id), 0) + 1;
  const pair = (a: number, b: number) => a * width + b;
  const prefix = part.continuing_subword_prefix ?? '';
  const written = part.merges.filter((merge) => typeof merge !== 'string' || !merge.startsWith('#version'));
  const results = new Int32Array(written.length);
  const ranks = new Map<number, number>();
  written.forEach((merge, rank) => {
    const [left, right] = pairOf(merge);
    const [a, b] = [vocabulary.get(left), vocabulary.get(right)];
    const result = vocabulary.get(left + right.slice(prefix.length));
    if (a === undefined || b === undefined || result === undefined)
      throw tokenizerInvalid(`merges '${left}' and '${right}', which are not in its vocabulary`);
    ranks.set(pair(a, b), rank);
    results[rank] = result;
  });
  return { ranks, results, pair };
};

/** A merge written as one string has one blank, between its two tokens; other white space belongs to the tokens. */
const pairOf = (merge: string | [string, string]): readonly [string, string] => {
  if (typeof merge !== 'string') return merge;
  const [left, right, ...more] = merge.split(' ');
  if (left === undefined || right === undefined || more.length > 0)
    throw tokenizerInvalid(`the merge ${JSON.stringify(merge)} is not of two tokens with one blank between them`);
  return [left, right];
};

type Letters = (piece: string) => PieceToken[];

/** The characters of a piece as tokens, before any merge. */
const lettersOf = (part: Bpe, vocabulary: ReadonlyMap<string, number>, unknown: number | undefined): Letters => {
  const bytes = part.byte_fallback ? byteTokens(vocabulary) : undefined;
  const written = (char: string, first: boolean, last: boolean) =>
    (first ? '' : (part.continuing_subword_prefix ?? '')) + char + (last ? (part.end_of_word_suffix ?? '') : '');
  return (piece) => {
    const tokens: PieceToken[] = [];
    let pending: PieceToken | undefined;
    const flush = () => {
      if (pending) tokens.push(pending);
      pending = undefined;
    };
    let start = 0;
    for (const char of piece) {
      const end = start + char.length;
      const token = written(char, start === 0, end === piece.length);
      const id = vocabulary.get(token);
      const spelt = id === undefined ? bytes?.(token) : undefined;
      if (id !== undefined) {
        flush();
        tokens.push({ id, start, end });
      } else if (spelt) for (const byte of spelt) tokens.push({ id: byte, start, end });
      else if (unknown !== undefined) {
        if (pending && part.fuse_unk) pending.end = end;
        else {
          flush();
          pending = { id: unknown, start, end };
        }
      }
      start = end;
    }
    flush();
    return tokens;
  };
};

/** The tokens of a text's bytes; undefined where the vocabulary lacks one of them. */
const byteTokens = (vocabulary: ReadonlyMap<string, number>) => {
  const ids = Array.from({ length: 256 }, (_, byte) => vocabulary.get(byteToken(byte)));
  return (text: string): number[] | undefined => {
    const found = Array.from(Buffer.from(text, 'utf8'), (byte) => ids[byte]);
    return found.every((id) => id !== undefined) ? found : undefined;
  };
};

/** SentencePiece's name of a byte, e.g. <0x0A>. */
export const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

const mergeAll = (tokens: PieceToken[], { ranks, results, pair }: Merges): PieceToken[] => {
  const next = tokens.map((_, i) => (i + 1 < tokens.length ? i + 1 : -1));
  const before = tokens.map((_, i) => i - 1);
  const gone = new Uint8Array(tokens.length);
  const queue = new MergeQueue();
  const offer = (left: number, right: number) => {
    if (left < 0 || right < 0) return;
    const rank = ranks.get(pair(tokens[left]!.id, tokens[right]!.id));
    if (rank !== undefined) queue.push(rank, left);
  };
  tokens.forEach((_, i) => offer(i, next[i]!));
  for (let top = queue.pop(); top; top = queue.pop()) {
    const { rank, position } = top;
    const right = next[position]!;
    if (gone[position] || right < 0) continue;
    const [left, old] = [tokens[position]!, tokens[right]!];
    const now = ranks.get(pair(left.id, old.id));
    // the pair of this entry was merged with others meanwhile
    if (now === undefined || results[now] !== results[rank]) continue;
    left.id = results[rank]!;
    left.end = old.end;
    gone[right] = 1;
    next[position] = next[right]!;
    if (next[right]! >= 0) before[next[right]!] = position;
    offer(before[position]!, position);
    offer(position, next[position]);
  }
  return tokens.filter((_, i) => !gone[i]);
};
