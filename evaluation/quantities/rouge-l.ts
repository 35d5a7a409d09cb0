// ROUGE-L recall of greedy answers. Traps: on its own it passes models that only changed the wording, and models that
// babble, so that of the forgotten it has no bound; of general questions the reference is what the model itself said
// before.
import { GENERAL_TOKENS } from '#datasets/chat.ts';
import type { Group } from '#core/quantity.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import { comparedOf, roomFor, type Exam } from '../exam.ts';
import type { PerRecord } from '../quantity.ts';
import { rougeLRecall } from '../rouge.ts';

const recalls = (exam: Exam, rows: readonly QaRecord[], group: Group): number[] =>
  exam.model
    .greedy(rows, group === 'general' ? GENERAL_TOKENS : roomFor(exam, group))
    .map(({ text }, i) => rougeLRecall(rows[i]!.answer, text));

export const rougeL: PerRecord<number> = {
  rows: (exam, group) => (group === 'forget' || group === 'general' ? exam.rows[group] : comparedOf(exam, group)),
  values: recalls,
};

/** ROUGE-L recall from which on an answer counts as the one from before. */
const KEPT = 0.5;

export const kept: PerRecord<boolean> = {
  values: (exam, rows, group) => recalls(exam, rows, group).map((recall) => recall >= KEPT),
};
