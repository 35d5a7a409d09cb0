// Request bodies: JSON from programs, forms from our own pages. Each has one media type, so that a request which
// another site's page can make a browser send (text/plain, multipart) is refused before it is parsed.
// Trap: errors go back to the sender and into logs, so they contain nothing of the body.
import { QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import type { Asked } from './context.ts';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const mediaTypeOf = (c: Asked): string => (c.req.header('Content-Type') ?? '').split(';')[0]!.trim().toLowerCase();

export const isForm = (c: Asked): boolean => mediaTypeOf(c) === FORM_TYPE;

const bytesOf = (c: Asked, type: string): Promise<ArrayBuffer> => {
  if (mediaTypeOf(c) === type) return c.req.arrayBuffer();
  throw new QuittanceError('MEDIA_TYPE_UNSUPPORTED', {
    message: 'wrong media type',
    expected: `Content-Type: ${type}`,
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
    expected: 'fields of our page in UTF-8, none twice',
  });

const textOf = (bytes: ArrayBuffer): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
