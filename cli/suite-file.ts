// The evaluation suite that an option names: a file, or a folder with suite.json, as training leaves it beside a model.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSuite } from '#datasets/suite.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { readBytes } from './values.ts';

const LIMIT_BYTES = 2 ** 28;

/** NOT_FOUND, INPUT_TOO_LARGE, INVALID_INPUT. */
export const suiteAt = (path: string): Suite =>
  readSuite(readBytes(existsSync(path) && statSync(path).isDirectory() ? join(path, 'suite.json') : path, LIMIT_BYTES));
