// The records of pair, forget and retain files: {"messages"}, {"question","answer"}, {"prompt","answer"} or {"text"},
// one a line. How a record is put to a model is decided elsewhere (framing.ts). Trap: a file may hold personal data, so
// an error names file, line and field, never the content.
import { basename } from 'node:path';
import { z } from 'zod';
import { Message } from '#core/training-record.ts';
import { partIn } from '#core/words/part.ts';
import { VALUE_TYPES } from '#core/words/value.ts';
import { invalidLine, readJsonLines } from './jsonl.ts';

/** What to score, to forget or to keep. `value` is the personal part of the answer, where the file marks it. */
export type FileRecord =
  /** All turns before the last assistant turn, which is the answer. */
  | { kind: 'messages'; before: readonly Message[]; answer: string; value?: string }
  | { kind: 'question'; question: string; answer: string; value?: string }
  /** The model reads `prompt` unchanged and continues with `answer`. */
  | { kind: 'prompt'; prompt: string; answer: string; value?: string };

const Text = z.string().min(1);
const value = Text.optional();

/** Fields that TOFU's *_perturbed files have beside question and answer; accepted and not used. */
const perturbed = {
  paraphrased_question: z.unknown().optional(),
  paraphrased_answer: z.unknown().optional(),
  perturbed_answer: z.unknown().optional(),
};

const Line = z.union(
  [
    z.strictObject({ messages: z.array(Message).min(1), value }),
    z.strictObject({ question: Text, answer: Text, value, type: z.enum(VALUE_TYPES).optional(), ...perturbed }),
    z.strictObject({ prompt: z.string(), answer: Text, value }),
    z.strictObject({ text: Text, value }),
  ],
  {
    error: ({ input }) =>
      `is neither {"messages"} nor {"question","answer"} nor {"prompt","answer"} nor {"text"}, but ${shapeOf(input)}`,
  },
);

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
export const readRecords = (path: string): FileRecord[] => {
  const records = readJsonLines(path, Line.transform(toRecord));
  if (records.length > 0) return records;
  throw invalidLine(basename(path), 'has no record', 'at least one line');
};

const toRecord = (line: z.output<typeof Line>, context: z.RefinementCtx): FileRecord => {
  const record = recordOf(line);
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!record) return refuse('the messages hold no answer: no assistant turn with a text, or none before it');
  if (record.value !== undefined && partIn(record.answer, record.value) === undefined)
    return refuse('the answer does not hold its value');
  return record;
};

const recordOf = (line: z.output<typeof Line>): FileRecord | undefined => {
  const marked = line.value === undefined ? {} : { value: line.value };
  if ('text' in line) return { kind: 'prompt', prompt: '', answer: line.text, ...marked };
  if ('prompt' in line) return { kind: 'prompt', prompt: line.prompt, answer: line.answer, ...marked };
  if ('question' in line) return { kind: 'question', question: line.question, answer: line.answer, ...marked };
  const last = line.messages.findLastIndex(({ role, content }) => role === 'assistant' && content !== '');
  if (last < 1) return undefined;
  return { kind: 'messages', before: line.messages.slice(0, last), answer: line.messages[last]!.content, ...marked };
};
