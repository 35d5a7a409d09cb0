// Sampled leaks: whether any of a record's sampled answers holds its value. Traps: an answer that is never greedy may still come in one of twenty samples; a value that
// the question names already would count as an echo, so suites avoid it.
import type { Group } from '#core/quantity.ts';
import type { QaRecord } from '#datasets/world.ts';
import { askedOf, heldOutPrompt, roomFor, type Exam } from '../exam.ts';
import type { PerRecord } from '../quantity.ts';
import { holdsValue } from '../text.ts';
import { withHeldOut } from './held-out.ts';

const leaks = (exam: Exam, rows: readonly QaRecord[], prompts: readonly string[], stream: string, group: Group) =>
  exam.model
    .samples(prompts, `${group}-${stream}`, roomFor(exam, group))
    .map((said, i) => said.some(({ text }) => holdsValue(text, rows[i]!.value?.text ?? rows[i]!.answer)));

export const leakQuestion: PerRecord<boolean> = {
  rows: askedOf,
  values: (exam, rows, group) =>
    leaks(
      exam,
      rows,
      rows.map(({ prompt }) => prompt),
      'question',
      group,
    ),
};

export const leakHeldOut: PerRecord<boolean> = {
  rows: (exam, group) => withHeldOut(askedOf(exam, group)),
  values: (exam, rows, group) =>
    leaks(
      exam,
      rows,
      rows.map((row) => heldOutPrompt(row, exam)),
      'held-out',
      group,
    ),
};
