// What generation, scoring, evaluation, probes and serving ask of a model: logits for texts that are there, and
// next-token logits for texts that grow. Who answers may be one decoder (model.ts), a base under a LoRA that is not
// merged (lora.ts), or several decoders whose logits are added up (composed.ts).
// Trap: training, merging and saving need weights; what cannot give them is a LanguageModel and no more, and the
// compiler says so.
import type { Batch } from './batch.ts';
import type { DecoderConfig } from './formats/config.ts';
import type { tf } from './tf.ts';
import type { Tokenizer } from './tokenizer/tokenizer.ts';

export interface LanguageModel {
  readonly tokenizer: Tokenizer;
  /** Of the decoder whose vocabulary, length and ends hold: of several, the one that speaks. */
  readonly config: DecoderConfig;
  /** Numbers that a decoding keeps for each token of a row. */
  readonly keptPerToken: number;
  /** Logits (N, V) at the batch's selected positions, without gradients. The caller disposes them. */
  logits(batch: Batch): tf.Tensor2D;
  /** Begins texts that grow token by token. The caller disposes it. */
  decoding(): Decoding;
  dispose(): void;
}

/** Rows that are read from the left, and what is kept of them so that a token costs one column. */
export interface Decoding {
  /** Reads new columns and returns the logits (rows, V) that the last of them predicts; the caller disposes them. */
  advance(columns: NewColumns): tf.Tensor2D;
  /** Goes on with these rows, in this order; a row may be named more than once. */
  keep(rows: readonly number[]): void;
  dispose(): void;
}

export interface NewColumns {
  /** Token ids, one list of equal length a row. */
  ids: readonly (readonly number[])[];
  /** Columns at the left of each row that are no text. */
  padding: readonly number[];
  /** Columns that were read before. */
  before: number;
}
