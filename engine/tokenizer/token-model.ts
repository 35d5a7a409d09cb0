// The model part of tokenizer.json: it turns one piece of text into ids, each with the units of the piece that it
// covers.
import { tokenizerInvalid } from './invalid.ts';
import type { TokenModel, WordLevel, WordPiece } from './json.ts';
import { bpe } from './bpe.ts';
import { unigram } from './unigram.ts';

export interface PieceToken {
  id: number;
  /** Units [start, end) of the piece. */
  start: number;
  end: number;
}

export interface ReadModel {
  tokenize(piece: string): PieceToken[];
  /** Every token of the model with its id. */
  readonly vocabulary: ReadonlyMap<string, number>;
}

export const modelOf = (part: TokenModel): ReadModel => {
  switch (part.type) {
    case 'BPE':
      return bpe(part, vocabularyOf(part.vocab));
    case 'Unigram':
      return unigram(part);
    case 'WordPiece':
      return wordPiece(part, vocabularyOf(part.vocab));
    case 'WordLevel':
      return wordLevel(part, vocabularyOf(part.vocab));
  }
};

/** Ids must be unique: an id of two tokens could not be decoded. */
const vocabularyOf = (vocab: Readonly<Record<string, number>>): Map<string, number> => {
  const known = new Map(Object.entries(vocab));
  if (new Set(known.values()).size !== known.size) throw tokenizerInvalid('one id is given to two tokens');
  if (![...known.keys()].every((token) => token.isWellFormed())) throw tokenizerInvalid('a token is half a character');
  return known;
};

const unknownId = (vocabulary: ReadonlyMap<string, number>, token: string): number => {
  const id = vocabulary.get(token);
  if (id === undefined) throw tokenizerInvalid(`the vocabulary lacks its own unk_token '${token}'`);
  return id;
};

const wordLevel = ({ unk_token }: WordLevel, vocabulary: Map<string, number>): ReadModel => {
  const unknown = unknownId(vocabulary, unk_token);
  return {
    vocabulary,
    tokenize: (piece) => [{ id: vocabulary.get(piece) ?? unknown, start: 0, end: piece.length }],
  };
};

/**
 * Repeatedly takes the longest token of the vocabulary; a word that cannot be composed of tokens is unknown as a whole.
 */
const wordPiece = (part: WordPiece, vocabulary: Map<string, number>): ReadModel => {
  const { continuing_subword_prefix: prefix, max_input_chars_per_word: most } = part;
  const unknown = unknownId(vocabulary, part.unk_token);
  const longest = [...vocabulary.keys()].reduce((length, token) => Math.max(length, token.length), 1);
  const tokenAt = (piece: string, start: number): PieceToken | undefined => {
    for (let end = Math.min(piece.length, start + longest); end > start; end--) {
      const id = vocabulary.get((start > 0 ? prefix : '') + piece.slice(start, end));
      if (id !== undefined) return { id, start, end };
    }
    return undefined;
  };
  const tokenize = (piece: string): PieceToken[] => {
    const whole = [{ id: unknown, start: 0, end: piece.length }];
    if (Array.from(piece).length > most) return whole;
    const tokens: PieceToken[] = [];
    for (let at = 0; at < piece.length; at = tokens.at(-1)!.end) {
      const token = tokenAt(piece, at);
      if (!token) return whole;
      tokens.push(token);
    }
    return tokens;
  };
  return { vocabulary, tokenize };
};
