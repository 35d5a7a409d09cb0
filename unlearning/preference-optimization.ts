// Preference optimisation in TOFU's sense (PO, "IDK"): cross-entropy on refusals to the forget questions, and where
// there is retain data on retained answers too. Maini et al. 2024, https://arxiv.org/abs/2401.06121. Trap: it teaches a
// refusal but does not remove the values; a forced prefix brings them back.
import { z } from 'zod';
import { answerCrossEntropy } from '#engine/losses.ts';
import { templateBatch } from './batches.ts';
import { lossMethod } from './loss-method.ts';
import { retainTerm } from './retain-terms.ts';
import { BASELINE } from './update-config.ts';

const PAPER = 'https://arxiv.org/abs/2401.06121';

export const idk = lossMethod({
  name: 'idk',
  summary: 'teaches refusals to the forget questions; forgets nothing',
  paper: PAPER,
  needs: [],
  loss: z.strictObject({}).prefault({}),
  updateDefaults: BASELINE,
  terms(context, _config, stream) {
    const batch = templateBatch(context, stream);
    return [{ batch, objective: answerCrossEntropy(batch) }];
  },
});

export const preferenceOptimization = lossMethod({
  name: 'po',
  summary: 'teaches refusals to the forget questions and repeats retained answers',
  paper: PAPER,
  needs: ['retain'],
  loss: z.strictObject({ retainWeight: z.number().nonnegative().default(1) }).prefault({}),
  updateDefaults: BASELINE,
  terms(context, { retainWeight }, stream) {
    const batch = templateBatch(context, stream);
    return [{ batch, objective: answerCrossEntropy(batch) }, retainTerm(context, stream, retainWeight)];
  },
});
