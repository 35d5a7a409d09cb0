// A suite in the frame of a chat template: the same people, asked as a user asks a chat model. Trap: a template is a
// program and could do anything with a question. The frame is the text before and after the question, and a template
// that does not contain the question exactly once is refused.
import { QuittanceError } from '#core/errors.ts';
import type { ChatTemplate } from '#engine/tokenizer/chat.ts';
import { renderLasting } from '#engine/tokenizer/chat-date.ts';
import { promptOf, type Frame, type Suite, type Person, type QaRecord, type Row } from './suite-shape.ts';

/** Most new tokens of an answer to a general question. */
export const GENERAL_TOKENS = 40;

const MARK = 'What is \u{1F9ED} this?';

/**
 * MODEL_UNSUPPORTED where the question does not stand in the template as it is, exactly once, or the template says the
 * date of asking.
 */
export const frameOf = (template: ChatTemplate): Promise<Frame> => frameAround(template, undefined);

const frameIn = (text: string): Frame => {
  const [before, after, ...more] = text.split(MARK);
  if (before === undefined || after === undefined || more.length > 0)
    throw new QuittanceError('MODEL_UNSUPPORTED', {
      message: 'the chat template does not hold a question as it is asked, exactly once',
    });
  return { before, after };
};

/** The same behind a system prompt, as the model's users have it. */
export const frameAround = async (template: ChatTemplate, system: string | undefined): Promise<Frame> =>
  frameIn(
    await renderLasting(template, [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      { role: 'user', content: MARK },
    ]),
  );

/** The suite's rows as chat turns. One wording of each question is trained; the others are held out. */
export const inChat = (suite: Suite, frame: Frame): Suite => {
  const record = (row: QaRecord) => recordInChat(row, frame);
  const group = (people: readonly Person[]) =>
    people.map((person) => ({ ...person, records: person.records.map(record) }));
  const { whitening, stop, gate } = suite.controls;
  return {
    ...suite,
    frame,
    subjects: group(suite.subjects),
    facts: suite.facts.map(record),
    unknown: suite.unknown.map((row) => rowInChat(row, frame)),
    controls: { whitening: group(whitening), stop: group(stop), gate: group(gate) },
  };
};

const rowInChat = <R extends Row>(row: R, frame: Frame): R => {
  const lead = row.answer.length - row.answer.trimStart().length;
  const { value } = row;
  return {
    ...row,
    prompt: promptOf(row.question, frame),
    answer: row.answer.slice(lead),
    ...(value && { value: { ...value, start: value.start - lead, end: value.end - lead } }),
  };
};

const recordInChat = (row: QaRecord, frame: Frame): QaRecord => ({
  ...rowInChat(row, frame),
  trainedParaphrase: false,
  ...(row.paraphrasedAnswer !== undefined && { paraphrasedAnswer: row.paraphrasedAnswer.trimStart() }),
  wrongAnswers: row.wrongAnswers.map((answer) => answer.trimStart()),
});

/** General questions with the model's answers, an answer that was cut short ending with its last whole sentence. */
export const generalRows = (questions: readonly string[], answers: readonly string[], frame: Frame): Row[] =>
  questions.map((question, i) => ({
    kind: 'general',
    question,
    prompt: promptOf(question, frame),
    answer: wholeSentences(answers[i]!.trim()),
  }));

const wholeSentences = (text: string): string => /^.*[.!?](?=\s|$)/su.exec(text)?.[0] ?? (text || 'I am not sure.');
