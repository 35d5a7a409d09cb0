// Values of options, checked. Every refusal names the option, what it may be and what was given.
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { Digest } from '#core/canonical.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { Quantisation } from '#core/quantisation.ts';
import { Code } from '#core/ticket.ts';
import { Principal, SYSTEM } from '#core/ticket-request.ts';
import type { Arguments } from './command.ts';

export const number = (args: Arguments, name: string, fallback: number): number => {
  const text = args.value(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw usageError(`--${name} must be a number from 0, got '${text}'`);
  return value;
};

export const integer = (args: Arguments, name: string, fallback: number, least: number): number => {
  const value = number(args, name, fallback);
  if (!Number.isSafeInteger(value) || value < least)
    throw usageError(`--${name} must be a whole number from ${least}, got '${args.value(name) ?? ''}'`);
  return value;
};

/** How weights are to be stored; by default as they are. */
export const quantisation = (args: Arguments): Quantisation => {
  const text = args.value('quantisation') ?? 'none';
  const parsed = Quantisation.safeParse(text);
  if (parsed.success) return parsed.data;
  throw usageError(`--quantisation is '${text}'`, `one of ${Quantisation.options.join(', ')}`);
};

export const required = (args: Arguments, name: string): string => {
  const value = args.value(name);
  if (value === undefined) throw usageError(`--${name} is missing`);
  return value;
};

/** An option whose value has a form; undefined where it was not given. */
const formed =
  (schema: z.ZodType<string>, form: string) =>
  (args: Arguments, name: string): string | undefined => {
    const text = args.value(name);
    if (text === undefined || schema.safeParse(text).success) return text;
    throw new QuittanceError('USAGE', {
      message: `--${name} does not have its form`,
      expected: form,
      got: `'${text.slice(0, 80)}'`,
    });
  };

export const digest = formed(Digest, 'a digest: sha256: and 64 hexadecimal digits');
export const code = formed(Code, "a code of letters, digits, dots and dashes, such as 'litigation'");
const principal = formed(Principal, "a person's id of lower-case letters, digits, dots, dashes and underscores");

/** The person of an option, by id, in commands that have no sign-in. */
export const person = (args: Arguments, name: string): string => {
  const who = principal(args, name) ?? required(args, name);
  if (who !== SYSTEM) return who;
  throw usageError(
    `--${name} ${SYSTEM}: under this name the workflow itself acts`,
    `--${name} with the id of a person, such as privacy.officer`,
  );
};
export const requiredCode = (args: Arguments, name: string): string => code(args, name) ?? required(args, name);

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

/** A file's bytes, at most `limit`; of a larger one no more than that is read. NOT_FOUND, INPUT_TOO_LARGE. */
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
    throw new QuittanceError('NOT_FOUND', {
      message: `cannot read ${path}`,
      expected: 'a file that this user may read',
      cause,
    });
  }
  return Buffer.concat(chunks);
};
