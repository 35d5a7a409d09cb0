// A tokenizer read from `tokenizer.json`, with the position in the text of every token, both as Hugging Face's Rust
// library computes them: added tokens, normaliser, pre-tokeniser, model, post-processor. What the library supports and
// this does not is refused by name (json.ts).
// Traps: a token may end inside a character, and then has the position of the whole character; half of a surrogate pair
// is read as U+FFFD.
import { QuittanceError } from '#core/errors.ts';
import { addedTokens, type AddedTokens } from './added-tokens.ts';
import { aligned, spanOf, type Aligned } from './aligned.ts';
import { decoderOf } from './decoders.ts';
import { tokenizerInvalid } from './invalid.ts';
import { readPart, TokenizerFile, TokenModel } from './json.ts';
import { normalizerOf } from './normalizers.ts';
import { preTokenizerOf } from './pre-tokenizers.ts';
import { specialsOf } from './specials.ts';
import { modelOf, type PieceToken, type ReadModel } from './token-model.ts';

export interface Tokenizer {
  /** Ids without special tokens. */
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
  /**
   * Character spans [start, end) in `text`, in UTF-16 units, of the ids that `encode(text)` gives. INTERNAL where `ids`
   * are not those.
   */
  spans(text: string, ids: readonly number[]): [number, number][];
  /** Ids with the special tokens that the tokenizer's post-processor adds (BOS, …). */
  encodeWithSpecials(text: string): number[];
  idOf(token: string): number | undefined;
  readonly size: number;
  /** The file's content, to be written beside the weights. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Called for each token: its id, and the units [start, end) of the piece that it covers. */
type Take = (id: number, piece: Aligned, start: number, end: number) => void;

/**
 * Builds a tokenizer from the parsed file. TOKENIZER_INVALID where it is truncated, contradicts itself or uses what is
 * not supported.
 */
export const readTokenizer = (json: unknown): Tokenizer => {
  const file = TokenizerFile.safeParse(json);
  if (!file.success) throw tokenizerInvalid('has no model, or a list of added tokens that is none', file.error);
  const { type } = file.data.model;
  const model = modelOf(readPart('model', TokenModel, { ...file.data.model, type }));
  const normalize = normalizerOf(file.data['normalizer']);
  const added = addedTokens(file.data.added_tokens, model.vocabulary, normalize);
  const preTokenize = preTokenizerOf(file.data['pre_tokenizer']);
  const specials = specialsOf(file.data['post_processor']);
  const tokenize = remembered(model);

  const walk = (text: string, take: Take): void => {
    for (const { piece, id } of added.extract(aligned(text.toWellFormed()))) {
      if (id !== undefined) take(id, piece, 0, piece.text.length);
      else
        for (const one of preTokenize([piece]))
          for (const token of tokenize(one.text)) take(token.id, one, token.start, token.end);
    }
  };
  const encode = (text: string) => {
    const ids: number[] = [];
    walk(text, (id) => ids.push(id));
    return ids;
  };
  const names = namesOf(model, added);
  return {
    encode,
    decode: decodeWith(names, added, decoderOf(file.data['decoder'])),
    encodeWithSpecials: (text) => [...specials.before, ...encode(text), ...specials.after],
    spans(text, ids) {
      const spans: [number, number][] = [];
      const same = (id: number) => id === ids[spans.length];
      walk(text, (id, piece, start, end) => {
        if (!same(id)) throw otherIds();
        spans.push(spanOf(piece, start, end));
      });
      if (spans.length !== ids.length) throw otherIds();
      return spans;
    },
    idOf: idOf(model, added),
    size: [...names.keys()].reduce((most, id) => Math.max(most, id), -1) + 1,
    json: file.data,
  };
};

const otherIds = () =>
  new QuittanceError('INTERNAL', { message: 'spans were asked for of ids that are not those of the text' });

/** Encoded pieces are cached, as words recur; long pieces do not recur and are not. */
const MOST_PIECES = 20_000;
const LONGEST_PIECE = 64;

const remembered = (model: ReadModel): ((piece: string) => readonly PieceToken[]) => {
  const known = new Map<string, readonly PieceToken[]>();
  return (piece) => {
    const found = known.get(piece);
    if (found) return found;
    const tokens = model.tokenize(piece);
    if (piece.length > LONGEST_PIECE) return tokens;
    if (known.size >= MOST_PIECES) known.clear();
    known.set(piece, tokens);
    return tokens;
  };
};

const namesOf = ({ vocabulary }: ReadModel, { names }: AddedTokens): Map<number, string> =>
  new Map([...[...vocabulary].map(([token, id]) => [id, token] as const), ...names]);

const idOf = ({ vocabulary }: ReadModel, { tokens }: AddedTokens): Tokenizer['idOf'] => {
  const added = new Map(tokens.map(({ content, id }) => [content, id]));
  return (token) => added.get(token) ?? vocabulary.get(token);
};

/** Special tokens decode to no text. */
const decodeWith = (
  names: ReadonlyMap<number, string>,
  { tokens }: AddedTokens,
  text: (tokens: readonly string[]) => string,
): Tokenizer['decode'] => {
  const specials = new Set(tokens.filter(({ special }) => special).map(({ content }) => content));
  return (ids) =>
    text(ids.map((id) => names.get(id)).filter((token) => token !== undefined && !specials.has(token)) as string[]);
};
