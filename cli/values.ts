// Values of options, checked. Every refusal names the option, what it may be and what came.
import { readFileSync } from 'node:fs';
import { QuittanceError } from '#core/errors.ts';
import { usageError, type Arguments } from './command.ts';

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

export const required = (args: Arguments, name: string): string => {
  const value = args.value(name);
  if (value === undefined) throw usageError(`--${name} is missing`);
  return value;
};

/** `k=v` pairs into an object; dots nest, values are JSON where they parse as JSON and text elsewhere. */
export const settings = (pairs: readonly string[]): Record<string, unknown> => {
  const result: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [path, ...rest] = pair.split('=');
    if (!path || rest.length === 0) throw usageError(`--config takes key=value, got '${pair}'`);
    assign(result, path.split('.'), jsonOrText(rest.join('=')));
  }
  return result;
};

const assign = (target: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown) => {
  if (['__proto__', 'constructor', 'prototype'].includes(key)) throw usageError(`'${key}' is not a setting`);
  if (rest.length === 0) target[key] = value;
  else assign((target[key] ??= {}) as Record<string, unknown>, rest, value);
};

const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

/** A file's text, at most `limit` bytes. NOT_FOUND, INPUT_TOO_LARGE. */
export const readInput = (path: string, limit: number): string => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new QuittanceError('NOT_FOUND', { message: `cannot read ${path}`, cause });
  }
  if (bytes.length > limit) {
    throw new QuittanceError('INPUT_TOO_LARGE', {
      message: `${path} is too large`,
      expected: `at most ${limit} bytes`,
      got: `${bytes.length} bytes`,
    });
  }
  return bytes.toString('utf8');
};
