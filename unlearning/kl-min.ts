// KL minimisation: gradient ascent on the forget answers plus KL(reference ‖ model) on retained ones. Maini et al. 2024
// (TOFU), https://arxiv.org/abs/2401.06121.
// Trap: the released code divides the KL by B·T with prompt and padding; here it is the mean over answer tokens.
import { z } from 'zod';
import { answerCrossEntropy } from '#engine/losses.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch, retainBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { BASELINE } from './update-config.ts';

export const klMin = lossMethod({
  name: 'kl-min',
  summary: 'gradient ascent on the forget answers, KL to the reference on retained ones',
  paper: 'https://arxiv.org/abs/2401.06121',
  needs: ['retain', 'reference'],
  loss: z.strictObject({ retainWeight: z.number().nonnegative().default(1) }).prefault({}),
  updateDefaults: BASELINE,
  terms(context, { retainWeight }, stream) {
    const [forget, retain] = [forgetBatch(context, stream), retainBatch(context, stream)];
    const p = tf.tidy(() => tf.softmax(forwardLogits(context.reference, retain))); // (N, V)
    return [
      { batch: forget, objective: (logits) => tf.neg(answerCrossEntropy(forget)(logits)) },
      { batch: retain, objective: (logits) => klTo(p, logits), weight: () => retainWeight, dispose: () => p.dispose() },
    ];
  },
});

/** Mean over rows of KL(p ‖ softmax(logits)), up to the entropy of p, which has no gradient; p and logits (N, V). */
const klTo = (p: tf.Tensor, logits: tf.Tensor2D): tf.Scalar =>
  tf.neg(tf.mean(tf.sum(tf.mul(p, tf.logSoftmax(logits)), 1)));
