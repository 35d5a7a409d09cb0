// What every request passes: security headers, the limit on bodies, who asks. And the token that ties a form to the
// person, ticket and evidence it was made for.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { QuittanceError } from '#core/errors.ts';
import { REQUEST_LIMIT_BYTES } from '#core/ticket-request.ts';
import { answerProblem } from './problems.ts';
import { addressOf, wantsData, type ApiContext, type Env, type Identity } from './context.ts';

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin', // with no-referrer a browser would send our own forms with `Origin: null`
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Cache-Control': 'no-store',
};

/** Set after the answer was made, errors included; an answer that set its own keeps it. */
export const securityHeaders = createMiddleware(async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) if (!c.res.headers.has(name)) c.header(name, value);
});

export const limitBody = bodyLimit({
  maxSize: REQUEST_LIMIT_BYTES,
  onError: (c) =>
    answerProblem(
      new QuittanceError('INPUT_TOO_LARGE', {
        message: 'the body is too large',
        expected: `at most ${REQUEST_LIMIT_BYTES} bytes`,
      }),
      c,
    ),
});

/** UNAUTHENTICATED, or a way to sign in for a browser. */
export const identify = ({ authenticate, signInPath, signOutPath }: ApiContext) =>
  createMiddleware<Env>(async (c, next) => {
    const identity = await authenticate(c.req.raw, addressOf(c));
    if (identity) {
      c.set('identity', identity);
      if (identity.via === 'session') c.set('signOutPath', signOutPath);
      return next();
    }
    if (signInPath !== undefined && c.req.method === 'GET' && !wantsData(c)) return c.redirect(signInPath, 303);
    throw new QuittanceError('UNAUTHENTICATED', { message: 'the request does not say who sends it' });
  });

/** HMAC over person and purpose, which a form carries. */
export const formToken = (key: Uint8Array, { principal }: Identity, ...purpose: string[]): string =>
  createHmac('sha256', key)
    .update(JSON.stringify([principal, ...purpose]))
    .digest('hex');

/** CSRF_INVALID unless the form of a session has the token that was made for exactly this purpose. */
export const checkForm = (
  key: Uint8Array,
  identity: Identity,
  token: string | undefined,
  ...purpose: string[]
): void => {
  if (identity.via === 'bearer') return;
  const [wanted, got] = [Buffer.from(formToken(key, identity, ...purpose)), Buffer.from(token ?? '')];
  if (wanted.length === got.length && timingSafeEqual(wanted, got)) return;
  throw new QuittanceError('CSRF_INVALID', { message: 'the token of the form does not belong to it' });
};
