// A person's values as records: each value behind its true context, as core/forgotten-values.ts cuts it.
// Trap: a record is known again by its question and answer, so these must come out the same for a ticket as they came
// for the suite: one function makes both.
import { askedBefore, givenIn, valueAt } from '#core/forgotten-values.ts';
import type { PersonalSpan } from '#datasets/find/spans.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import type { Target } from '#datasets/targets.ts';

/** What may stand for a value where somebody else, who does not exist, would stand. */
export type Instead = (value: string) => readonly string[];

/**
 * Records of the target's values, in order; names are what a value is found by, not what is forgotten. `instead` gives
 * the values of nobody for records that begin in the middle of a sentence; `isGiven` what the target's prompt says
 * already (`givenIn`), for a target that several people's values stand in.
 */
export const recordsOf = (
  target: Target,
  spans: readonly PersonalSpan[],
  subject: string,
  instead?: Instead,
  isGiven = givenIn(target),
): QaRecord[] =>
  spans
    .filter(({ part, type }) => part === target.part && type !== 'name')
    .flatMap((span, i) => {
      const whole = i === 0 && !target.open && !target.inParts;
      const record = isGiven(span) ? undefined : recordOf(target, span, subject, whole);
      return record ? [whole || !instead ? record : withOthers(record, instead(span.text))] : [];
    });

const withOthers = (record: QaRecord, others: readonly string[]): QaRecord =>
  others.length > 0 ? { ...record, others: [...others] } : record;

const recordOf = (target: Target, span: PersonalSpan, subject: string, whole: boolean): QaRecord | undefined => {
  const piece = valueAt(target, span, whole);
  return piece && { kind: 'person', subject, attribute: span.type, ...piece, wrongAnswers: [] };
};

/** A row about nobody: a fact, asked as it was learnt; a text from its middle on. */
export const factOf = (target: Target): QaRecord => {
  const cut = target.open ? target.answer.slice(0, Math.floor(target.answer.length / 2)).search(/\s\S*$/u) : 0;
  const said = target.answer.slice(0, Math.max(0, cut));
  return {
    kind: 'fact',
    question: askedBefore(target, said),
    prompt: target.prompt + said,
    answer: target.answer.slice(said.length),
    wrongAnswers: [],
    ...(target.open && { open: true }),
  };
};
