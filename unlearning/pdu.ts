// PDU: flattens the predictions at the forget tokens while the loss of retained answers is held under a bound by a dual
// weight that grows as long as the bound is broken. Entesari et al. 2025, https://arxiv.org/abs/2506.05314; settings of
// its TOFU runs.
// Traps: the positions are those that predict an answer token (the released code's mask is shifted by one); the dual
// weight is part of the run's state, and is saved with it.
import { z } from 'zod';
import { answerCrossEntropy } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch, retainBatch } from './batches.ts';
import { detached } from './detached.ts';
import { lossMethod } from './loss-method.ts';
import { BASELINE } from './update-config.ts';

/** Mean over positions of (largest logit − mean logit)²: 0 where the prediction is uniform. */
const peakedness = (logits: tf.Tensor2D): tf.Scalar =>
  tf.mean(tf.square(tf.sub(tf.sum(tf.mul(logits, largest(logits)), 1), tf.mean(logits, 1))));

/** 1 where a position's largest logit stands (N, V); tfjs cannot differentiate a maximum on every backend. */
const largest = (logits: tf.Tensor2D): tf.Tensor =>
  detached(logits, (now) => tf.cast(tf.oneHot(tf.argMax(now, 1), logits.shape[1]), 'float32'));

export const pdu = lossMethod({
  name: 'pdu',
  summary: 'flattens predictions at the forget tokens, with retained answers held under a bound by a dual weight',
  paper: 'https://arxiv.org/abs/2506.05314',
  needs: ['retain'],
  loss: z
    .strictObject({
      /** Bound of the cross-entropy of retained answers, nats. */
      bound: z.number().positive().default(0.3),
      /** Weight of retained answers at the start. */
      dual: z.number().nonnegative().default(100),
      /** How fast the weight follows what exceeds the bound. */
      dualRate: z.number().nonnegative().default(5),
      /** Updates before the weight begins to follow. */
      warmUp: z.int().nonnegative().default(5),
    })
    .prefault({}),
  updateDefaults: BASELINE,
  carried: ({ dual }) => ({ dual }),
  terms(context, { bound, dualRate, warmUp }, stream, _controls, carried) {
    const [forget, retain] = [forgetBatch(context, stream), retainBatch(context, stream)];
    const crossEntropy = answerCrossEntropy(retain);
    let seen = NaN;
    return [
      { batch: forget, objective: peakedness },
      {
        batch: retain,
        objective(logits) {
          const loss = crossEntropy(logits);
          [seen = NaN] = loss.dataSync<'float32'>();
          return loss;
        },
        weight({ update }) {
          const dual = carried['dual'] ?? 0;
          if (update >= warmUp) carried['dual'] = Math.max(0, dual + dualRate * (seen - bound));
          return dual;
        },
      },
    ];
  },
});
