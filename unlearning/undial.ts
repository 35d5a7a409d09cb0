// UNDIAL: the model is distilled from the frozen reference, whose logit of each forget token is lowered by β. Dong et
// al. 2024, https://arxiv.org/abs/2402.10052; β 10 as in open-unlearning, which adds retained answers with weight 0.
// Trap: the mean is over answer tokens. The released port takes ignored labels (−100) as indices, so that prompt and
// padding suppress one word of the vocabulary; that is not done here.
import { z } from 'zod';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { crossEntropyTo } from './retain-terms.ts';
import { BASELINE } from './update-config.ts';

export const undial = lossMethod({
  name: 'undial',
  summary: 'distils the reference with the logits of the forget tokens lowered',
  paper: 'https://arxiv.org/abs/2402.10052',
  needs: ['reference'],
  loss: z
    .strictObject({
      /** By how much the logit of a forget token is lowered. */
      beta: z.number().positive().default(10),
    })
    .prefault({}),
  updateDefaults: BASELINE,
  terms(context, { beta }, stream) {
    const batch = forgetBatch(context, stream);
    // (N, V)
    const teacher = tf.tidy(() => {
      const logits = forwardLogits(context.reference, batch);
      const told = tf.oneHot(tf.tensor1d(batch.targets, 'int32'), logits.shape[1]);
      return tf.softmax(tf.sub(logits, tf.mul(told, beta)));
    });
    return [{ batch, objective: (logits) => crossEntropyTo(teacher, logits), dispose: () => teacher.dispose() }];
  },
});
