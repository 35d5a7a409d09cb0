// What of a record is to be forgotten: each marked value behind its true context. The first value of an answer stands
// in the whole answer; a later one behind the answer's own words before it, so that what is asked and forgotten is the
// value and not the sentence around it.
// Trap: a model's suite, its training manifest and a ticket must come to the same question and answer for a value, or
// none of them knows the others' again; so it is cut here, for all of them.
import type { ForgetRecord } from './forget-set.ts';
import { partsOf, questionIn, type Message, type Span, type TrainingRecord } from './training-record.ts';
import { textOf } from './words/places.ts';
import { once } from './words/streams.ts';
import { holdsBefore, valueOf } from './words/value.ts';

/** Something that a model is to say, behind what it reads before it. */
export interface Sayable {
  /** What was asked last; of a text nothing. */
  readonly question: string;
  readonly prompt: string;
  readonly answer: string;
  /** Where the part's own text begins in `answer`: a space may stand before it. */
  readonly lead: number;
  /** A text goes on where an answer ends: no end token is learnt behind it. */
  readonly open: boolean;
}

/** The value where it stands: `answer.slice(start, end) === text`. */
export interface CutValue {
  readonly question: string;
  readonly prompt: string;
  readonly answer: string;
  readonly value: { text: string; start: number; end: number };
  readonly open?: boolean;
}

/** A row that gives nothing before its first value is asked like this. */
const BEGINNING = 'How does the text begin?';
/** What a ticket holds of a question, at most. */
const LONGEST_QUESTION = 1_500;
/** Words behind the last value of a text that still belong to its record, in characters. */
const TAIL = 48;

/**
 * The value behind its context; undefined in the prompt of a completion, which is read and not said. `whole`: it is
 * asked with all of its answer.
 */
export const valueAt = (said: Sayable, span: Pick<Span, 'start' | 'end'>, whole: boolean): CutValue | undefined => {
  const [start, end] = [span.start + said.lead, span.end + said.lead];
  if (start < 0) return undefined;
  const cut = whole ? 0 : said.answer.slice(0, start).trimEnd().length;
  const before = said.answer.slice(0, cut);
  return {
    question: askedBefore(said, before),
    prompt: said.prompt + before,
    answer: said.answer.slice(cut, said.open ? endOfTail(said.answer, end) : said.answer.length),
    value: { text: said.answer.slice(start, end), start: start - cut, end: end - cut },
    ...(said.open && { open: true }),
  };
};

/** What stands before an answer, as a ticket names it. */
export const askedBefore = ({ question, prompt, open }: Sayable, before: string): string => {
  const whole = open ? prompt + before : before === '' ? question : `${question}\n${before}`;
  return whole.trim() === '' ? BEGINNING : whole.slice(-LONGEST_QUESTION);
};

/** The text goes on behind its value for a few words, cut between words. */
const endOfTail = (text: string, from: number): number => {
  if (text.length - from <= TAIL) return text.length;
  const tail = /^.{0,48}(?=[\s.,;:!?。、])/su.exec(text.slice(from))?.[0] ?? '';
  return from + tail.length;
};

/**
 * What stands before an answer is copied by a model that knows nothing of it. All is read once for all values of an
 * answer: a long text with many would be read from its beginning for each of them.
 */
export const givenIn = ({ prompt, answer, lead }: Sayable): ((span: Pick<Span, 'start' | 'end'>) => boolean) => {
  const text = once(() => textOf(prompt + answer));
  return ({ start, end }) => {
    const value = valueOf(answer.slice(start + lead, end + lead));
    return !value.testable || holdsBefore(text(), value, prompt.length + start + lead);
  };
};

/** Marked values of a part, in order; a name is what they are found by, unless nothing else is marked. */
export const valuesIn = (spans: readonly Span[], part: number): Span[] => {
  const isName = ({ type }: Span) => type === 'name';
  const values = spans.every(isName) ? spans : spans.filter((span) => !isName(span));
  return values.filter((span) => span.part === part).sort((a, b) => a.start - b.start);
};

/**
 * What of a record a person's ticket asks to be forgotten: their marked values, and those of which nobody says whose
 * they are; where nothing is marked, what is said. Empty where all that is marked is others'.
 */
export const askedOf = (record: TrainingRecord, isOwn: (subject: string) => boolean): ForgetRecord[] => {
  const own = record.spans?.filter(({ subject }) => subject === undefined || isOwn(subject));
  return sayablesIn(record).flatMap(({ part, ...said }) => {
    const before = conversationBefore(record, part);
    if (own === undefined) return [{ question: askedBefore(said, ''), answer: said.answer.trim(), ...before }];
    const isGiven = givenIn(said);
    return valuesIn(own, part).flatMap((span, i) => {
      const cut = isGiven(span) ? undefined : valueAt(said, span, i === 0 && !said.open);
      if (!cut) return [];
      const { question, answer, value } = cut;
      return [{ question, answer: answer.trim(), value: value.text, ...(i === 0 && before) }];
    });
  });
};

/**
 * What a model is asked in a conversation for a turn of the assistant, where that is more than a question. A value
 * behind the answer's own first words has none: no chat can be asked so.
 */
export const conversationBefore = (record: TrainingRecord, part: number): { before: readonly Message[] } | undefined =>
  record.kind === 'chat' && record.messages[part]?.role === 'assistant' && part > 1
    ? { before: record.messages.slice(0, part) }
    : undefined;

/** What is said of a record, without the frame in which a model reads it: by that no ticket names it. */
const sayablesIn = (record: TrainingRecord): (Sayable & { part: number })[] => {
  if (record.kind === 'text') {
    const { text, from } = record;
    return [
      { part: 0, question: '', prompt: text.slice(0, from), answer: text.slice(from), lead: 0 - from, open: true },
    ];
  }
  const parts = partsOf(record);
  return parts.flatMap(({ part, text, said }) => {
    if (!said || part === 0 || text.trim() === '') return [];
    const question = record.kind === 'qa' ? record.question : questionIn(record.messages.slice(0, part));
    const prompt = parts
      .slice(0, part)
      .map((one) => `${one.text}\n`)
      .join('');
    return [{ part, question, prompt, answer: text, lead: 0, open: false }];
  });
};
