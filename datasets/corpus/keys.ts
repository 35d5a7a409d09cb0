// What a row of a corpus can be looked up by: its texts (core/words/keys.ts), and the person that its subject column
// names.
import { subjectKey } from '#core/corpus-index/format.ts';
import { partsOf, type TrainingRecord } from '#core/training-record.ts';
import { keysOfTexts } from '#core/words/keys.ts';
import type { CorpusEntry } from './row.ts';

/** Every key of an entry, each once. */
export const keysOfEntry = ({ row, subject }: CorpusEntry): string[] => [
  ...keysOf(row),
  ...(subject === undefined ? [] : [subjectKey(subject)]),
];

/** Every key of a row, each once. */
export const keysOf = (row: TrainingRecord): string[] => keysOfTexts(partsOf(row).map(({ text }) => text));
