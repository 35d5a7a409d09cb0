// SimNPO: NPO without a reference model, on the length-normalised likelihood. Fan et al. 2024,
// https://arxiv.org/abs/2410.07163. β 4.5, δ 0 as in open-unlearning.
import { z } from 'zod';
import { reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { BASELINE } from './update-config.ts';

export const simNpo = lossMethod({
  name: 'simnpo',
  summary: 'NPO on length-normalised likelihood, without a reference',
  paper: 'https://arxiv.org/abs/2410.07163',
  needs: [],
  loss: z.strictObject({ beta: z.number().positive().default(4.5), delta: z.number().default(0) }).prefault({}),
  updateDefaults: BASELINE,
  terms(context, { beta, delta }, stream) {
    const batch = forgetBatch(context, stream);
    // −log σ(β(NLL/|y| − δ)) = softplus(β(log p/|y| + δ))
    const objective = (logits: tf.Tensor2D): tf.Scalar => {
      const means = reduceAnswers(batch, targetLogProbs(batch, logits), 'mean');
      return tf.mul(tf.mean(tf.softplus(tf.mul(tf.add(means, delta), beta))), 2 / beta);
    };
    return [{ batch, objective }];
  },
});
