// Carries bytes to a service outside and brings its answer: one POST, no redirects, a few seconds, some kilobytes.
// Trap: whoever answers is not trusted; what is behind the answer is for whoever asked to check.
import { QuittanceError } from '#core/errors.ts';
import type { Courier } from '#core/ports.ts';

const PATIENCE_MS = 10_000;
const MOST_BYTES = 64 * 2 ** 10;

export const httpCourier = (patienceMs = PATIENCE_MS): Courier => ({
  post: async (url, type, body) => {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': type },
        body: Buffer.from(body),
        redirect: 'error',
        signal: AbortSignal.timeout(patienceMs),
      });
      return { status: answer.status, body: await bounded(answer) };
    } catch (cause) {
      if (cause instanceof QuittanceError) throw cause;
      const { origin } = new URL(url);
      throw new QuittanceError('SERVICE_UNAVAILABLE', { message: `${origin} did not answer`, cause });
    }
  },
});

const bounded = async (answer: Response): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | null = answer.body;
  if (body === null) return new Uint8Array();
  for await (const part of body) {
    bytes += part.length;
    if (bytes > MOST_BYTES)
      throw new QuittanceError('INPUT_TOO_LARGE', {
        message: `${new URL(answer.url).origin} answers with too much`,
        expected: `at most ${MOST_BYTES} bytes`,
      });
    parts.push(part);
  }
  return Buffer.concat(parts);
};
