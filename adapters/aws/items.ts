// DynamoDB items to and from values without a document client: only the types that are stored here, each parsed when it
// is read.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';

export type Item = Record<string, AttributeValue>;

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const binary = (value: Uint8Array): AttributeValue => ({ B: value });

export const Text = z.object({ S: z.string() }).transform(({ S }) => S);
export const Int = z.object({ N: z.string().regex(/^-?\d+$/) }).transform(({ N }) => Number(N));
export const Binary = z.object({ B: z.instanceof(Uint8Array) }).transform(({ B }) => B);

/** STORE_CORRUPT when a stored item does not have its form. */
export const parseItem = <S extends z.ZodType>(schema: S, item: unknown, what: string): z.output<S> => {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const got = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.code}`);
  throw new QuittanceError('STORE_CORRUPT', { message: `a stored ${what} is malformed`, got: got.join('; ') });
};

/** The same for a value stored as JSON text. */
export const parseBody = <S extends z.ZodType>(schema: S, body: string, what: string): z.output<S> =>
  parseItem(schema, jsonOf(body), what);

/** undefined where the text is no JSON. */
export const jsonOf = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // no JSON at all fails every schema
  }
};
