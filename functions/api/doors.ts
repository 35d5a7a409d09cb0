// What a request must pass before it is looked at: it was sent to a name of ours, by a method that its path answers,
// with its body as it is, and not by another site's page in somebody's browser. Sources: RFC 9110 (405, 415, 421,
// Allow); Fetch, "Origin header"; W3C Fetch Metadata (Sec-Fetch-Site).
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

/** Of a Host header; undefined where it names no host. */
export const hostnameOf = (host: string): string | undefined => {
  const url = `http://${host}/`;
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(url) ? new URL(url).hostname : undefined;
};

/** Without the brackets of an IPv6 address, and the dot that ends a name that is whole. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/** The routes of an app, looked up at the first request, when all of them are there. */
export interface Routes {
  /** Methods by which a path is answered. */
  readonly methods: (path: string) => string[];
  /** As the router has the path that answers. */
  readonly at: (method: string, path: string) => string | undefined;
}

export const routesOf = (app: Hono<Env>): Routes => {
  let table: TrieRouter<Route> | undefined;
  const matches = (path: string) => (table ??= routeTable(app)).match('ALL', path)[0].map(([route]) => route);
  return {
    methods: (path) => [...new Set(matches(path).map(({ method }) => method))].flatMap(withHead),
    at: (method, path) => matches(path).find((route) => route.method === method)?.path,
  };
};

type Route = Pick<Hono<Env>['routes'][number], 'method' | 'path'>;

const routeTable = ({ routes }: Hono<Env>): TrieRouter<Route> => {
  const table = new TrieRouter<Route>();
  for (const route of routes) if (route.method !== 'ALL') table.add('ALL', route.path, route);
  return table;
};

/** A GET is also answered as HEAD. */
const withHead = (method: string): string[] => (method === 'GET' ? ['GET', 'HEAD'] : [method]);

/** Answers OPTIONS, and METHOD_NOT_ALLOWED for a path that others of its methods lead to. */
export const knownMethods = (routes: Routes) =>
  createMiddleware<Env>(async (c, next) => {
    const methods = routes.methods(c.req.path);
    if (methods.length === 0 || methods.includes(c.req.method)) return next();
    const allow = [...methods, 'OPTIONS'].join(', ');
    c.header('Allow', allow);
    if (c.req.method === 'OPTIONS') return c.body(null, 204);
    throw new QuittanceError('METHOD_NOT_ALLOWED', { message: 'not by this method', expected: allow });
  });

/** MEDIA_TYPE_UNSUPPORTED for a compressed body: what it grows to cannot be told before it has grown. */
export const plainBody = createMiddleware<Env>(async (c, next) => {
  const coding = (c.req.header('Content-Encoding') ?? 'identity').trim().toLowerCase();
  if (coding === 'identity' || coding === '') return next();
  c.header('Accept-Encoding', 'identity'); // RFC 9110, 15.5.16: what would be taken
  throw new QuittanceError('MEDIA_TYPE_UNSUPPORTED', {
    message: 'the body is encoded',
    expected: 'the body as it is, without Content-Encoding',
    hint: 'send it uncompressed',
  });
});

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
