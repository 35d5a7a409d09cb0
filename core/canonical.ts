// Canonical JSON bytes (RFC 8785, JCS) and SHA-256 digests. Trap: JCS sorts keys by UTF-16 code units, which is what
// JavaScript's default sort does, and prints numbers as ECMAScript does; NaN, infinities and lone surrogates have no
// canonical form.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { QuittanceError } from './errors.ts';

/** `sha256:` and 64 lower-case hex digits. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export type Digest = z.infer<typeof Digest>;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * RFC 8785 text of a value; properties that are `undefined` are left out. Rejects with INVALID_INPUT what JSON cannot
 * say.
 */
export const canonicalize = (value: Json): string => {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (typeof value === 'string') return canonicalString(value);
  if (isArray(value)) return `[${value.map(canonicalize).join(',')}]`;
  const members = Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${canonicalString(key)}:${canonicalize(member)}`).join(',')}}`;
};

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

const canonicalNumber = (value: number): string => {
  if (!Number.isFinite(value)) throw notCanonical(String(value));
  return JSON.stringify(value);
};

const canonicalString = (value: string): string => {
  if (!value.isWellFormed()) throw notCanonical('a lone surrogate');
  return JSON.stringify(value);
};

const notCanonical = (got: string) =>
  new QuittanceError('INVALID_INPUT', { message: 'this value has no canonical JSON form (RFC 8785)', got });

export const sha256 = (...chunks: (Uint8Array | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest();
};

export const digestOf = (...chunks: (Uint8Array | string)[]): Digest => `sha256:${sha256(...chunks).toString('hex')}`;

/** Digest of the canonical form: the same for any key order. */
export const digestJson = (value: Json): Digest => digestOf(canonicalize(value));
