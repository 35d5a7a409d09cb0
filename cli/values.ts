// Values of options, as commands take them. That each is of its option's kind was checked before (kinds.ts).
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { QuittanceError, usageError } from '#core/errors.ts';
import { Quantisation } from '#core/quantisation.ts';
import type { Arguments } from './command.ts';
import { notOneOf } from './kinds.ts';

/** Of an option whose kind is a number, so that it is one. */
export const number = (args: Arguments, name: string, fallback: number): number => Number(args.value(name) ?? fallback);

/** How weights are to be stored; by default as they are. */
export const quantisation = (args: Arguments): Quantisation => Quantisation.parse(args.value('quantisation') ?? 'none');

export const required = (args: Arguments, name: string): string => {
  const value = args.value(name);
  if (value === undefined) throw usageError(`--${name} is missing`);
  return value;
};

/** An option that is one of a list in this command, and may be others in another. */
export const choice = <T extends string>(args: Arguments, name: string, known: readonly T[], fallback?: T): T => {
  const given = fallback === undefined ? required(args, name) : (args.value(name) ?? fallback);
  const found = known.find((one) => one === given);
  if (found === undefined) throw notOneOf(`--${name}`, known, given);
  return found;
};

/** The data folder, which reading does not make. NOT_FOUND. */
export const existingFolder = ({ dir }: Arguments): string => {
  if (existsSync(join(dir, 'state.sqlite'))) return dir;
  throw new QuittanceError('NOT_FOUND', {
    message: `${dir} is no data folder`,
    hint: "name it with --dir, or make one: 'quittance demo', 'quittance model import'",
  });
};

/**
 * `k=v` pairs into an object; dots nest, values are JSON where they parse as JSON and text elsewhere. USAGE where a
 * setting is given twice, or is given a value and settings of its own.
 */
export const settings = (pairs: readonly string[]): Record<string, unknown> => {
  const result: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [path, ...rest] = pair.split('=');
    if (!path || rest.length === 0) throw usageError(`--config takes key=value, got '${pair}'`);
    assign(result, path, path.split('.'), jsonOrText(rest.join('=')));
  }
  return result;
};

const assign = (target: Record<string, unknown>, path: string, [key = '', ...rest]: string[], value: unknown): void => {
  if (['__proto__', 'constructor', 'prototype'].includes(key)) throw usageError(`'${key}' is not a setting`);
  if (rest.length > 0) {
    const group = (target[key] ??= {});
    if (isGroup(group)) return assign(group, path, rest, value);
  } else if (target[key] === undefined) {
    target[key] = value;
    return;
  }
  throw usageError(`--config gives '${path}' a second time`, 'give each setting once: --config update.step=0.2');
};

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** A file's text, at most `limit` bytes. NOT_FOUND, INPUT_TOO_LARGE. */
export const readInput = (path: string, limit: number): string => readBytes(path, limit).toString('utf8');

/**
 * A file's bytes, at most `limit`; of a larger one no more than that is read. NOT_FOUND, INVALID_INPUT (a folder),
 * INPUT_TOO_LARGE.
 */
export const readBytes = (path: string, limit: number): Buffer => {
  const bytes = readAtMost(path, limit + 1);
  if (bytes.length > limit)
    throw new QuittanceError('INPUT_TOO_LARGE', {
      message: `${path} is too large`,
      expected: `at most ${limit} bytes`,
      got: 'more than that',
    });
  return bytes;
};

const readAtMost = (path: string, most: number): Buffer => {
  const chunks: Buffer[] = [];
  try {
    const file = openSync(path, 'r');
    try {
      for (let left = most, n = 1; left > 0 && n > 0; left -= n) {
        const chunk = Buffer.alloc(Math.min(left, 1 << 20));
        n = readSync(file, chunk);
        chunks.push(chunk.subarray(0, n));
      }
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    throw new QuittanceError(isFolder ? 'INVALID_INPUT' : 'NOT_FOUND', {
      message: `cannot read '${path}'`,
      expected: 'a file that this user may read',
      got: isFolder ? 'a folder' : 'none',
      cause,
    });
  }
  return Buffer.concat(chunks);
};
