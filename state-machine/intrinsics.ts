// The intrinsic functions of the Amazon States Language ("Intrinsic Functions"), each as a plain function of JSON
// values.
// Traps: MathRandom excludes its end; numbers that must be integers are rounded; a wrong argument is
// States.IntrinsicFailure.
// States.IntrinsicFailure.
import { createHash, randomUUID } from 'node:crypto';
import type { Json } from '#core/canonical.ts';
import { StatesError } from './failures.ts';
import { equal, isArray, isObject, type JsonObject } from './json.ts';

interface Intrinsic {
  /** Least and most arguments. */
  readonly arity: readonly [number, number];
  apply(args: readonly Json[]): Json;
}

const intrinsicError = (cause: string) => new StatesError('States.IntrinsicFailure', cause);

const reader =
  <T extends Json>(what: string, is: (value: Json) => value is T) =>
  (value: Json | undefined): T => {
    if (value !== undefined && is(value)) return value;
    throw intrinsicError(`expected ${what}, got ${JSON.stringify(value ?? null).slice(0, 80)}`);
  };

const text = reader('a string', (value): value is string => typeof value === 'string');
const list = reader('an array', isArray);
const record = reader('an object', isObject);
const numeric = reader('a number', (value): value is number => typeof value === 'number');
const integer = (value: Json | undefined) => Math.round(numeric(value));

const TEXT_LIMIT = 10_000;
const short = (value: Json | undefined) => {
  const string = text(value);
  if (string.length > TEXT_LIMIT)
    throw intrinsicError(`expected at most ${TEXT_LIMIT} characters, got ${string.length}`);
  return string;
};

const LIST_LIMIT = 1000;

/** `{}` takes the next value; `\{`, `\}`, `\'` and `\\` stand for the character. The template still has its escapes. */
const format = ([template, ...values]: readonly Json[]): string => {
  let next = 0;
  const filled = text(template).replace(/\\(.)|\{\}/g, (whole, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    if (next >= values.length) throw intrinsicError('States.Format has more {} than values');
    return plain(values[next++]!, whole);
  });
  if (next < values.length) throw intrinsicError('States.Format has more values than {}');
  return filled;
};

const plain = (value: Json, place: string): string => {
  if (isArray(value) || isObject(value))
    throw intrinsicError(`States.Format cannot put an array or object at ${place}`);
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const parseText = (value: Json | undefined): Json => {
  try {
    return JSON.parse(text(value)) as Json;
  } catch (error) {
    if (error instanceof StatesError) throw error;
    throw intrinsicError('States.StringToJson was given text that is not JSON');
  }
};

const partition = (values: readonly Json[], size: number): Json[] => {
  if (size < 1) throw intrinsicError(`expected a chunk size of at least 1, got ${size}`);
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
};

const range = (first: number, last: number, step: number): number[] => {
  const length = step === 0 ? Infinity : Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > LIST_LIMIT) throw intrinsicError(`States.ArrayRange makes at most ${LIST_LIMIT} values`);
  return Array.from({ length }, (_, i) => first + i * step);
};

const item = (values: readonly Json[], index: number): Json => {
  const found = index < 0 ? undefined : values[index];
  if (found === undefined) throw intrinsicError(`index ${index} is outside an array of ${values.length}`);
  return found;
};

const unique = (values: readonly Json[]): Json[] =>
  values.filter((value, i) => values.findIndex((other) => equal(other, value)) === i);

const merge = (a: JsonObject, b: JsonObject, deep: Json | undefined): Json => {
  if (deep !== false)
    throw intrinsicError('States.JsonMerge merges only the top level: its third argument must be false');
  return { ...a, ...b };
};

const decode = (value: string): string => {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== value.replace(/=+$/, ''))
    throw intrinsicError('expected base64 text');
  return bytes.toString('utf8');
};

const ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

const hash = (value: Json | undefined, algorithm: Json | undefined): string => {
  const name = ALGORITHMS[text(algorithm)];
  if (name === undefined) throw intrinsicError(`expected one of ${Object.keys(ALGORITHMS).join(', ')}`);
  const bytes = typeof value === 'string' ? value : JSON.stringify(value);
  return createHash(name).update(bytes).digest('hex');
};

/** A number of [0, 1) from a seed: the same for the same seed (SplitMix32's finaliser). */
const seeded = (seed: number): number => {
  let bits = (seed + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
};

const random = (start: number, end: number, seed: Json | undefined): number => {
  if (end <= start) throw intrinsicError(`expected an end above ${start}, got ${end}`);
  return start + Math.floor((seed === undefined ? Math.random() : seeded(integer(seed))) * (end - start));
};

const split = (value: string, separators: string): string[] => {
  const parts: string[] = [''];
  for (const character of value) {
    if (separators.includes(character)) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts.filter((part) => part !== '');
};

const define = (least: number, most: number, apply: Intrinsic['apply']): Intrinsic => ({ arity: [least, most], apply });

export const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Format: define(1, Infinity, format),
  StringToJson: define(1, 1, ([value]) => parseText(value)),
  JsonToString: define(1, 1, ([value]) => JSON.stringify(value)),
  Array: define(0, Infinity, (values) => values),
  ArrayPartition: define(2, 2, ([values, size]) => partition(list(values), integer(size))),
  ArrayContains: define(2, 2, ([values, value]) => list(values).some((each) => equal(each, value!))),
  ArrayRange: define(3, 3, ([first, last, step]) => range(integer(first), integer(last), integer(step))),
  ArrayGetItem: define(2, 2, ([values, index]) => item(list(values), integer(index))),
  ArrayLength: define(1, 1, ([values]) => list(values).length),
  ArrayUnique: define(1, 1, ([values]) => unique(list(values))),
  Base64Encode: define(1, 1, ([value]) => Buffer.from(short(value)).toString('base64')),
  Base64Decode: define(1, 1, ([value]) => decode(short(value))),
  Hash: define(2, 2, ([value, algorithm]) => hash(typeof value === 'string' ? short(value) : value, algorithm)),
  JsonMerge: define(3, 3, ([a, b, deep]) => merge(record(a), record(b), deep)),
  MathRandom: define(2, 3, ([start, end, seed]) => random(integer(start), integer(end), seed)),
  MathAdd: define(2, 2, ([a, b]) => integer(a) + integer(b)),
  StringSplit: define(2, 2, ([value, separators]) => split(text(value), text(separators))),
  UUID: define(0, 0, () => randomUUID()),
};
