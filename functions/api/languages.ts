// The language that a person chose for the pages, kept in a cookie of this browser. Trap: where it leads back to is a
// path of ours and never another site's address.
import type { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { isLanguage } from '#portal/words.ts';
import { formFields } from './bodies.ts';
import { LANGUAGE_COOKIE, type Env } from './context.ts';

const YEAR_SECONDS = 365 * 86_400;
const OUR_PATH = /^\/(?:[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*)?$/;

export const languageRoutes = (app: Hono<Env>): void => {
  app.post('/language', async (c) => {
    const { language = '', back = '' } = await formFields(c);
    if (isLanguage(language))
      setCookie(c, LANGUAGE_COOKIE, language, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: YEAR_SECONDS });
    return c.redirect(OUR_PATH.test(back) ? back : '/', 303);
  });
};
