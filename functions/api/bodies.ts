// Request bodies: JSON from programs, forms from our own pages, a file from either. Each has one media type, so that a
// request which another site's page can make a browser send (text/plain) is refused before it is parsed.
// Trap: errors go back to the sender and into logs, so they contain nothing of the body.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import type { Asked } from './context.ts';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const MULTIPART_TYPE = 'multipart/form-data';

const contentType = (c: Asked): string => (c.req.header('Content-Type') ?? '').toLowerCase();
const mediaTypeOf = (c: Asked): string => contentType(c).split(';')[0]!.trim();

export const isForm = (c: Asked): boolean => mediaTypeOf(c) === FORM_TYPE;
export const isMultipart = (c: Asked): boolean => mediaTypeOf(c) === MULTIPART_TYPE;

/** A type that names no encoding means this one. */
const isUtf8 = (c: Asked): boolean => /;\s*charset\s*=\s*(?!"?utf-?8\b)/.exec(contentType(c)) === null;

const bytesOf = (c: Asked, type: string): Promise<ArrayBuffer> => {
  if (mediaTypeOf(c) === type && isUtf8(c)) return c.req.arrayBuffer();
  throw new QuittanceError('MEDIA_TYPE_UNSUPPORTED', {
    message: 'wrong media type',
    expected: `Content-Type: ${type}, in UTF-8`,
  });
};

export const jsonBody = async (c: Asked): Promise<ArrayBuffer> => bytesOf(c, JSON_TYPE);

/** The body's JSON value. MEDIA_TYPE_UNSUPPORTED, INVALID_INPUT. */
export const jsonValue = async (c: Asked): Promise<unknown> => {
  const bytes = await jsonBody(c);
  try {
    return parseOnce(textOf(bytes));
  } catch {
    throw notAnObject();
  }
};

/** A POST that asks for nothing more than its address says: `{}`, whose media type no other site's form has. */
export const nothingAsked = async (c: Asked): Promise<void> => {
  if (z.strictObject({}).safeParse(await jsonValue(c)).success) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'nothing is asked of the body',
    expected: 'an empty object, {}',
  });
};

export const notAnObject = (): QuittanceError =>
  new QuittanceError('INVALID_INPUT', {
    message: 'the body is not JSON',
    expected: 'one JSON object in UTF-8, no key twice',
  });

/**
 * The fields of a form. MEDIA_TYPE_UNSUPPORTED; INVALID_INPUT where the bytes are no text or a field is given twice.
 */
export const formFields = async (c: Asked): Promise<Readonly<Record<string, string>>> => {
  const bytes = await bytesOf(c, FORM_TYPE);
  const fields = pairsOf(bytes);
  const named = Object.fromEntries(fields);
  if (Object.keys(named).length === fields.length) return named;
  throw malformedForm();
};

/**
 * A form with a file, as browsers and programs send one. INVALID_INPUT where it cannot be read, or a field is given
 * twice.
 */
export const multipartFields = async (c: Asked): Promise<ReadonlyMap<string, string | File>> => {
  const fields = [...((await c.req.formData().catch(() => undefined)) ?? [])];
  const named = new Map(fields);
  if (fields.length > 0 && named.size === fields.length) return named;
  throw malformedForm();
};

const pairsOf = (bytes: ArrayBuffer): [string, string][] => {
  try {
    return [...new URLSearchParams(textOf(bytes))];
  } catch {
    throw malformedForm();
  }
};

const malformedForm = () =>
  new QuittanceError('INVALID_INPUT', {
    message: 'the form cannot be read',
    expected: 'fields of the form in UTF-8, none twice',
  });

const textOf = (bytes: ArrayBuffer): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
