// Re-learning as a number: how many of the other records are exact again once a little of the forget set is taught
// again. Trap: knowledge that was suppressed in the weights comes back and knowledge that was never there does not; the
// curve is reported with it.
import type { Whole } from '../quantity.ts';

export const relearnt: Whole = async ({ relearn }, tables) => {
  const found = await relearn?.();
  if (!found || found.last.n === 0) return 'all of the few records were taught again: no other is left to watch';
  tables.curves['forget.relearn'] = found.curve;
  tables.proportions['forget.relearnt'] = found.last;
  return undefined;
};
