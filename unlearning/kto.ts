// KTO as used for unlearning: the forget answers are the undesired ones, and how far refusals have risen above the
// reference sets the point from which they are judged. Ethayarajh et al. 2024, https://arxiv.org/abs/2402.01306, in the
// form of the NPO authors' comparison.
// Traps: log-probabilities are sums over answer tokens; the refusals' rise has no gradient and may be negative.
import { z } from 'zod';
import { reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import { answerLogProbs, forgetBatch, templateBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { BASELINE } from './update-config.ts';

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export const kto = lossMethod({
  name: 'kto',
  summary: 'judges the forget answers as undesired, from where refusals stand',
  paper: 'https://arxiv.org/abs/2402.01306',
  needs: ['reference'],
  loss: z
    .strictObject({
      /** 1/nats. */
      beta: z.number().positive().default(0.1),
      /** What is descended: one minus a scaled sigmoid, or minus its logarithm. */
      form: z.enum(['sigmoid', 'log-sigmoid']).default('sigmoid'),
    })
    .prefault({}),
  updateDefaults: BASELINE,
  terms(context, { beta, form }, stream) {
    const refusals = templateBatch(context, stream);
    const rise = mean(answerLogProbs(context.model, refusals)) - mean(answerLogProbs(context.reference, refusals));
    const batch = forgetBatch(context, stream);
    const reference = answerLogProbs(context.reference, batch);
    const objective = (logits: tf.Tensor2D): tf.Scalar => {
      const gains = tf.sub(reduceAnswers(batch, targetLogProbs(batch, logits), 'sum'), tf.tensor1d(reference));
      const margin = tf.sub(rise, tf.mul(gains, beta)); // (answers)
      if (form === 'log-sigmoid') return tf.mul(tf.mean(tf.softplus(tf.neg(margin))), 2 / beta);
      return tf.sub(1, tf.mul(tf.mean(tf.sigmoid(margin)), 2 / beta));
    };
    return [{ batch, objective }];
  },
});
