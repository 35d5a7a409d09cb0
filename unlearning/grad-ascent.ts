// Gradient ascent (GA): descends the negative cross-entropy of the forget answers. Jang et al. 2023,
// https://arxiv.org/abs/2210.01504.
// Trap: the loss has no lower bound, so only the stop rule ends it.
import { z } from 'zod';
import { answerCrossEntropy } from '#engine/losses.ts';
import { tf } from '#engine/tf.ts';
import { forgetBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { BASELINE } from './update-config.ts';

export const gradAscent = lossMethod({
  name: 'grad-ascent',
  summary: 'pushes the likelihood of the forget answers down, without bound',
  paper: 'https://arxiv.org/abs/2210.01504',
  needs: [],
  loss: z.strictObject({}).prefault({}),
  updateDefaults: BASELINE,
  terms(context, _config, stream) {
    const batch = forgetBatch(context, stream);
    return [{ batch, objective: (logits) => tf.neg(answerCrossEntropy(batch)(logits)) }];
  },
});
