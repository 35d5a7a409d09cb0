// What a request must pass before it is looked at: it was sent to a name of ours, by a method that its path answers,
// and not by another site's page in somebody's browser. Sources: RFC 9110 (405, 421, Allow); Fetch, "Origin header";
// W3C Fetch Metadata (Sec-Fetch-Site).
// Trap: these come before the question who asks; a public path (the log, the models' API) needs them as much as others.
import type { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { TrieRouter } from 'hono/router/trie-router';
import { QuittanceError } from '#core/errors.ts';
import type { ApiContext, Env } from './context.ts';

/** HOST_UNKNOWN unless both the address that was asked for and the Host header are ours. */
export const hostIsOurs = ({ servesHost }: ApiContext) =>
  createMiddleware<Env>(async (c, next) => {
    const asked = new URL(c.req.url).hostname;
    const named = hostnameOf(c.req.header('Host') ?? asked);
    if (named !== undefined && servesHost(bare(asked)) && servesHost(bare(named))) return next();
    throw new QuittanceError('HOST_UNKNOWN', {
      message: 'the request is for another host',
      expected: "one of this server's own names",
      hint: 'use the address that the server printed when it started, or start it with --public-url and this name',
    });
  });

const hostnameOf = (host: string): string | undefined => {
  const url = `http://${host}/`;
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(url) ? new URL(url).hostname : undefined;
};

/** Without the brackets of an IPv6 address, and the dot that ends a name that is whole. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/**
 * Answers OPTIONS, and METHOD_NOT_ALLOWED for a path that others of its methods lead to. The routes are looked up at
 * the first request, when all of them are there.
 */
export const knownMethods = (app: Hono<Env>) => {
  let table: TrieRouter<string> | undefined;
  return createMiddleware<Env>(async (c, next) => {
    const methods = methodsAt((table ??= methodTable(app)), c.req.path);
    if (methods.length === 0 || methods.includes(c.req.method)) return next();
    const allow = [...methods, 'OPTIONS'].join(', ');
    c.header('Allow', allow);
    if (c.req.method === 'OPTIONS') return c.body(null, 204);
    throw new QuittanceError('METHOD_NOT_ALLOWED', { message: 'not by this method', expected: allow });
  });
};

const methodTable = ({ routes }: Hono<Env>): TrieRouter<string> => {
  const table = new TrieRouter<string>();
  for (const { method, path } of routes) if (method !== 'ALL') table.add('ALL', path, method);
  return table;
};

/** A GET is also answered as HEAD. */
const methodsAt = (table: TrieRouter<string>, path: string): string[] => {
  const methods = new Set(table.match('ALL', path)[0].map(([method]) => method));
  return [...methods].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
};

const READS = ['GET', 'HEAD', 'OPTIONS'];
const FROM_HERE = ['same-origin', 'none'];

/**
 * CSRF_INVALID for a write that another site's page has a browser send, signing in included. A browser says where a
 * write comes from; a program says nothing, or has an Authorization header, which no page elsewhere can add unasked.
 */
export const notFromElsewhere = createMiddleware<Env>(async (c, next) => {
  const site = c.req.header('Sec-Fetch-Site');
  const origin = c.req.header('Origin');
  const fromHere = site === undefined ? origin === undefined || isOwn(origin, c.req.url) : FROM_HERE.includes(site);
  if (READS.includes(c.req.method) || c.req.header('Authorization') !== undefined || fromHere) return next();
  throw new QuittanceError('CSRF_INVALID', { message: 'the request was made by a page of another site' });
});

/** Scheme aside: a proxy may have ended TLS. */
const isOwn = (origin: string, url: string): boolean =>
  URL.canParse(origin) && new URL(origin).host === new URL(url).host;
