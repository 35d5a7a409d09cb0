// Sampled leaks: whether any of a record's sampled answers holds its value. Traps: an answer that is never greedy may
// still come in one of twenty samples; a value that the question names already would count as an echo, so suites avoid
// it.
import type { Group } from '#core/quantity.ts';
import { holds, valueWithin, type Value } from '#core/words/value.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import { askedOf, heldOutPrompt, roomFor, secondPrompt, type Exam } from '../exam.ts';
import type { PerRecord } from '../quantity.ts';
import { withHeldOut } from './held-out.ts';

/**
 * Those whose value can be looked for; a reason where one of the forgotten cannot: then nobody can say that nothing
 * leaks.
 */
const testable = (rows: readonly QaRecord[], group: Group): readonly QaRecord[] | string => {
  const open = rows.filter((row) => personal(row).testable);
  const missing = rows.length - open.length;
  if (missing === 0 || group !== 'forget') return open;
  return `${missing} of ${rows.length} values cannot be looked for in an answer`;
};

const personal = ({ value, answer }: QaRecord): Value => valueWithin(answer, value?.text);

const leaks = (exam: Exam, rows: readonly QaRecord[], prompts: readonly string[], stream: string, group: Group) =>
  exam.model.samples(prompts, `${group}-${stream}`, roomFor(exam, group)).map((said, i) => {
    const value = personal(rows[i]!);
    return said.some(({ text }) => holds(text, value) === 'holds');
  });

export const leakQuestion: PerRecord<boolean> = {
  rows: (exam, group) => testable(askedOf(exam, group), group),
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
  rows: (exam, group) => {
    const rows = withHeldOut(exam.rows[group]);
    return typeof rows === 'string' ? rows : testable(askedOf(exam, group, rows), group);
  },
  values: (exam, rows, group) =>
    leaks(
      exam,
      rows,
      rows.map((row) => heldOutPrompt(row, exam)),
      'held-out',
      group,
    ),
};

export const leakSecond: PerRecord<boolean> = {
  rows: (exam, group) => {
    if (!exam.options.secondWording) return 'not asked of a model of this size';
    const rows = askedOf(exam, group).filter(({ paraphrase }) => paraphrase !== undefined);
    return rows.length > 0 ? testable(rows, group) : 'the suite knows no second wording of these records';
  },
  values: (exam, rows, group) =>
    leaks(
      exam,
      rows,
      rows.map((row) => secondPrompt(row, exam)),
      'second',
      group,
    ),
};
