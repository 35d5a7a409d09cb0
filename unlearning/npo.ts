// Negative preference optimisation (NPO): lowers the likelihood of the forget answers below that under a frozen
// reference, with a gradient that fades once they are there. NPO-RT adds cross-entropy on retained answers, NPO-KL
// nearness to the reference there. Zhang et al. 2024, https://arxiv.org/abs/2404.05868. Trap: log-probabilities are
// sums, not means, over answer tokens.
import { z } from 'zod';
import type { Batch } from '#engine/batch.ts';
import { reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import type { Random } from '#engine/random.ts';
import { answerLogProbs, forgetBatch } from './batches.ts';
import { lossMethod, type Term } from './loss-method.ts';
import type { Context } from './method.ts';
import { retainKlTerm, retainTerm } from './retain-terms.ts';
import { BASELINE } from './update-config.ts';

const PAPER = 'https://arxiv.org/abs/2404.05868';
const beta = z.number().positive().default(0.1); // 1/nats

/** (2/β)·E[softplus(β(log π − log π_ref))]; log-probabilities are sums over answer tokens. */
const npoLoss = (batch: Batch, logits: tf.Tensor2D, reference: Float32Array, b: number): tf.Scalar => {
  const sums = reduceAnswers(batch, targetLogProbs(batch, logits), 'sum'); // (answers)
  return tf.mul(tf.mean(tf.softplus(tf.mul(tf.sub(sums, tf.tensor1d(reference)), b))), 2 / b);
};

const npoTerm = (context: Context<'reference'>, b: number, stream: Random): Term => {
  const batch = forgetBatch(context, stream);
  const reference = answerLogProbs(context.reference, batch);
  return { batch, objective: (logits) => npoLoss(batch, logits, reference, b) };
};

export const npo = lossMethod({
  name: 'npo',
  summary: 'pushes the forget answers below a frozen reference',
  paper: PAPER,
  needs: ['reference'],
  loss: z.strictObject({ beta }).prefault({}),
  updateDefaults: BASELINE,
  terms: (context, config, stream) => [npoTerm(context, config.beta, stream)],
});

/** NPO with a term for retained answers beside it. */
const besideRetain = (name: 'npo-rt' | 'npo-kl', summary: string, retained: typeof retainKlTerm) =>
  lossMethod({
    name,
    summary,
    paper: PAPER,
    needs: ['retain', 'reference'],
    loss: z.strictObject({ beta, retainWeight: z.number().nonnegative().default(1) }).prefault({}),
    updateDefaults: BASELINE,
    terms: (context, config, stream) => [
      npoTerm(context, config.beta, stream),
      retained(context, stream, config.retainWeight),
    ],
  });

export const npoRt = besideRetain('npo-rt', 'NPO with cross-entropy on retained answers', retainTerm);
export const npoKl = besideRetain('npo-kl', 'NPO with KL to the reference on retained answers', retainKlTerm);
