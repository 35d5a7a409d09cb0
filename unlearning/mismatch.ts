// Mismatch: cross-entropy on random other answers to the forget questions, and on retained answers. A baseline of FLAT
// (Wang et al. 2025, https://openreview.net/forum?id=6ESRicalFE), whose other text is from a web corpus.
// Trap: the other answers are those of retained questions, so what is said instead may be somebody else's data.
import { z } from 'zod';
import { answerCrossEntropy } from '#engine/losses.ts';
import { mismatchBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { retainTerm } from './retain-terms.ts';
import { BASELINE } from './update-config.ts';

export const mismatch = lossMethod({
  name: 'mismatch',
  summary: 'teaches answers to other questions, and repeats retained answers',
  paper: 'https://openreview.net/forum?id=6ESRicalFE',
  needs: ['retain'],
  loss: z.strictObject({ retainWeight: z.number().nonnegative().default(1) }).prefault({}),
  updateDefaults: BASELINE,
  terms(context, { retainWeight }, stream) {
    const batch = mismatchBatch(context, stream, 1);
    return [{ batch, objective: answerCrossEntropy(batch) }, retainTerm(context, stream, retainWeight)];
  },
});
