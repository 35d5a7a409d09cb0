// What both protocols of intake take from a request: who sends it by its token, a body of bounded length, how often.
// Trap: refusals have the form of their protocol and not that of our API; what was sent is in neither.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Asked } from '../context.ts';
import { notedProblem, placeOf, type Problem } from '../problems.ts';

/** Longer than either protocol's longest request. */
const LIMIT_BYTES = 64 * 1024;

/** An hour, so that an agent for many people is served. How many may wait of one sender has its bound in asks.ts. */
export const SENDING = { windowSeconds: 60 * 60, anAddress: 600, inAll: 3_000 } as const;

/** UNAUTHENTICATED without one. */
export const bearerOf = (c: Asked): string => {
  const token = /^Bearer +(\S+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
  if (token !== undefined) return token;
  throw new QuittanceError('UNAUTHENTICATED', { message: 'the request does not say who sends it' });
};

/** INPUT_TOO_LARGE; MEDIA_TYPE_UNSUPPORTED where it is sent as something else. */
export const bytesSent = async (c: Asked, types: readonly string[]): Promise<Uint8Array> => {
  const [type = ''] = (c.req.header('Content-Type') ?? '').toLowerCase().split(';');
  if (!types.includes(type.trim()))
    throw new QuittanceError('MEDIA_TYPE_UNSUPPORTED', {
      message: 'wrong media type',
      expected: `Content-Type: ${types[0]}`,
    });
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  if (bytes.byteLength <= LIMIT_BYTES) return bytes;
  throw new QuittanceError('INPUT_TOO_LARGE', {
    message: 'the body is too large',
    expected: `at most ${LIMIT_BYTES} bytes`,
  });
};

/** INVALID_INPUT where the bytes are no text. */
export const textSent = async (c: Asked, types: readonly string[]): Promise<string> => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await bytesSent(c, types));
  } catch (error) {
    if (error instanceof QuittanceError) throw error;
    throw new QuittanceError('INVALID_INPUT', { message: 'the body is no text', expected: 'text in UTF-8' });
  }
};

export const problemHere = (c: Asked, error: unknown): Problem => {
  const problem = notedProblem(error, placeOf(c));
  if (problem.status === 401) c.header('WWW-Authenticate', 'Bearer');
  const again = z.object({ retryAfterSeconds: z.number() }).safeParse(error).data?.retryAfterSeconds;
  if (problem.status === 503 || again !== undefined) c.header('Retry-After', String(again ?? 5));
  return problem;
};

/** In one sentence, for a protocol that has one place for it. */
export const sentenceOf = ({ title, expected, reference }: Problem): string =>
  [title, ...(expected === undefined ? [] : [expected]), ...(reference === undefined ? [] : [reference])].join(': ');
