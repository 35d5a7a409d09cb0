// Who may sign in to `quittance serve`, and sessions. A person has a token of 32 random bytes that is shown once; the
// data folder keeps its digest. A browser trades the token for a session cookie (HMAC over person and end); programs
// send it as bearer token. For one machine; a deployment for many has its own sign-in.
// Trap: a session says who, not what they may: roles are looked up each time, so that a person who is taken out of the
// file is out.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { digestOf } from '#core/canonical.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { Role } from '#core/roles.ts';
import { Principal } from '#core/ticket-request.ts';
import type { Identity } from '#functions/api.ts';
import { formFields } from '#functions/api/bodies.ts';
import type { Env } from '#functions/api/context.ts';
import { html } from '#report/markup.ts';
import { page } from '#portal/layout.ts';

const People = z.strictObject({
  kind: z.literal('quittance-people/v1'),
  /** Hex; of sessions and form tokens. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  people: z.array(z.strictObject({ principal: Principal, roles: z.array(Role).min(1), token: z.string() })),
});
type People = z.infer<typeof People>;

const SESSION_SECONDS = 8 * 3600;
const COOKIE = 'quittance-session';

/** A person and the token that was made for them just now. */
export interface NewPerson {
  readonly principal: string;
  readonly roles: readonly z.infer<typeof Role>[];
  readonly token: string;
}

/** `NAME=ROLE[,ROLE]`; a filer and an approver where nobody is known yet. */
export const admitPeople = (dir: string, wanted: readonly string[]): NewPerson[] => {
  const known = readPeople(dir);
  const specs =
    wanted.length > 0 || known.people.length > 0 ? wanted : ['legal.filer=filer', 'privacy.officer=approver'];
  const added = specs.map(parsePerson);
  const names = new Set(added.map(({ principal }) => principal));
  const rest = known.people.filter(({ principal }) => !names.has(principal));
  const stored = added.map(({ token, roles, principal }) => ({ principal, roles: [...roles], token: digestOf(token) }));
  writePeople(dir, { ...known, people: [...rest, ...stored] });
  return added;
};

const parsePerson = (spec: string): NewPerson => {
  const [name, roles = ''] = spec.split('=');
  const parsed = z
    .object({ principal: Principal, roles: z.array(Role).min(1) })
    .safeParse({ principal: name, roles: roles.split(',') });
  if (!parsed.success) throw usageError('--principal takes NAME=ROLE[,ROLE]', `roles: ${Role.options.join(', ')}`);
  return { ...parsed.data, token: randomBytes(32).toString('base64url') };
};

const pathOf = (dir: string) => join(dir, 'people.json');

const readPeople = (dir: string): People => {
  if (!existsSync(pathOf(dir)))
    return { kind: 'quittance-people/v1', key: randomBytes(32).toString('hex'), people: [] };
  const parsed = People.safeParse(JSON.parse(readFileSync(pathOf(dir), 'utf8')));
  if (parsed.success) return parsed.data;
  throw new QuittanceError('STORE_CORRUPT', { message: `${pathOf(dir)} does not have its form` });
};

const writePeople = (dir: string, people: People): void => {
  const temporary = `${pathOf(dir)}.new`;
  writeFileSync(temporary, `${JSON.stringify(people, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, pathOf(dir));
};

export interface SignIn {
  readonly path: string;
  readonly signOutPath: string;
  readonly formKey: Uint8Array;
  readonly authenticate: (request: Request) => Promise<Identity | undefined>;
  readonly routes: (app: Hono<Env>) => void;
}

export const signIn = (dir: string, now: () => Date): SignIn => {
  const { key, people } = readPeople(dir);
  const secret = Buffer.from(key, 'hex');
  const byName = new Map(people.map(({ principal, roles }) => [principal, { principal, roles }]));
  const byToken = new Map(people.map(({ token, principal }) => [token, principal]));
  const personOf = (token: string) => byName.get(byToken.get(digestOf(token)) ?? '');
  return {
    path: '/sign-in',
    signOutPath: '/sign-out',
    formKey: createHmac('sha256', secret).update('forms').digest(),
    authenticate: async (request) => {
      const bearer = /^Bearer (\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
      const viaBearer = bearer === undefined ? undefined : personOf(bearer);
      if (viaBearer) return { ...viaBearer, via: 'bearer' };
      const viaSession = byName.get(sessionOf(secret, cookieOf(request), now()) ?? '');
      return viaSession && { ...viaSession, via: 'session' };
    },
    routes: (app) => signInRoutes(app, personOf, (principal) => sessionFor(secret, principal, now())),
  };
};

type PersonOf = (token: string) => { readonly principal: string } | undefined;

const signInRoutes = (app: Hono<Env>, personOf: PersonOf, sessionOfPerson: (principal: string) => string): void => {
  app.get('/sign-in', (c) => c.html(signInPage()));
  app.post('/sign-in', async (c) => {
    const { token = '' } = await formFields(c);
    const person = personOf(token.trim());
    if (!person) throw new QuittanceError('UNAUTHENTICATED', { message: 'no person has this token' });
    setCookie(c, COOKIE, sessionOfPerson(person.principal), COOKIE_FLAGS);
    return c.redirect('/tickets', 303);
  });
  app.post('/sign-out', (c) => {
    if (getCookie(c, COOKIE) !== undefined) setCookie(c, COOKIE, '', { ...COOKIE_FLAGS, maxAge: 0 });
    return c.redirect('/sign-in', 303);
  });
};

const COOKIE_FLAGS = { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: SESSION_SECONDS } as const;

const macOf = (secret: Buffer, text: string) =>
  createHmac('sha256', secret).update(`session ${text}`).digest('base64url');

/** `principal~end~mac`; the end in seconds. */
const sessionFor = (secret: Buffer, principal: string, now: Date): string => {
  const body = `${principal}~${Math.floor(now.getTime() / 1000) + SESSION_SECONDS}`;
  return `${body}~${macOf(secret, body)}`;
};

const cookieOf = (request: Request): string =>
  new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]*)`).exec(request.headers.get('cookie') ?? '')?.[1] ?? '';

/** The person of a session that is ours and has not ended. */
const sessionOf = (secret: Buffer, cookie: string, now: Date): string | undefined => {
  const [principal = '', end = '', mac = ''] = cookie.split('~');
  const [wanted, got] = [Buffer.from(macOf(secret, `${principal}~${end}`)), Buffer.from(mac)];
  const ours = wanted.length === got.length && timingSafeEqual(wanted, got);
  return ours && Number(end) * 1000 > now.getTime() ? principal : undefined;
};

const signInPage = (): string =>
  page({
    title: 'Sign in',
    viewer: undefined,
    path: '/sign-in',
    body: html`<form method="post" action="/sign-in">
      <label for="token">Your token, as quittance serve printed it</label>
      <input id="token" name="token" type="password" autocomplete="current-password" required />
      <button>Sign in</button>
    </form>`,
  }).markup;
