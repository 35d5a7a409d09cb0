// Training anew without the rows of the forget set, by the recipe of the training that made the model: from the base,
// or from behind the last slice in which none of the rows appears. What comes out never saw them.
// Source: S3T (Chowdhury et al., ICLR 2025, arXiv 2406.16257) for slices and the states behind them.
// Trap: only rows that were found are left out. Text about the person that nobody found is learnt again, so this is as
// exact as the search was.
import { z } from 'zod';
import { requireFinite } from './finite.ts';
import { defineMethod } from './method.ts';
import { measure } from './stop-rule.ts';
import { UpdateConfig } from './update-config.ts';

/** What moves, and how much of a batch, follows from the recipe; nothing is projected. */
const UPDATE = UpdateConfig.parse({ trainable: 'all', optimizer: 'adamw', projection: 'none' });

export const retrain = defineMethod({
  name: 'retrain',
  summary: 'training anew without the rows, by the recipe that made the model, from the base or the last slice before',
  paper: 'https://arxiv.org/abs/2406.16257',
  needs: ['training'],
  config: z.strictObject({
    /** slice: behind the last slice in which no row to forget appears, where its state was kept. base: from nothing. */
    from: z.enum(['slice', 'base']).default('slice'),
  }),
  takes: () => ({ update: UPDATE, batchSize: 1 }),
  async run(context, { from }) {
    const before = { ...measure(context, 0, 0), loss: 0 };
    const { training, model, saves } = context;
    const { updates, loss, recorded } = await training({ model, from, ...(saves && { saves }) });
    const after = { ...measure(context, updates, loss), loss };
    await context.onUpdate?.(after);
    requireFinite(after);
    return { updates, stop: 'trained-anew', trajectory: [before, after], recorded };
  },
});
