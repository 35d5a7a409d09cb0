// What a block of the decoder holds for the rows that it computes. The coefficients were fitted to the wasm heap after
// whole updates of ten shapes (width 64 to 576, 4 to 16 heads, 2 to 30 layers); they hold to about a third.
import type { DecoderConfig } from './formats/config.ts';
import { backendName } from './tf.ts';

const FLOAT = 4;

/**
 * Bytes that one block's forward and backward pass hold at their peak; about the same is kept per block by one tape
 * over all.
 */
export const blockBytes = (config: DecoderConfig, rows: number, columns: number): number => {
  const { hiddenSize, intermediateSize, heads, gatedMlp } = config;
  const perToken = 28 * hiddenSize + (gatedMlp ? 15 : 9.5) * intermediateSize + 6.5 * heads * columns;
  return FLOAT * rows * columns * perToken;
};

/** Bytes that one row holds at most while a block reads it without gradients: about half of that. */
export const readingBytes = (config: DecoderConfig, columns: number): number => blockBytes(config, 1, columns) / 2;

/**
 * Most bytes that rows hold which are read at once without gradients. More rows are hardly faster, and what a wasm heap
 * once held it never gives back.
 */
export const mostReading = (backend: string = backendName()): number => (backend.startsWith('wasm') ? 24e6 : 48e6);
