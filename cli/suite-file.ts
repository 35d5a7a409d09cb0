// The evaluation suite that an option names: a file, or a folder with suite.json, as training leaves it beside a model.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSuite } from '#datasets/suite.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { readBytes } from './values.ts';

const LIMIT_BYTES = 2 ** 28;

/** NOT_FOUND, INPUT_TOO_LARGE. */
export const suiteBytesAt = (path: string): Buffer =>
  readBytes(existsSync(path) && statSync(path).isDirectory() ? join(path, 'suite.json') : path, LIMIT_BYTES);

/** INVALID_INPUT too, with the fields at fault. */
export const suiteAt = (path: string): Suite => readSuite(suiteBytesAt(path));
