// Losses over the selected answer positions of a batch. All reductions are defined here: a mean over the answer tokens
// of the whole batch is what Hugging Face calls the loss; preference losses need sums and means for each answer.
import type { Batch } from './batch.ts';
import { tokenLogProb } from './ops.ts';
import type { Objective } from './sweep.ts';
import { tf } from './tf.ts';

/** Mean negative log-likelihood over all answer tokens (nats). */
export const answerCrossEntropy =
  (batch: Batch): Objective =>
  (logits) =>
    tf.neg(tf.mean(targetLogProbs(batch, logits)));

/** logits (N, V) → log-probabilities (N) of the batch's targets, nats. */
export const targetLogProbs = (batch: Batch, logits: tf.Tensor2D): tf.Tensor1D =>
  tokenLogProb(logits, tf.tensor1d(batch.targets, 'int32'));

/** Matrix (answers, N) that averages ('mean') or adds ('sum') the tokens of each answer. */
export const perAnswer = (batch: Batch, reduction: 'mean' | 'sum'): tf.Tensor2D => {
  const n = batch.owner.length;
  const lengths = new Float32Array(batch.answers);
  for (const answer of batch.owner) lengths[answer] = lengths[answer]! + 1;
  const data = new Float32Array(batch.answers * n);
  batch.owner.forEach((answer, i) => (data[answer * n + i] = reduction === 'sum' ? 1 : 1 / lengths[answer]!));
  return tf.tensor2d(data, [batch.answers, n]);
};

/** Per-answer mean or sum (answers) of a per-token quantity (N). */
export const reduceAnswers = (batch: Batch, tokens: tf.Tensor1D, reduction: 'mean' | 'sum'): tf.Tensor1D =>
  tf.reshape(tf.matMul(perAnswer(batch, reduction), tf.reshape(tokens, [-1, 1])), [batch.answers]);
