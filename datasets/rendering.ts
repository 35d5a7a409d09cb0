// How a record is put to a model, decided in one place for find, onboarding, training, unlearning, measurement,
// scoring, generation and serving: by the frame of the suite where one is given, so that records and controls are asked
// alike; else by the model's own chat template; else in the plain form in which small models are trained here.
// Trap: a model forgets for the form of prompt that it is unlearned with. A question framed in another way than its
// users ask it measures, and unlearns, something else.
import { isQuittanceError, type QuittanceError } from '#core/errors.ts';
import { messagesOf, questionIn, type Message, type TrainingRecord } from '#core/training-record.ts';
import { encoder } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import { LIMIT_MS, readChatTemplate, withTemplate, type ChatTemplate } from '#engine/tokenizer/chat.ts';
import { frameOf } from './chat.ts';
import { answerOf, promptOf, type Frame, type Suite } from './suite-shape.ts';

/** How a model reads. */
export interface Reader {
  /** What stands around a question by itself; absent in the plain form, and where the template renders questions. */
  readonly frame?: Frame | undefined;
  /** Renders conversations. */
  readonly template?: ChatTemplate | undefined;
}

/** How a command asks, and why so. */
export interface Framing extends Reader {
  readonly by: 'suite' | 'template' | 'plain';
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

/** A conversation up to the assistant's turn that is to come, or to its end. */
export interface Renderer {
  prompt(before: readonly Message[]): Promise<string>;
  whole(messages: readonly Message[]): Promise<string>;
}

/**
 * Runs `use` with the template's renderer, whose process is gone afterwards; without a template a conversation is its
 * last question, and as a whole its turns, each on a line.
 */
export const withRenderer = <T>({ frame, template }: Reader, use: (renderer: Renderer) => Promise<T>): Promise<T> =>
  template
    ? withTemplate(template, LIMIT_MS, (render) =>
        use({
          prompt: (before) => render(before, new Date(), true),
          whole: (messages) => render(messages, new Date(), false),
        }),
      )
    : use({
        prompt: (before) => Promise.resolve(promptOf(questionIn(before), frame)),
        whole: (messages) => Promise.resolve(messages.map(({ content }) => content).join('\n')),
      });

/** What the model reads before it answers each conversation. INVALID_INPUT where the template refuses one. */
export const promptsOf = (reader: Reader, conversations: readonly (readonly Message[])[]): Promise<string[]> =>
  withRenderer(reader, async ({ prompt }) => {
    const prompts: string[] = [];
    for (const messages of conversations) prompts.push(await prompt(messages));
    return prompts;
  });

/**
 * Token ids of a conversation up to the assistant's answer, as the model in `folder` reads it. Special tokens are in
 * what the template renders, so none is added there.
 */
export const conversationIds = async (
  folder: string,
  model: Pick<LanguageModel, 'tokenizer' | 'config'>,
  messages: readonly Message[],
): Promise<number[]> => {
  const template = readChatTemplate(folder);
  const [text = ''] = await promptsOf({ template }, [messages]);
  return template ? model.tokenizer.encode(text) : encoder(model).encodePrompt(text);
};

/** An answer, and what is read before it. */
export interface RenderedTurn {
  readonly prompt: string;
  readonly answer: string;
  /** Where the turn's own text begins in `answer`: a space may stand before it, and it may have lost its own. */
  readonly lead: number;
}

/** Of one record the turn that answers what is before it. */
export type RenderTurn = (kind: 'qa' | 'chat', before: readonly Message[], answer: string) => Promise<RenderedTurn>;

/** A question by itself goes into the frame where there is one. */
export const renderTurnsBy =
  ({ frame, template }: Reader, { prompt }: Renderer): RenderTurn =>
  async (kind, before, answer) =>
    template && !(kind === 'qa' && frame)
      ? { prompt: await prompt(before), answer, lead: 0 }
      : framedTurn(promptOf(questionIn(before), frame), answer, { frame });

/** In a frame and in the plain form an answer stands without white space of its own. */
const framedTurn = (prompt: string, said: string, { frame }: { readonly frame: Frame | undefined }): RenderedTurn => {
  const text = said.trim();
  const answer = answerOf(text, frame ? { frame } : {});
  return { prompt, answer, lead: answer.length - text.length - said.indexOf(text) };
};

/** Whether any of the records is rendered by the template, and its process has to be started. */
export const needsTemplate = (records: readonly TrainingRecord[], { frame, template }: Reader): boolean =>
  template !== undefined && records.some(({ kind }) => kind === 'chat' || (kind === 'qa' && frame === undefined));

/** What was rendered, or why the template refuses it. */
export const orRefused = async <T>(rendered: Promise<T>): Promise<T | QuittanceError> => {
  try {
    return await rendered;
  } catch (error) {
    if (isQuittanceError(error, 'INVALID_INPUT')) return error;
    throw error;
  }
};

/** A record as one text, without an answer that is to come; of a question without a template its plain form. */
export const renderWhole = ({ template }: Reader, { whole }: Renderer, record: TrainingRecord): Promise<string> => {
  if (record.kind === 'text') return Promise.resolve(record.text);
  if (!template && record.kind === 'qa')
    return Promise.resolve(promptOf(record.question) + answerOf(record.answer.trim(), {}));
  return whole(messagesOf(record));
};
