// A record in the one form that everything reads: a question with its answer, a conversation, or running text, with
// the personal values in it marked by place, type and person. Corpora, record files and tickets are all turned into it
// where they enter (datasets/corpus/forms.ts, datasets/records.ts, core/forget-set.ts), and how a model reads it is
// decided in one place (datasets/rendering.ts).
// Trap: a record holds personal data. What is said about one names its place and the rule, never its content.
import { z } from 'zod';
import { VALUE_TYPES } from './words/value.ts';

/** A turn of a conversation. Other fields that trainers write beside it are not known here and are refused. */
export const Message = z.strictObject({ role: z.string().min(1), content: z.string() }).readonly();
export type Message = z.infer<typeof Message>;

/** Where a personal value stands: `text of part .slice(start, end)`, in UTF-16 units. */
export const Span = z
  .strictObject({
    part: z.int().nonnegative(),
    start: z.int().nonnegative(),
    end: z.int().positive(),
    type: z.enum(VALUE_TYPES).optional(),
    /** Whose value it is, by any stable name; absent where the record is about one person. */
    subject: z.string().min(1).optional(),
  })
  .readonly();
export type Span = z.infer<typeof Span>;

/** Absent: nothing is marked. */
const spans = z.array(Span).min(1).readonly().optional();

export const TrainingRecord = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('qa'), question: z.string(), answer: z.string(), spans }).readonly(),
  z.strictObject({ kind: z.literal('chat'), messages: z.array(Message).min(1).readonly(), spans }).readonly(),
  /**
   * `from`: where what is learnt begins, in a row of a prompt and its completion; everything is learnt where it is 0.
   */
  z.strictObject({ kind: z.literal('text'), text: z.string(), from: z.int().nonnegative(), spans }).readonly(),
]);
export type TrainingRecord = z.infer<typeof TrainingRecord>;

export const RECORD_KINDS = ['qa', 'chat', 'text'] as const;
export type RecordKind = TrainingRecord['kind'];

/** A piece of a record that may speak of a person. */
export interface RecordPart {
  /** Number of the message in a chat; 0 is the question and 1 the answer of a question; 0 is a text. */
  readonly part: number;
  readonly text: string;
  /** Whether a model learns to say it: an answer, an assistant's turn, a text. Else it is what the model reads. */
  readonly said: boolean;
}

export const partsOf = (record: TrainingRecord): RecordPart[] => {
  switch (record.kind) {
    case 'qa':
      return [
        { part: 0, text: record.question, said: false },
        { part: 1, text: record.answer, said: true },
      ];
    case 'chat':
      return record.messages.map(({ role, content }, part) => ({ part, text: content, said: role === 'assistant' }));
    case 'text':
      return [{ part: 0, text: record.text, said: true }];
  }
};

/** A conversation of one question with its answer, or the conversation itself. */
export const messagesOf = (record: Exclude<TrainingRecord, { kind: 'text' }>): readonly Message[] =>
  record.kind === 'chat'
    ? record.messages
    : [
        { role: 'user', content: record.question },
        { role: 'assistant', content: record.answer },
      ];

/** The last question of a conversation: all that a model without a template is asked. */
export const questionIn = (messages: readonly Message[]): string =>
  messages.findLast(({ role }) => role === 'user')?.content ?? '';

/**
 * What is wrong with the marks of a record, in words that quote nothing; undefined where each stands within its part
 * and one at least in what is said, since nothing else can be forgotten.
 */
export const misplacedIn = (record: TrainingRecord): string | undefined => {
  const { spans } = record;
  if (spans === undefined) return undefined;
  const parts = partsOf(record);
  const isPlaced = ({ part, start, end }: Span) => start < end && end <= (parts[part]?.text.length ?? 0);
  const odd = spans.findIndex((span) => !isPlaced(span));
  if (odd >= 0) return `mark ${odd + 1} of the record does not stand within its part`;
  const from = record.kind === 'text' ? record.from : 0;
  return spans.some(({ part, start }) => parts[part]?.said && start >= from)
    ? undefined
    : 'marks nothing of what is said: no value in an answer, an assistant turn or a text';
};

/** A question by itself, as a conversation. */
export const asked = (question: string): readonly Message[] => [{ role: 'user', content: question }];
