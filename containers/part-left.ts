// The suite behind a request for a part: rows of the same person that stay are marked by whether the model still gives
// them, so that the next ticket is not judged by what this one took beside its records.
// Trap: the weights are asked before they are stored in fewer bits, and a row that they give may be lost by that.
import { isRecited } from '#core/suite-rows.ts';
import type { QaRecord, Suite } from '#datasets/suite-shape.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { pairOf } from '#evaluation/exam.ts';
import { isExact } from '#evaluation/scores.ts';

/** `staying` is the suite without the forgotten records, `whose` holds ids. */
export const partLeft = (staying: Suite, whose: ReadonlySet<string>, model: Model): Suite => {
  const { score } = inference(model);
  const marked = (records: readonly QaRecord[]): QaRecord[] => {
    const scores = score(records.map(pairOf));
    return records.map((row, i) => (isRecited(row) && !isExact(scores[i]!) ? { ...row, recited: false } : row));
  };
  const subjects = staying.subjects.map((person) =>
    whose.has(person.id) ? { ...person, records: marked(person.records) } : person,
  );
  return { ...staying, subjects };
};
