// Gradient ascent in which each forget token counts by how likely it is now, beside cross-entropy on retained answers:
// WGA (Wang et al. 2025, https://arxiv.org/abs/2502.19301) weights by p^β, SatImp (Yang et al. 2025,
// https://arxiv.org/abs/2505.11953) by p^β₁ (1 − p)^β₂. Settings as in open-unlearning.
// Trap: the weights are taken at the current model and not differentiated.
import { z } from 'zod';
import type { Batch } from '#engine/batch.ts';
import { targetLogProbs } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch } from './batches.ts';
import { detached } from './detached.ts';
import { lossMethod } from './loss-method.ts';
import { retainTerm } from './retain-terms.ts';
import { BASELINE } from './update-config.ts';

/** Mean over answer tokens of weight(p)·log p. */
const weightedAscent =
  (batch: Batch, weight: (p: tf.Tensor1D) => tf.Tensor) =>
  (logits: tf.Tensor2D): tf.Scalar => {
    const logProbs = targetLogProbs(batch, logits);
    const weights = detached(logProbs, (now) => weight(tf.exp(now)));
    return tf.mean(tf.mul(weights, logProbs));
  };

const factor = (published: number) => z.number().nonnegative().default(published);

export const wga = lossMethod({
  name: 'wga',
  summary: 'gradient ascent weighted by the likelihood of each token, descent on retained answers',
  paper: 'https://arxiv.org/abs/2502.19301',
  needs: ['retain'],
  loss: z.strictObject({ beta: factor(1), forgetWeight: factor(1), retainWeight: factor(1) }).prefault({}),
  updateDefaults: BASELINE,
  terms(context, { beta, forgetWeight, retainWeight }, stream) {
    const batch = forgetBatch(context, stream);
    const objective = weightedAscent(batch, (p) => tf.pow(p, beta));
    return [{ batch, objective, weight: () => forgetWeight }, retainTerm(context, stream, retainWeight)];
  },
});

export const satImp = lossMethod({
  name: 'satimp',
  summary: 'gradient ascent weighted towards tokens that are neither settled nor gone, descent on retained answers',
  paper: 'https://arxiv.org/abs/2505.11953',
  needs: ['retain'],
  loss: z
    .strictObject({ beta1: factor(5), beta2: factor(1), forgetWeight: factor(0.1), retainWeight: factor(1) })
    .prefault({}),
  updateDefaults: BASELINE,
  terms(context, { beta1, beta2, forgetWeight, retainWeight }, stream) {
    const batch = forgetBatch(context, stream);
    const objective = weightedAscent(batch, (p) => tf.mul(tf.pow(p, beta1), tf.pow(tf.sub(1, p), beta2)));
    return [{ batch, objective, weight: () => forgetWeight }, retainTerm(context, stream, retainWeight)];
  },
});
