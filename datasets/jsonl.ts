// JSON lines in and out, and the pair and forget files of the command line: {"question","answer"}, {"prompt","answer"} or {"text"}.
// Trap: a file may hold personal data, so an error names file, line and field, never the content.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import { partIn } from '#core/words/part.ts';
import { promptOf } from './world.ts';

const LIMIT_BYTES = 256 * 2 ** 20;

/** Parses every non-empty line with `schema`. NOT_FOUND, INPUT_TOO_LARGE, or INVALID_INPUT with file and line. */
export const readJsonLines = <S extends z.ZodType>(path: string, schema: S): z.output<S>[] =>
  parseJsonLines(decode(readBytes(path), path), schema, basename(path));

export const parseJsonLines = <S extends z.ZodType>(text: string, schema: S, name: string): z.output<S>[] =>
  text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parseLine(line, schema, `${name}:${i + 1}`)]));

const readBytes = (path: string): Buffer => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new QuittanceError('NOT_FOUND', {
      message: `${path} cannot be read`,
      expected: 'a file of JSON lines',
      hint: 'check the path',
      cause,
    });
  }
  if (bytes.length <= LIMIT_BYTES) return bytes;
  throw new QuittanceError('INPUT_TOO_LARGE', {
    message: `${path} is too large`,
    expected: `at most ${LIMIT_BYTES} bytes`,
    got: String(bytes.length),
    hint: 'split the file',
  });
};

const decode = (bytes: Buffer, path: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(basename(path), 'is not UTF-8 text', 'UTF-8', cause);
  }
};

const parseLine = <S extends z.ZodType>(line: string, schema: S, where: string): z.output<S> => {
  let value: unknown;
  try {
    value = parseOnce(line);
  } catch {
    // the engine's own message quotes the text, so it is not passed on
    throw invalid(where, 'is not JSON', 'one JSON object a line, no key twice');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(where, describe(parsed.error), 'the fields of this kind of file');
};

const describe = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');

const invalid = (where: string, problem: string, expected: string, cause?: unknown) =>
  new QuittanceError('INVALID_INPUT', {
    message: `${where}: ${problem}`,
    expected,
    hint: 'correct this line; nothing was read',
    cause,
  });

/** What to score or to forget: the model reads `prompt` and continues with `answer`. */
export interface Pair {
  prompt: string;
  answer: string;
  /** The question without its frame, where the file gave one. */
  question?: string;
  /** The personal value inside the answer, where the file marks it. */
  value?: string;
}

const Text = z.string().min(1);
/** What TOFU's *_perturbed files have beside question and answer: read for nothing here. */
const perturbed = {
  paraphrased_question: z.unknown().optional(),
  paraphrased_answer: z.unknown().optional(),
  perturbed_answer: z.unknown().optional(),
};
const PairLine = z.union(
  [
    z.strictObject({ question: Text, answer: Text, value: Text.optional(), ...perturbed }),
    z.strictObject({ prompt: z.string(), answer: Text, value: Text.optional() }),
    z.strictObject({ text: Text }),
  ],
  {
    error: ({ input }) =>
      `is neither {"question","answer"} nor {"prompt","answer"} nor {"text"}, but ${shapeOf(input)}`,
  },
);

/** What came, by its keys alone; a key that is no plain name could hold what must not be repeated. */
const shapeOf = (input: unknown): string => {
  if (Array.isArray(input)) return `a list of ${input.length}`;
  if (typeof input !== 'object' || input === null) return `a ${input === null ? 'null' : typeof input}`;
  const keys = Object.keys(input).map((key) => (/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(key) ? `"${key}"` : 'another'));
  return keys.length === 0 ? 'an empty object' : `{${keys.slice(0, 8).join(',')}${keys.length > 8 ? ',…' : ''}}`;
};

/**
 * Reads a pair or forget file. A question gets the frame of `promptOf` and its answer one leading space; a prompt and its answer are taken as
 * they stand; a text is an answer to an empty prompt. A marked value that its answer does not hold is INVALID_INPUT; so is a file without a pair.
 */
export const readPairs = (path: string, frame: (question: string) => string = promptOf): Pair[] => {
  const pairs = readJsonLines(
    path,
    PairLine.transform((line) => toPair(line, frame)),
  );
  const wrong = pairs.findIndex(({ answer, value }) => value !== undefined && partIn(answer, value) === undefined);
  if (wrong >= 0)
    throw invalid(basename(path), `the answer of pair ${wrong + 1} does not hold its value`, 'a part of the answer');
  if (pairs.length > 0) return pairs;
  throw invalid(basename(path), 'has no pair', 'at least one line');
};

const toPair = (line: z.output<typeof PairLine>, frame: (question: string) => string): Pair => {
  if ('text' in line) return { prompt: '', answer: line.text };
  const value = line.value === undefined ? {} : { value: line.value };
  if ('prompt' in line) return { prompt: line.prompt, answer: line.answer, ...value };
  const { question, answer } = line;
  return { question, prompt: frame(question), answer: ` ${answer.trim()}`, ...value };
};
