// Chat templates that state the date (strftime_now: Llama 3.2, Granite, Mistral Small). A question is rendered at the
// time of asking. For training and judging this would make different prompts today and tomorrow, so there such a
// template is refused until a date has been written into it.
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { LIMIT_MS, withTemplate, type ChatMessage, type ChatTemplate, type Render } from './chat.ts';
import { strftime } from './strftime.ts';

/**
 * Every month, day of the month, day of the week and hour, and years long past and to come. Trap: not every two of them
 * together, so that a template for Mondays in May alone is not found.
 */
export const TIMES: readonly Date[] = [
  ...Array.from({ length: 31 }, (_, i) => new Date(2001 + 3 * i, i % 12, i + 1, i % 24, i, i)),
  ...Array.from({ length: 7 }, (_, i) => new Date(2026, 0, i + 1)),
];

/** A template may say the date in its own system prompt alone, in a given one, or in a later turn. */
const SYSTEM: ChatMessage = { role: 'system', content: 'Be brief.' };
const QUESTION: ChatMessage = { role: 'user', content: 'Hello' };
const CONVERSATIONS: readonly (readonly ChatMessage[])[] = [
  [QUESTION],
  [SYSTEM, QUESTION],
  [QUESTION, { role: 'assistant', content: 'Hello.' }, QUESTION],
];

/** Whether what the template makes of a conversation depends on the time of asking, be it on some days only. */
const isDated = async ({ source }: ChatTemplate, render: Render): Promise<boolean> => {
  if (!source.includes('strftime_now')) return false; // a template has no other clock
  for (const messages of CONVERSATIONS) if (new Set(await orNone(textsAtTimes(render, messages))).size > 1) return true;
  return false;
};

const textsAtTimes = async (render: Render, messages: readonly ChatMessage[]): Promise<string[]> => {
  const texts: string[] = [];
  for (const time of TIMES) texts.push(await render(messages, time, true));
  return texts;
};

/** A template may refuse a conversation (a system prompt, …), which is no fault. */
const orNone = async (texts: Promise<string[]>): Promise<string[]> => {
  try {
    return await texts;
  } catch (error) {
    if (isQuittanceError(error, 'INVALID_INPUT')) return [];
    throw error;
  }
};

/** Tries the template on a question; returns whether it states the time of asking. MODEL_INVALID as renderChats. */
export const checkChatTemplate = (template: ChatTemplate): Promise<{ dated: boolean }> =>
  withTemplate(template, LIMIT_MS, async (render) => {
    await orNone(render([QUESTION], TIMES[0]!, true).then((text) => [text]));
    return { dated: await isDated(template, render) };
  });

/**
 * The template's text for a conversation, for training and judging. MODEL_UNSUPPORTED where it states the time of
 * asking, as the same question would be rendered differently tomorrow.
 */
export const renderLasting = (template: ChatTemplate, messages: readonly ChatMessage[]): Promise<string> =>
  withTemplate(template, LIMIT_MS, async (render) => {
    if (!(await isDated(template, render))) return render(messages, TIMES[0]!, true);
    throw new QuittanceError('MODEL_UNSUPPORTED', {
      message:
        'the chat template says the date of asking, so that what is taught and judged today is asked otherwise tomorrow',
      expected: 'a template that makes the same of a question on every day',
      hint: 'import the model with --date YYYY-MM-DD: that date is written into its template, for teaching, judging and serving alike',
    });
  });

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
