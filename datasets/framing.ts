// How a record is put to a model, decided in one place for scoring, unlearning and evaluation: by the frame of the
// suite where one is given, so that records and controls are asked alike; else by the model's own chat template; else
// in the plain form in which small models are trained here.
// Trap: a model forgets for the form of prompt that it is unlearned with. A question framed in another way than its
// users ask it measures, and unlearns, something else.
import { questionIn } from '#core/training-record.ts';
import { readChatTemplate, renderChats, type ChatTemplate } from '#engine/tokenizer/chat.ts';
import { frameOf } from './chat.ts';
import type { FileRecord } from './records.ts';
import { answerOf, promptOf, spanOf, type Frame, type Suite, type ValueSpan } from './suite-shape.ts';

/** A record as the model reads it. */
export interface FramedRecord {
  /** What was asked, without its frame; absent where the record gives a whole prompt. */
  question?: string;
  prompt: string;
  answer: string;
  value?: ValueSpan;
  /** The text goes on behind the answer: no end token is learnt or expected. */
  open?: boolean;
}

export interface Framing {
  readonly by: 'suite' | 'template' | 'plain';
  /** What stands around a question; absent in the plain form. */
  readonly frame?: Frame;
  /** Renders conversations of more than a question. */
  readonly template?: ChatTemplate;
}

/** MODEL_INVALID or MODEL_UNSUPPORTED where the model in `dir` has a template that cannot be used. */
export const framingOf = async (dir: string, suite?: Pick<Suite, 'frame'>): Promise<Framing> => {
  const template = readChatTemplate(dir);
  if (suite) return { by: 'suite', ...(suite.frame && { frame: suite.frame, ...(template && { template }) }) };
  return template ? { by: 'template', frame: await frameOf(template), template } : { by: 'plain' };
};

/** One line for the user. */
export const describeFraming = ({ by, frame }: Framing): string =>
  ({
    suite: `records are framed as the suite's: ${frame ? 'in its chat template' : 'Q: … A:'}`,
    template: "records are framed by the model's own chat template",
    plain: 'records are framed as Q: … A:, as the model has no chat template',
  })[by];

/** Records as the model reads them, in their order. INVALID_INPUT where the template refuses a conversation. */
export const framed = async (records: readonly FileRecord[], framing: Framing): Promise<FramedRecord[]> => {
  const rendered = await renderedPrompts(records, framing);
  return records.map((record) => {
    if (record.kind === 'prompt') return withSpan(record.prompt, record.answer, record.value);
    const question = record.kind === 'question' ? record.question : questionIn(record.before);
    const whole = rendered.get(record);
    // a whole prompt is taken unchanged, even where the model has a template
    if (whole !== undefined) return { question, ...withSpan(whole, record.answer, record.value) };
    const answer = answerOf(record.answer.trim(), framing);
    return { question, ...withSpan(promptOf(question, framing.frame), answer, record.value?.trim()) };
  });
};

const renderedPrompts = async (
  records: readonly FileRecord[],
  { template }: Framing,
): Promise<ReadonlyMap<FileRecord, string>> => {
  const chats = records.filter((record) => record.kind === 'messages');
  if (!template || chats.length === 0) return new Map();
  const texts = await renderChats(
    template,
    chats.map(({ before }) => before),
  );
  return new Map(chats.map((record, i) => [record, texts[i]!]));
};

const withSpan = (prompt: string, answer: string, value: string | undefined): Omit<FramedRecord, 'question'> => ({
  prompt,
  answer,
  ...(value !== undefined && { value: spanOf(answer, value) }),
});
