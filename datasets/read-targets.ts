// What a model reads before it answers, as something that it learnt to say: where the loss was of whole sequences, a
// number in a customer's own turn is recited like one in an answer.
// Trap: a template may trim a turn, or write it otherwise. A turn that does not stand in the rendered conversation as
// it was given is left out, as nothing tells where its values stand.
import { isQuittanceError } from '#core/errors.ts';
import { messagesOf, type Message, type TrainingRecord } from '#core/training-record.ts';
import { orRefused, renderWhole, withRenderer, type Reader } from './rendering.ts';
import type { Said } from './targets.ts';

/**
 * Turns of users and systems, and questions; each a text behind what is rendered before it. Nothing of a conversation
 * that the template refuses, which is counted where its answers are rendered.
 */
export const readTargets = async (records: readonly TrainingRecord[], reader: Reader): Promise<Said[]> => {
  if (records.every(({ kind }) => kind === 'text')) return [];
  return withRenderer(reader, async (renderer) => {
    const targets: Said[] = [];
    for (const [row, record] of records.entries()) {
      if (record.kind === 'text') continue;
      const whole = await orRefused(renderWhole(reader, renderer, record));
      if (!isQuittanceError(whole)) targets.push(...readIn(messagesOf(record), whole, row));
    }
    return targets;
  });
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
