// Direct preference optimisation with refusals preferred (IdkDPO): Rafailov et al. 2023,
// https://arxiv.org/abs/2305.18290, as used for unlearning by TOFU.
// Trap: sums of log-probabilities; both answers are packed into one row, so that the prompt is computed once.
import { z } from 'zod';
import { reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import type { Batch } from '#engine/batch.ts';
import { answerLogProbs, pairBatch } from './batches.ts';
import { lossMethod, type Term } from './loss-method.ts';
import type { Context } from './method.ts';
import { BASELINE } from './update-config.ts';

export const dpo = lossMethod({
  name: 'dpo',
  summary: 'prefers refusals over the forget answers, relative to a frozen reference',
  paper: 'https://arxiv.org/abs/2305.18290',
  needs: ['reference'],
  loss: z.strictObject({ beta: z.number().positive().default(0.1) }).prefault({}),
  updateDefaults: BASELINE,
  terms: (context, { beta }, stream) => [preferenceTerm(context, pairBatch(context, stream), beta)],
});

/**
 * Prefers answers 0, 2, 4, … of the batch over 1, 3, 5, …: (2/β)·E[softplus(β(gain of the odd − gain of the even))].
 */
export const preferenceTerm = ({ reference }: Context<'reference'>, batch: Batch, beta: number): Term => {
  const before = answerLogProbs(reference, batch);
  const objective = (logits: tf.Tensor2D): tf.Scalar => {
    // (answers)
    const gains = tf.sub(reduceAnswers(batch, targetLogProbs(batch, logits), 'sum'), tf.tensor1d(before));
    const [preferred, other] = tf.split(tf.reshape(gains, [batch.answers / 2, 2]), 2, 1) as [tf.Tensor, tf.Tensor];
    return tf.mul(tf.mean(tf.softplus(tf.mul(tf.sub(other, preferred), beta))), 2 / beta);
  };
  return { batch, objective };
};
