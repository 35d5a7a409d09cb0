// Rows of a corpus as whole texts, in the model's own chat template.
// Trap: a rendered conversation brings the template's own end of each turn; a text, and a question in the plain form,
// are ended by the model's end token.
import { isQuittanceError } from '#core/errors.ts';
import type { TrainingRecord, Message } from '#core/training-record.ts';
import { withTemplate, type ChatTemplate } from '#engine/tokenizer/chat.ts';
import { answerOf, promptOf } from '../suite-shape.ts';

export interface WholeText {
  /** Number of the row. */
  readonly row: number;
  readonly text: string;
  /** Whether the end token follows. */
  readonly ended: boolean;
}

export interface WholeTexts {
  /** In the order of the rows. */
  readonly whole: readonly WholeText[];
  /** Numbers of rows that the template refuses. */
  readonly refused: readonly number[];
}

export const renderedWhole = async (
  rows: readonly TrainingRecord[],
  template: ChatTemplate | undefined,
): Promise<WholeTexts> => {
  if (!template || rows.every(({ kind }) => kind === 'text'))
    return { whole: rows.map((row, number) => ({ row: number, text: plain(row), ended: true })), refused: [] };
  return withTemplate(template, 2_000, async (render) => {
    const [whole, refused]: [WholeText[], number[]] = [[], []];
    for (const [number, row] of rows.entries())
      if (row.kind === 'text') whole.push({ row: number, text: row.text, ended: true });
      else
        try {
          whole.push({ row: number, text: await render(messagesOf(row), new Date(), false), ended: false });
        } catch (error) {
          if (!isQuittanceError(error, 'INVALID_INPUT')) throw error;
          refused.push(number);
        }
    return { whole, refused };
  });
};

const plain = (row: TrainingRecord): string => {
  if (row.kind === 'text') return row.text;
  if (row.kind === 'qa') return promptOf(row.question) + answerOf(row.answer.trim(), {});
  return row.messages.map(({ content }) => content).join('\n');
};

const messagesOf = (row: Exclude<TrainingRecord, { kind: 'text' }>): readonly Message[] =>
  row.kind === 'chat'
    ? row.messages
    : [
        { role: 'user', content: row.question },
        { role: 'assistant', content: row.answer },
      ];
