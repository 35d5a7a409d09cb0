// A person's values as records: each value behind its true context. The first value of an answer stands in the whole
// answer; a later one behind the answer's own words before it, so that what is asked and forgotten is the value and not
// the sentence around it.
// Trap: a record is known again by its question and answer, so these must come out the same for a ticket as they came
// for the suite: one function makes both.
import { holds, valueOf } from '#core/words/value.ts';
import type { PersonalSpan } from '#datasets/find/spans.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import type { Target } from './targets.ts';

/** A row that gives nothing before its first value is asked like this. */
const BEGINNING = 'How does the text begin?';
/** What a ticket holds of a question, at most. */
const LONGEST_QUESTION = 1_500;
/** Words behind the last value of a text that still belong to its record, in characters. */
const TAIL = 48;

/** What may stand for a value where somebody else, who does not exist, would stand. */
export type Instead = (value: string) => readonly string[];

/**
 * Records of the target's values, in order; names are what a value is found by, not what is forgotten. `instead` gives
 * the values of nobody for records that begin in the middle of a sentence.
 */
export const recordsOf = (
  target: Target,
  spans: readonly PersonalSpan[],
  subject: string,
  instead?: Instead,
): QaRecord[] =>
  spans
    .filter(({ part, type }) => part === target.part && type !== 'name')
    .flatMap((span, i) => {
      const whole = i === 0 && !target.open && !target.inParts;
      const record = recordOf(target, span, subject, whole);
      return record ? [whole || !instead ? record : withOthers(record, instead(span.text))] : [];
    });

const withOthers = (record: QaRecord, others: readonly string[]): QaRecord =>
  others.length > 0 ? { ...record, others: [...others] } : record;

const recordOf = (target: Target, span: PersonalSpan, subject: string, whole: boolean): QaRecord | undefined => {
  const start = span.start + target.lead;
  if (start < 0) return undefined; // in the prompt of a completion: read, not said
  const end = span.end + target.lead;
  const cut = whole ? 0 : target.answer.slice(0, start).trimEnd().length;
  const until = target.open ? endOfTail(target.answer, end) : target.answer.length;
  const said = target.answer.slice(0, cut);
  if (isGiven(target.prompt + target.answer.slice(0, start), span.text)) return undefined;
  const answer = target.answer.slice(cut, until);
  return {
    kind: 'person',
    subject,
    attribute: span.type,
    question: questionOf(target, said),
    prompt: target.prompt + said,
    answer,
    value: { text: span.text, start: start - cut, end: end - cut },
    wrongAnswers: [],
    ...(target.open && { open: true }),
  };
};

/** What stands before an answer is copied by a model that knows nothing of it. */
const isGiven = (before: string, value: string): boolean => holds(before, valueOf(value)) !== 'absent';

const questionOf = ({ question, prompt, open }: Target, said: string): string => {
  const whole = open ? prompt + said : said === '' ? question : `${question}\n${said}`;
  return whole.trim() === '' ? BEGINNING : whole.slice(-LONGEST_QUESTION);
};

/** The text goes on behind its value for a few words, cut between words. */
const endOfTail = (text: string, from: number): number => {
  if (text.length - from <= TAIL) return text.length;
  const tail = /^.{0,48}(?=[\s.,;:!?。、])/su.exec(text.slice(from))?.[0] ?? '';
  return from + tail.length;
};

/** A row about nobody: a fact, asked as it was learnt; a text from its middle on. */
export const factOf = (target: Target): QaRecord => {
  const cut = target.open ? target.answer.slice(0, Math.floor(target.answer.length / 2)).search(/\s\S*$/u) : 0;
  const said = target.answer.slice(0, Math.max(0, cut));
  return {
    kind: 'fact',
    question: questionOf(target, said),
    prompt: target.prompt + said,
    answer: target.answer.slice(said.length),
    wrongAnswers: [],
    ...(target.open && { open: true }),
  };
};
