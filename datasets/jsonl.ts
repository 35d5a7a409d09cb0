// Files of JSON lines. Trap: a file may hold personal data, so an error names file, line and field, never the content.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';

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
    throw invalidLine(basename(path), 'is not UTF-8 text', 'UTF-8', cause);
  }
};

const parseLine = <S extends z.ZodType>(line: string, schema: S, where: string): z.output<S> => {
  let value: unknown;
  try {
    value = parseOnce(line);
  } catch {
    // the engine's own message quotes the text
    throw invalidLine(where, 'is not JSON', 'one JSON object a line, no key twice');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidLine(where, describe(parsed.error), 'the fields of this kind of file');
};

const describe = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');

export const invalidLine = (where: string, problem: string, expected: string, cause?: unknown) =>
  new QuittanceError('INVALID_INPUT', {
    message: `${where}: ${problem}`,
    expected,
    hint: 'correct this line; nothing was read',
    cause,
  });
