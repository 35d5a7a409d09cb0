// LLMU: gradient ascent on the forget answers, descent on random answers to the same questions, and KL to the reference
// on retained answers. Yao et al. 2024, https://arxiv.org/abs/2310.10683; weights 0.5, 1, 1 and five random answers as
// in its released code.
// Traps: an answer counts as one, however long it is (mean of its tokens, then mean of answers). The released code
// trains the question too, by an index that is off, and masks padding by the id of one model; neither is done here.
import { z } from 'zod';
import type { Batch } from '#engine/batch.ts';
import { reduceAnswers, targetLogProbs } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch, mismatchBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { retainKlTerm } from './retain-terms.ts';
import { BASELINE } from './update-config.ts';

const weight = (published: number) => z.number().nonnegative().default(published);

/** Mean over answers of the mean log-probability of their tokens (nats). */
const meanOfAnswers = (batch: Batch, logits: tf.Tensor2D): tf.Scalar =>
  tf.mean(reduceAnswers(batch, targetLogProbs(batch, logits), 'mean'));

export const llmu = lossMethod({
  name: 'llmu',
  summary: 'gradient ascent, random answers instead, KL to the reference on retained answers',
  paper: 'https://arxiv.org/abs/2310.10683',
  needs: ['retain', 'reference'],
  loss: z
    .strictObject({
      forgetWeight: weight(0.5),
      randomWeight: weight(1),
      retainWeight: weight(1),
      /** Random answers to each question. */
      randomAnswers: z.int().positive().max(20).default(5),
    })
    .prefault({}),
  updateDefaults: BASELINE,
  terms(context, { forgetWeight, randomWeight, retainWeight, randomAnswers }, stream) {
    const forget = forgetBatch(context, stream);
    const other = mismatchBatch(context, stream, randomAnswers);
    return [
      { batch: forget, objective: (logits) => meanOfAnswers(forget, logits), weight: () => forgetWeight },
      { batch: other, objective: (logits) => tf.neg(meanOfAnswers(other, logits)), weight: () => randomWeight },
      retainKlTerm(context, stream, retainWeight),
    ];
  },
});
