// What a model is about to say behind each of many prompts, as a few hundred numbers: logits of the next token over a
// fixed part of the vocabulary, their mean taken off. Prompts behind which it is about to say the same lie near each
// other. Trap: these numbers only compare prompts under one model; they are no probabilities.
import { bucketByLength, makeBatch } from './batch.ts';
import type { LanguageModel } from './language-model.ts';
import { tf } from './tf.ts';

/** Tokens of the vocabulary that are looked at, evenly spaced. */
const TOKENS = 1024;
/** Prompts that are read at once. */
const AT_ONCE = 32;

export const outlooksOf = (model: LanguageModel, prompts: readonly (readonly number[])[]): Float32Array[] => {
  const { vocabSize, maxPositions } = model.config;
  const count = Math.min(TOKENS, vocabSize);
  const looked = Int32Array.from({ length: count }, (_, i) => Math.floor((i * vocabSize) / count));
  const results: Float32Array[] = new Array(prompts.length) as Float32Array[];
  const order = prompts.map((prompt, index) => ({ prompt, index }));
  for (const group of bucketByLength(order, ({ prompt }) => prompt.length, AT_ONCE)) {
    // one answer token a row: which one does not matter, since only the position before it is read
    const rows = group.map(({ prompt }) => ({ prompt, answers: [[0]] }));
    const logits = model.logits(makeBatch(rows, maxPositions + 1));
    const values = tf.tidy(() => {
      const part = tf.gather(logits, tf.tensor1d(looked, 'int32'), 1);
      return tf.sub(part, tf.mean(part, 1, true)).dataSync<'float32'>();
    });
    logits.dispose();
    group.forEach(({ index }, i) => (results[index] = values.slice(i * count, (i + 1) * count)));
  }
  return results;
};
