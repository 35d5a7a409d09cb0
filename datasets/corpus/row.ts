// A row of the data that a model was fine-tuned on: a question with its answer, a conversation, or running text.
// Whatever form a trainer reads is turned into one of these three, and everything behind (find, admission, unlearning,
// measurement) reads them alone.
// Trap: a row holds personal data. What is said about it names file, line and field, never its content.
import type { Message } from '#datasets/records.ts';

export type CorpusRow =
  | { readonly kind: 'qa'; readonly question: string; readonly answer: string }
  | { readonly kind: 'chat'; readonly messages: readonly Message[] }
  /**
   * `from`: where what is learnt begins, in a row of a prompt and its completion; everything is learnt where it is 0.
   */
  | { readonly kind: 'text'; readonly text: string; readonly from: number };

export const ROW_KINDS = ['qa', 'chat', 'text'] as const;
export type RowKind = CorpusRow['kind'];

/** A row where it was read, with the person that its subject column names. */
export interface CorpusEntry {
  readonly row: CorpusRow;
  /** File and line, or file and number of the row: for people, not for look-up. */
  readonly where: string;
  readonly subject?: string;
}

/** A piece of a row that may speak of a person. */
export interface RowPart {
  /** Number of the message in a chat; 0 is the question and 1 the answer of a question; 0 is a text. */
  readonly part: number;
  readonly text: string;
  /** Whether a model learns to say it: an answer, an assistant's turn, a text. Else it is what the model reads. */
  readonly said: boolean;
}

export const partsOf = (row: CorpusRow): RowPart[] => {
  switch (row.kind) {
    case 'qa':
      return [
        { part: 0, text: row.question, said: false },
        { part: 1, text: row.answer, said: true },
      ];
    case 'chat':
      return row.messages.map(({ role, content }, part) => ({ part, text: content, said: role === 'assistant' }));
    case 'text':
      return [{ part: 0, text: row.text, said: true }];
  }
};

/** Where a personal value stands: `text of part .slice(start, end)`. */
export interface Span {
  readonly part: number;
  readonly start: number;
  readonly end: number;
}
