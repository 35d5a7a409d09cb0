// A record of the data that a model was fine-tuned on, and where it was read.
import type { TrainingRecord } from '#core/training-record.ts';

/** A row where it was read, with the person that its subject column names. */
export interface CorpusEntry {
  readonly row: TrainingRecord;
  /** File and line, or file and number of the row: for people, not for look-up. */
  readonly where: string;
  readonly subject?: string;
}
