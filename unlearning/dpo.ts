// Direct preference optimisation with refusals preferred (IdkDPO): Rafailov et al. 2023,
// https://arxiv.org/abs/2305.18290, as used for unlearning by TOFU.
// Trap: sums of log-probabilities; both answers are packed into one row, so that the prompt is computed once.
import { z } from 'zod';
import { reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import { answerLogProbs, pairBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { BASELINE } from './update-config.ts';

export const dpo = lossMethod({
  name: 'dpo',
  summary: 'prefers refusals over the forget answers, relative to a frozen reference',
  paper: 'https://arxiv.org/abs/2305.18290',
  needs: ['reference'],
  loss: z.strictObject({ beta: z.number().positive().default(0.1) }).prefault({}),
  updateDefaults: BASELINE,
  terms(context, { beta }, stream) {
    const batch = pairBatch(context, stream);
    const reference = answerLogProbs(context.reference, batch);
    const objective = (logits: tf.Tensor2D): tf.Scalar => {
      // (answers)
      const gains = tf.sub(reduceAnswers(batch, targetLogProbs(batch, logits), 'sum'), tf.tensor1d(reference));
      const [refusal, forget] = tf.split(tf.reshape(gains, [batch.answers / 2, 2]), 2, 1) as [tf.Tensor, tf.Tensor];
      return tf.mul(tf.mean(tf.softplus(tf.mul(tf.sub(forget, refusal), beta))), 2 / beta);
    };
    return [{ batch, objective }];
  },
});
