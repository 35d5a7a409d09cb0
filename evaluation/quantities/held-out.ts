// Records with a wording of their question that no model was trained on.
import type { QaRecord } from '#datasets/suite-shape.ts';

export const withHeldOut = (rows: readonly QaRecord[]): readonly QaRecord[] | string => {
  const found = rows.filter(({ heldOut }) => heldOut !== undefined);
  return found.length > 0 ? found : 'the suite knows no held-out wording of these records';
};
