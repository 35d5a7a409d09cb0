// What a model reads before it answers, as something that it learnt to say: where the loss was of whole sequences, a
// number in a customer's own turn is recited like one in an answer.
// Trap: a template may trim a turn, or write it otherwise. A turn that does not stand in the rendered conversation as
// it was given is left out, as nothing tells where its values stand.
import { isQuittanceError } from '#core/errors.ts';
import type { TrainingRecord, Message } from '#core/training-record.ts';
import { promptOf } from '#datasets/suite-shape.ts';
import { withTemplate, type ChatTemplate } from '#engine/tokenizer/chat.ts';
import type { Said } from './targets.ts';

/** Turns of users and systems, and questions; each a text behind what is rendered before it. */
export const readTargets = async (
  rows: readonly TrainingRecord[],
  template: ChatTemplate | undefined,
): Promise<Said[]> => {
  if (!template) return rows.flatMap((row, number) => readIn(messagesOf(row), plain(row), number));
  if (rows.every(({ kind }) => kind === 'text')) return [];
  return withTemplate(template, 2_000, async (render) => {
    const targets: Said[] = [];
    for (const [number, row] of rows.entries()) {
      const messages = messagesOf(row);
      if (messages.length > 0) targets.push(...readIn(messages, await rendered(render, messages), number));
    }
    return targets;
  });
};

/** Nothing of a conversation that the template refuses, which is counted where its answers are rendered. */
const rendered = async (
  render: (messages: readonly Message[], date: Date, addGenerationPrompt: boolean) => Promise<string>,
  messages: readonly Message[],
): Promise<string> => {
  try {
    return await render(messages, new Date(), false);
  } catch (error) {
    if (isQuittanceError(error, 'INVALID_INPUT')) return '';
    throw error;
  }
};

const messagesOf = (row: TrainingRecord): readonly Message[] => {
  if (row.kind === 'text') return [];
  if (row.kind === 'chat') return row.messages;
  return [
    { role: 'user', content: row.question },
    { role: 'assistant', content: row.answer },
  ];
};

/** As datasets/fine-tuning/whole.ts writes rows where there is no template. */
const plain = (row: TrainingRecord): string => {
  if (row.kind === 'chat') return row.messages.map(({ content }) => content).join('\n');
  return row.kind === 'qa' ? promptOf(row.question) : '';
};

const readIn = (messages: readonly Message[], whole: string, row: number): Said[] => {
  let from = 0;
  return messages.flatMap(({ role, content }, part) => {
    const text = content.trim();
    const at = text === '' ? -1 : whole.indexOf(text, from);
    if (at < 0) return [];
    from = at + text.length;
    if (role === 'assistant') return [];
    const lead = 0 - content.indexOf(text);
    return [{ row, part, question: '', prompt: whole.slice(0, at), answer: text, lead, open: true }];
  });
};
