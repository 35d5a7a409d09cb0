// What a request for a part takes beside it: rows of the same person that the ticket does not list, because they were
// refused or not found. Trap: they stay out of what is asked of the people who stay, since what is taken from a name is
// taken from all of its rows; whoever needs them reads this number.
import { pairOf } from '../exam.ts';
import type { Whole } from '../quantity.ts';
import { isExact } from '../scores.ts';

export const ownKept: Whole = ({ model, own }, tables) => {
  if (own.length === 0) return 'the ticket lists every row of one person that the model gave, or is about several';
  const exact = model.score(own.map(pairOf)).filter(isExact);
  tables.proportions['model.ownKept'] = { k: exact.length, n: own.length };
  return undefined;
};
