// JSON artefacts: stored in canonical form, so that the digest of the bytes is the digest of the value, and parsed by a
// schema when read back.
import type { z } from 'zod';
import { canonicalize, type Digest, type JsonOf } from './canonical.ts';
import { QuittanceError } from './errors.ts';
import type { ArtifactStore } from './ports.ts';

export const putJson = <T>(artifacts: ArtifactStore, value: T & JsonOf<T>): Promise<Digest> =>
  artifacts.put(new TextEncoder().encode(canonicalize(value)));

/** STORE_CORRUPT when the bytes are no JSON of this form. */
export const getJson = async <S extends z.ZodType>(
  artifacts: ArtifactStore,
  digest: Digest,
  schema: S,
): Promise<z.output<S>> => parseJson(await artifacts.get(digest), schema, digest);

export const parseJson = <S extends z.ZodType>(bytes: Uint8Array, schema: S, what: string): z.output<S> =>
  checked(jsonOf(bytes), schema, what);

/** STORE_CORRUPT when a stored value does not have this form. */
export const checked = <S extends z.ZodType>(value: unknown, schema: S, what: string): z.output<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const got = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.code}`);
  throw new QuittanceError('STORE_CORRUPT', {
    message: `${what} does not have the form that was expected of it`,
    got: got.join('; '),
  });
};

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // no JSON at all fails every schema
  }
};
