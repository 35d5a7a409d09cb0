// KL minimisation: gradient ascent on the forget answers plus KL(reference ‖ model) on retained ones. Maini et al. 2024
// (TOFU), https://arxiv.org/abs/2401.06121.
// Trap: the released code divides the KL by B·T with prompt and padding; here it is the mean over answer tokens.
import { z } from 'zod';
import { answerCrossEntropy } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { retainKlTerm } from './retain-terms.ts';
import { BASELINE } from './update-config.ts';

export const klMin = lossMethod({
  name: 'kl-min',
  summary: 'gradient ascent on the forget answers, KL to the reference on retained ones',
  paper: 'https://arxiv.org/abs/2401.06121',
  needs: ['retain', 'reference'],
  loss: z.strictObject({ retainWeight: z.number().nonnegative().default(1) }).prefault({}),
  updateDefaults: BASELINE,
  terms(context, { retainWeight }, stream) {
    const batch = forgetBatch(context, stream);
    return [
      { batch, objective: (logits) => tf.neg(answerCrossEntropy(batch)(logits)) },
      retainKlTerm(context, stream, retainWeight),
    ];
  },
});
