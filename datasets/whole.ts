// Records as whole texts, as a model reads them in training: for a loss of everything, and for corpus moments.
// Trap: a rendered conversation brings the template's own end of each turn; a text, and a question in the plain form,
// are ended by the model's end token.
import { isQuittanceError } from '#core/errors.ts';
import type { TrainingRecord } from '#core/training-record.ts';
import { orRefused, renderWhole, withRenderer, type Reader } from './rendering.ts';

export interface WholeText {
  /** Number of the record. */
  readonly row: number;
  readonly text: string;
  /** Whether the end token follows. */
  readonly ended: boolean;
}

export interface WholeTexts {
  /** In the order of the records. */
  readonly whole: readonly WholeText[];
  /** Numbers of records that the template refuses. */
  readonly refused: readonly number[];
}

export const renderedWhole = (records: readonly TrainingRecord[], { template }: Reader): Promise<WholeTexts> => {
  const reader = records.every(({ kind }) => kind === 'text') ? {} : { template };
  return withRenderer(reader, async (renderer) => {
    const [whole, refused]: [WholeText[], number[]] = [[], []];
    for (const [row, record] of records.entries()) {
      const text = await orRefused(renderWhole(reader, renderer, record));
      if (isQuittanceError(text)) refused.push(row);
      else whole.push({ row, text, ended: record.kind === 'text' || !template });
    }
    return { whole, refused };
  });
};
