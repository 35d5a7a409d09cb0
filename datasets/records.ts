// The records of pair, forget and retain files, one a line: {"messages"}, {"question","answer"}, {"prompt","answer"} or
// {"text"}, each with `value` (a personal part of the answer, as it stands there) or `spans` where personal values are
// marked; or a record in its own form (core/training-record.ts). How it is put to a model is decided elsewhere
// (rendering.ts). Trap: a file may hold personal data, so an error names file, line and field, never the content.
import { basename } from 'node:path';
import { z } from 'zod';
import { Message, misplacedIn, partsOf, Span, TrainingRecord, type RecordPart } from '#core/training-record.ts';
import { partIn } from '#core/words/part.ts';
import { VALUE_TYPES, type ValueType } from '#core/words/value.ts';
import { invalidLine, readJsonLines } from './jsonl.ts';

const Text = z.string().min(1);
/** Of a span the part may be left out: it is the answer, the last turn of the assistant, or the text. */
const marks = {
  value: Text.optional(),
  spans: z
    .array(z.strictObject({ ...Span.unwrap().shape, part: Span.unwrap().shape.part.optional() }))
    .min(1)
    .optional(),
};

/** Fields that TOFU's *_perturbed files have beside question and answer; accepted and not used. */
const perturbed = {
  paraphrased_question: z.unknown().optional(),
  paraphrased_answer: z.unknown().optional(),
  perturbed_answer: z.unknown().optional(),
};

const Line = z.union(
  [
    z.strictObject({ messages: z.array(Message).min(1), ...marks }),
    z.strictObject({ question: Text, answer: Text, ...marks, type: z.enum(VALUE_TYPES).optional(), ...perturbed }),
    z.strictObject({ prompt: z.string(), answer: Text, ...marks }),
    z.strictObject({ text: Text, ...marks }),
    TrainingRecord,
  ],
  {
    error: ({ input }) =>
      `is neither {"messages"} nor {"question","answer"} nor {"prompt","answer"} nor {"text"}, but ${shapeOf(input)}`,
  },
);
type Line = z.output<typeof Line>;

/** What was given, described by its keys; a key that is no plain name is left out, as it could hold personal data. */
const shapeOf = (input: unknown): string => {
  if (Array.isArray(input)) return `a list of ${input.length}`;
  if (typeof input !== 'object' || input === null) return `a ${input === null ? 'null' : typeof input}`;
  const keys = Object.keys(input).map((key) => (/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(key) ? `"${key}"` : 'another'));
  return keys.length === 0 ? 'an empty object' : `{${keys.slice(0, 8).join(',')}${keys.length > 8 ? ',…' : ''}}`;
};

/**
 * INVALID_INPUT with file and line where a line is no record, holds no answer, or marks a value that is not in its
 * answer; also for a file without any record.
 */
export const readRecords = (path: string): TrainingRecord[] => {
  const records = readJsonLines(path, Line.transform(toRecord));
  if (records.length > 0) return records;
  throw invalidLine(basename(path), 'has no record', 'at least one line');
};

const toRecord = (line: Line, context: z.RefinementCtx): TrainingRecord => {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const bare = 'kind' in line ? line : bareOf(line);
  const answer = answerIn(bare);
  if (!answer) return refuse('the messages hold no answer: no assistant turn with a text, or none before it');
  const record = 'kind' in line ? line : marked(bare, answer, line);
  if (!record) return refuse('the answer does not hold its value');
  const misplaced = misplacedIn(record);
  return misplaced === undefined ? record : refuse(misplaced);
};

/** The last of what is said; of a conversation a turn behind another. */
const answerIn = (record: TrainingRecord): RecordPart | undefined => {
  const { kind } = record;
  const isAnswer = ({ part, text, said }: RecordPart) => said && (kind !== 'chat' || (part > 0 && text.trim() !== ''));
  return kind === 'text' && record.from >= record.text.length ? undefined : partsOf(record).findLast(isAnswer);
};

type Unmarked = Exclude<Line, { kind: string }>;

const bareOf = (line: Unmarked): TrainingRecord => {
  if ('text' in line) return { kind: 'text', text: line.text, from: 0 };
  if ('prompt' in line) return { kind: 'text', text: line.prompt + line.answer, from: line.prompt.length };
  if ('question' in line) return { kind: 'qa', question: line.question, answer: line.answer };
  return { kind: 'chat', messages: line.messages };
};

/** undefined where the answer does not hold the value. */
const marked = (record: TrainingRecord, { part, text }: RecordPart, line: Unmarked): TrainingRecord | undefined => {
  const given = (line.spans ?? []).map((span) => ({ ...span, part: span.part ?? part }));
  if (line.value === undefined) return given.length > 0 ? { ...record, spans: given } : record;
  const from = record.kind === 'text' ? record.from : 0;
  const value = record.kind === 'text' ? line.value : line.value.trim() || line.value;
  const place = partIn(text.slice(from), value);
  if (!place) return undefined;
  const type = 'type' in line ? line.type : undefined;
  return { ...record, spans: [spanAt(part, [place[0] + from, place[1] + from], type), ...given] };
};

const spanAt = (part: number, [start, end]: [number, number], type: ValueType | undefined): Span => ({
  ...{ part, start, end },
  ...(type !== undefined && { type }),
});
