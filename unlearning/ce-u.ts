// CE-U: cross-entropy towards the model's own predictions without the forget token, from forget data alone. Yang 2025,
// https://arxiv.org/abs/2503.01224.
// Traps: the aim is taken at the current model and not differentiated; the first token of each answer is left out, as
// in open-unlearning, because it opens answers to every question.
import { z } from 'zod';
import type { Batch } from '#engine/batch.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch } from './batches.ts';
import { detached } from './detached.ts';
import { lossMethod } from './loss-method.ts';
import { BASELINE } from './update-config.ts';

/** 1 for the answer tokens that count, 0 for the first `skipped` of each answer (N). */
const counted = ({ owner }: Batch, skipped: number): Float32Array =>
  Float32Array.from(owner, (answer, i) => (i - owner.indexOf(answer) < skipped ? 0 : 1));

/** Lowers a logit until its probability is 0 in float32. */
const GONE = 1e9;

export const ceU = lossMethod({
  name: 'ce-u',
  summary: "aims at the model's own predictions without the forget token",
  paper: 'https://arxiv.org/abs/2503.01224',
  needs: [],
  loss: z
    .strictObject({
      /** Tokens at the beginning of each answer that are left out. */
      skipped: z.int().nonnegative().default(1),
    })
    .prefault({}),
  updateDefaults: BASELINE,
  terms(context, { skipped }, stream) {
    const batch = forgetBatch(context, stream);
    const counts = counted(batch, skipped);
    const total = Math.max(
      1,
      counts.reduce((sum, one) => sum + one, 0),
    );
    const objective = (logits: tf.Tensor2D): tf.Scalar => {
      const told = tf.oneHot(tf.tensor1d(batch.targets, 'int32'), logits.shape[1]);
      const aim = detached(logits, (now) => tf.softmax(tf.sub(now, tf.mul(told, GONE)))); // (N, V)
      const each = tf.neg(tf.sum(tf.mul(aim, tf.logSoftmax(logits)), 1)); // (N)
      return tf.div(tf.sum(tf.mul(each, tf.tensor1d(counts))), total);
    };
    return [{ batch, objective }];
  },
});
