// What every request passes: security headers, the limit on bodies, who asks. And the token that ties a form to the
// person, ticket and evidence it was made for.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { QuittanceError } from '#core/errors.ts';
import { REQUEST_LIMIT_BYTES } from '#core/ticket-request.ts';
import { hiddenInputs } from '#portal/forms.ts';
import { page } from '#portal/layout.ts';
import { html } from '#report/markup.ts';
import { formFields, isForm } from './bodies.ts';
import { addressOf, wantsData, wordsOf, type ApiContext, type Asked, type Env, type Identity } from './context.ts';
import { answerProblem } from './problems.ts';

/** Of a page that keeps a line of itself up to date: one script of ours, and what it asks. */
export const LIVE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

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

const limitOf = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: (c) =>
      answerProblem(
        new QuittanceError('INPUT_TOO_LARGE', {
          message: 'the body is too large',
          expected: `at most ${maxSize} bytes`,
        }),
        c,
      ),
  });

/** Every path takes what a request takes; a few take files that are larger. */
export const limitBody = (larger: Readonly<Record<string, number>>) => {
  const limits = new Map(Object.entries(larger).map(([path, bytes]) => [path, limitOf(bytes)]));
  const usual = limitOf(REQUEST_LIMIT_BYTES);
  return createMiddleware<Env>((c, next) => (limits.get(c.req.path) ?? usual)(c, next));
};

/** UNAUTHENTICATED, or a way to sign in for a browser. */
export const identify = ({ authenticate, signInPath, signOutPath }: ApiContext) =>
  createMiddleware<Env>(async (c, next) => {
    const identity = await authenticate(c.req.raw, addressOf(c));
    if (identity) {
      c.set('identity', identity);
      if (identity.via === 'session') c.set('signOutPath', signOutPath);
      return next();
    }
    if (signInPath !== undefined && !wantsData(c)) {
      if (c.req.method === 'GET') return c.redirect(signInPath, 303);
      const ours = c.req.method === 'POST' && isForm(c) ? await formOfOurs(c) : undefined;
      if (ours) return sendAgain(c, signInPath, ours);
    }
    throw new QuittanceError('UNAUTHENTICATED', { message: 'the request does not say who sends it' });
  });

/**
 * The fields of a form whose session has ended, to be sent once more after signing in elsewhere. Only a page of ours
 * can have sent them (`notFromElsewhere`); a passphrase does not come back.
 */
const sendAgain = (c: Asked, signInPath: string, sent: Readonly<Record<string, string>>): Response => {
  const words = wordsOf(c);
  const fields = Object.entries(sent).filter(([name]) => name !== 'passphrase');
  const body = html`<p>${words.form.endedText}</p>
    <p><a href="${signInPath}" target="_blank" rel="noopener">${words.form.signIn}</a></p>
    <form method="post" action="${c.req.path}">
      ${hiddenInputs(Object.fromEntries(fields))}
      <p><button>${words.form.sendAgain}</button></p>
    </form>`;
  return c.html(page({ title: words.form.ended, words, viewer: undefined, path: c.req.path, body }).markup, 401);
};

/** The fields, where they have the token and the key that forms of our pages have. */
const formOfOurs = async (c: Asked): Promise<Readonly<Record<string, string>> | undefined> => {
  const fields = await formFields(c);
  return /^[0-9a-f]{64}$/.test(fields['csrf'] ?? '') && /^[0-9a-f]{32}$/.test(fields['key'] ?? '') ? fields : undefined;
};

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
