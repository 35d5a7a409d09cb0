// Whether a run still moves towards a model: from the update on that left weights with which nothing finite is
// computed, every further one is wasted, and nobody could be served what it ends with.
import { QuittanceError } from '#core/errors.ts';
import type { TrajectoryPoint } from './method.ts';

/** METHOD_CONFIG where it does not. */
export const requireFinite = ({ update, meanValueLogProb }: TrajectoryPoint): void => {
  if (Number.isFinite(meanValueLogProb)) return;
  throw new QuittanceError('METHOD_CONFIG', {
    message: `update ${update} left weights with which the model computes no finite numbers`,
    expected: 'a finite likelihood of each value',
    got: String(meanValueLogProb),
    hint: 'take a smaller step (update.step, loss.scale), or fewer updates',
  });
};
