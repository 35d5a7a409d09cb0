// Signing in to `quittance serve`. A browser trades its person's token, or a directory's word (oidc.ts), for a session,
// which the data folder remembers and which ends at sign-out, after eight hours, and as soon as the person's token or
// roles are others or the person is gone; programs send the token as bearer token.
// Trap: a session says who, not what they may: people and roles are looked up with each request. Of a directory's
// people nothing can be looked up; their roles are those of the day's sign-in, until the session ends.
import { createHmac } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { sqliteSessions, type Session, type Sessions } from '#adapters/local/sqlite-sessions.ts';
import { digestOf } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ApiContext, Identity } from '#functions/api.ts';
import { formFields } from '#functions/api/bodies.ts';
import { addressOf, wantsData, type Env } from '#functions/api/context.ts';
import { limitAttempts } from './attempts.ts';
import {
  CALLBACK,
  credentialOfMember,
  oidcDirectory,
  readOidcSettings,
  rolesInCredential,
  type Directory,
} from './oidc.ts';
import { sessionRoutes } from './sessions-page.ts';
import { signedInPage, signInPage } from './sign-in-page.ts';
import { credentialOf, livePeople, readPeople, type Person } from './people.ts';

const SESSION_SECONDS = 8 * 3600;
const COOKIE = 'quittance-session';
const COOKIE_FLAGS = { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: SESSION_SECONDS } as const;

export interface SignIn extends Pick<ApiContext, 'authenticate' | 'formKey'> {
  readonly signInPath: string;
  readonly signOutPath: string;
  readonly routes: (app: Hono<Env>, context: ApiContext) => void;
  close(): void;
}

export const signIn = (dir: string, now: () => Date): SignIn => {
  const people = livePeople(dir);
  const sessions = sqliteSessions(dir);
  const attempts = limitAttempts(now);
  const formKey = createHmac('sha256', Buffer.from(readPeople(dir).key, 'hex'))
    .update('forms')
    .digest();
  const settings = readOidcSettings(dir);
  const directory = settings && oidcDirectory(settings, formKey);
  const withToken = (address: string, token: string) =>
    attempts.tried(address, token, () => people().find((person) => person.token === digestOf(token)));
  return {
    signInPath: '/sign-in',
    signOutPath: '/sign-out',
    formKey,
    authenticate: async (request, address) => {
      const bearer = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
      const viaBearer = bearer === undefined ? undefined : withToken(address, bearer);
      if (viaBearer) return identityOf(viaBearer, 'bearer');
      const session = sessions.find(cookieOf(request), now());
      return session && ofSession(session, people(), directory);
    },
    routes: (app, context) => {
      sessionRoutes(app, context, sessions, now);
      if (directory) directoryRoutes(app, directory, sessions, now);
      app.get('/sign-in', (c) => c.html(signInPage(c, directory !== undefined)));
      app.post('/sign-in', async (c) => {
        const token = ((await formFields(c))['token'] ?? '').trim();
        const person = token === '' ? undefined : withToken(addressOf(c), token);
        if (!person && !wantsData(c)) return c.html(signInPage(c, directory !== undefined, true), 401);
        if (!person) throw new QuittanceError('UNAUTHENTICATED', { message: 'no person has this token' });
        endSession(c, sessions, now());
        setCookie(c, COOKIE, beginSession(sessions, person.principal, credentialOf(person), now()), COOKIE_FLAGS);
        return c.redirect('/today', 303);
      });
      app.post('/sign-out', (c) => {
        if (endSession(c, sessions, now())) setCookie(c, COOKIE, '', { ...COOKIE_FLAGS, maxAge: 0 });
        return c.redirect('/sign-in', 303);
      });
    },
    close: () => sessions.close(),
  };
};

const identityOf = ({ principal, roles }: Person, via: Identity['via']): Identity => ({ principal, roles, via });

/** The person of a session, as long as they are who they were when it began. */
export const personOf = ({ principal, credential }: Session, people: readonly Person[]): Person | undefined =>
  people.find((person) => person.principal === principal && credentialOf(person) === credential);

/** By a directory that vouched for it, or by the person in the file. */
const ofSession = (
  session: Session,
  people: readonly Person[],
  directory: Directory | undefined,
): Identity | undefined => {
  const roles = rolesInCredential(session.credential, directory);
  if (roles) return { principal: session.principal, roles, via: 'session' };
  const person = personOf(session, people);
  return person && identityOf(person, 'session');
};

const beginSession = (sessions: Sessions, principal: string, credential: string, now: Date): string =>
  sessions.begin({
    principal,
    credential,
    began: now.toISOString(),
    ends: new Date(now.getTime() + SESSION_SECONDS * 1000).toISOString(),
  });

/** Whether the browser had one. */
const endSession = (c: Context<Env>, sessions: Sessions, now: Date): boolean => {
  const session = sessions.find(cookieOf(c.req.raw), now);
  if (session) sessions.end([session.digest]);
  return cookieOf(c.req.raw) !== '';
};

const cookieOf = (request: Request): string =>
  new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]*)`).exec(request.headers.get('cookie') ?? '')?.[1] ?? '';

const BEGUN = 'quittance-begun';
/** Lax: the browser comes back from the directory, which is another site. */
const BEGUN_FLAGS = { httpOnly: true, sameSite: 'Lax', path: CALLBACK, maxAge: 600 } as const;

const directoryRoutes = (app: Hono<Env>, directory: Directory, sessions: Sessions, now: () => Date): void => {
  app.get('/sign-in/oidc', async (c) => {
    const { address, begun } = await directory.begin(now());
    setCookie(c, BEGUN, begun, BEGUN_FLAGS);
    return c.redirect(address, 303);
  });
  app.get(CALLBACK, async (c) => {
    const begun = getCookie(c, BEGUN) ?? '';
    const member = await directory.finish(new URL(c.req.url).searchParams, begun, now());
    setCookie(c, BEGUN, '', { ...BEGUN_FLAGS, maxAge: 0 });
    endSession(c, sessions, now());
    const secret = beginSession(sessions, member.principal, credentialOfMember(directory, member), now());
    setCookie(c, COOKIE, secret, COOKIE_FLAGS);
    return c.html(signedInPage(c));
  });
};
