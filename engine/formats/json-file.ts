// JSON files of a model folder. Trap: where a key is given twice, readers differ on which value holds, so small files
// with such a key are refused.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import { modelInvalid } from './invalid.ts';

const JsonObject = z.record(z.string(), z.unknown());

/** Several times the largest tokenizer.json that is published. */
const MOST_JSON_BYTES = 2 ** 27;
export const MOST_CONFIG_BYTES = 2 ** 20;

/** Parses a JSON file of a model folder; NOT_FOUND or MODEL_INVALID. */
export const readJsonFile = (path: string, most = MOST_JSON_BYTES): Record<string, unknown> => {
  if (!existsSync(path)) throw new QuittanceError('NOT_FOUND', { message: `there is no ${path}` });
  const { size } = statSync(path);
  if (size > most)
    throw modelInvalid(`${path} is too large`, { expected: `at most ${most} bytes`, got: `${size} bytes` });
  // A key given twice is looked for only in small files: in a vocabulary with a hundred thousand keys the search would
  // take too long each time.
  const parse = size <= MOST_CONFIG_BYTES ? parseOnce : JSON.parse;
  try {
    return JsonObject.parse(parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw modelInvalid(`${path} is not a JSON object`, { cause });
  }
};
