// JSON values: narrowing, equality, and the size that Step Functions limits. Trap: the limit is in UTF-8 bytes of the
// JSON text, not in characters.
import type { Json } from '#core/canonical.ts';

export type JsonObject = { readonly [key: string]: Json | undefined };

export const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

export const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object with one own property, even for the name `__proto__`. */
export const keyed = (key: string, value: Json): JsonObject => ({ [key]: value });

/**
 * The JSON value that a JavaScript value is serialised to; undefined becomes null. Throws what JSON.stringify throws.
 */
export const toJson = (value: unknown): Json => {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as Json);
};

export const equal = (a: Json, b: Json): boolean => {
  if (a === b) return true;
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((value, i) => equal(value, b[i]!));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key]!, b[key]!));
};

/** 256 KiB, the most that a state's input, output or task payload may be. */
export const DATA_LIMIT = 262_144;

export const exceedsLimit = (value: Json): boolean => {
  const text = JSON.stringify(value);
  return text.length > DATA_LIMIT || (text.length * 3 > DATA_LIMIT && Buffer.byteLength(text) > DATA_LIMIT);
};
