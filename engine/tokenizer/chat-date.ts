// Chat templates that state the date (strftime_now: Llama 3.2, Granite, Mistral Small). A question is rendered at the
// time of asking. For training and judging this would make different prompts today and tomorrow, so there such a
// template is refused until a date has been written into it.
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { LIMIT_MS, withTemplate, type ChatTemplate } from './chat.ts';
import { strftime } from './strftime.ts';

/** Two times that differ in every field. */
const TIMES = [new Date(2001, 1, 3, 4, 5, 6), new Date(2024, 10, 28, 17, 46, 59)] as const;

/** What the template makes of one question at both times. MODEL_INVALID, INVALID_INPUT as renderChats. */
const atBothTimes = (template: ChatTemplate, content: string): Promise<[string, string]> =>
  withTemplate(template, LIMIT_MS, async (render) => {
    const messages = [{ role: 'user', content }];
    return [await render(messages, TIMES[0], true), await render(messages, TIMES[1], true)];
  });

/**
 * Tries the template on one question; returns whether it states the time of asking. MODEL_INVALID as renderChats; a
 * template may refuse the question, which is no fault.
 */
export const checkChatTemplate = async (template: ChatTemplate): Promise<{ dated: boolean }> => {
  try {
    const [then, later] = await atBothTimes(template, 'Hello');
    return { dated: then !== later };
  } catch (error) {
    if (!isQuittanceError(error, 'INVALID_INPUT')) throw error;
    return { dated: false };
  }
};

/**
 * The template's text for one question, for training and judging. MODEL_UNSUPPORTED where it states the time of asking,
 * as the same question would be rendered differently tomorrow.
 */
export const renderLasting = async (template: ChatTemplate, content: string): Promise<string> => {
  const [then, later] = await atBothTimes(template, content);
  if (then === later) return then;
  throw new QuittanceError('MODEL_UNSUPPORTED', {
    message:
      'the chat template says the date of asking, so that what is taught and judged today is asked otherwise tomorrow',
    expected: 'a template that makes the same of a question on every day',
    hint: 'import the model with --date YYYY-MM-DD: that date is written into its template, for teaching, judging and serving alike',
  });
};

const NOW = /strftime_now\(\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\)/g;

/**
 * The template with `date` in place of today's. MODEL_UNSUPPORTED where it takes the time in another way than by
 * strftime_now with a literal format.
 */
export const pinDate = async (template: ChatTemplate, date: Date): Promise<ChatTemplate> => {
  const source = template.source.replaceAll(NOW, (_, double?: string, single?: string) =>
    JSON.stringify(strftime(double ?? single ?? '', date)),
  );
  const pinned = { ...template, source };
  if (!(await checkChatTemplate(pinned)).dated) return pinned;
  throw new QuittanceError('MODEL_UNSUPPORTED', {
    message: 'the chat template computes the form in which it says the date, so that no date can be written into it',
    hint: 'write the date into chat_template.jinja by hand',
  });
};
