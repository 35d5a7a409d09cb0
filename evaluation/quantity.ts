// What computes a quantity: a value a record, or something found at once. Its description is in core/quantities.ts;
// evaluation/quantities.ts ties the two together.
import type { Measured } from '#core/evaluation.ts';
import type { Group } from '#core/quantity.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import type { Exam } from './exam.ts';

/** Booleans are counted, numbers averaged. A string is the reason why nothing can be asked. */
export interface PerRecord<T extends boolean | number> {
  /** Which records are asked; all of the group where absent. */
  rows?(exam: Exam, group: Group): readonly QaRecord[] | string;
  /** One value a row, in their order. */
  values(exam: Exam, rows: readonly QaRecord[], group: Group): readonly T[];
}

/** Writes its part of the tables; returns the reason where it cannot. */
export type Whole = (exam: Exam, tables: Measured) => Promise<string | undefined> | string | undefined;
