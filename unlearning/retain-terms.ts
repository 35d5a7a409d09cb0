// What methods with retained rows add to their loss: cross-entropy on retained answers, or nearness to the reference
// there. Trap: a term draws its rows from the run's stream when it is made, so the order of terms is part of the seed.
import { answerCrossEntropy } from '#engine/losses.ts';
import type { Random } from '#engine/random.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { tf } from '#engine/tf.ts';
import { retainBatch } from './batches.ts';
import type { Term } from './loss-method.ts';
import type { Context } from './method.ts';

/** Cross-entropy on a draw of retained answers. */
export const retainTerm = (context: Context<'retain'>, stream: Random, weight: number): Term => {
  const batch = retainBatch(context, stream);
  return { batch, objective: answerCrossEntropy(batch), weight: () => weight };
};

/** KL(reference ‖ model) on a draw of retained answers, as a mean over their tokens. */
export const retainKlTerm = (context: Context<'retain' | 'reference'>, stream: Random, weight: number): Term => {
  const batch = retainBatch(context, stream);
  const p = tf.tidy(() => tf.softmax(forwardLogits(context.reference, batch))); // (N, V)
  return { batch, objective: (logits) => crossEntropyTo(p, logits), weight: () => weight, dispose: () => p.dispose() };
};

/** Mean over rows of −Σ p log softmax(logits): KL(p ‖ ·) up to the entropy of p, which has no gradient; both (N, V). */
export const crossEntropyTo = (p: tf.Tensor, logits: tf.Tensor2D): tf.Scalar =>
  tf.neg(tf.mean(tf.sum(tf.mul(p, tf.logSoftmax(logits)), 1)));
