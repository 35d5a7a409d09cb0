// Gradient difference (GD): gradient ascent on the forget answers plus descent on retained ones. Liu et al. 2022,
// https://arxiv.org/abs/2203.12817; weights as in open-unlearning (γ = α = 1). Trap: it reads retain data.
import { z } from 'zod';
import { answerCrossEntropy } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { retainTerm } from './retain-terms.ts';
import { BASELINE } from './update-config.ts';

export const gradDiff = lossMethod({
  name: 'grad-diff',
  summary: 'gradient ascent on the forget answers, descent on retained ones',
  paper: 'https://arxiv.org/abs/2203.12817',
  needs: ['retain'],
  loss: z.strictObject({ retainWeight: z.number().nonnegative().default(1) }).prefault({}),
  updateDefaults: BASELINE,
  terms(context, { retainWeight }, stream) {
    const batch = forgetBatch(context, stream);
    return [
      { batch, objective: (logits) => tf.neg(answerCrossEntropy(batch)(logits)) },
      retainTerm(context, stream, retainWeight),
    ];
  },
});
