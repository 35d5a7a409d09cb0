// The HTTP app: REST and the portal's pages, one handler for both. Every page is available as data at the same path
// with `.json`. Ports, sign-in and keys come from the composition root (a Lambda, or `quittance serve`). Trap: a GET
// must never write; everything that writes is a POST with a known sender.
import { Hono } from 'hono';
import type { Ports } from '#core/ports.ts';
import { STYLE } from '#portal/style.ts';
import { hasInbox, type ApiContext, type Env } from './api/context.ts';
import { actRoutes } from './api/act-routes.ts';
import { approvalRoutes } from './api/approvals.ts';
import { askRoutes } from './api/asks.ts';
import { BULK_LIMIT_BYTES, bulkRoutes } from './api/bulk.ts';
import { CHECK_LIMIT_BYTES, checkRoutes } from './api/check.ts';
import { inboxRoutes } from './api/inbox.ts';
import { languageRoutes } from './api/languages.ts';
import { hostIsOurs, knownMethods, notFromElsewhere, plainBody, routesOf } from './api/doors.ts';
import { identify, limitBody, securityHeaders } from './api/guard.ts';
import { answerProblem, notFound } from './api/problems.ts';
import { knownQuery } from './api/queries.ts';
import { publicLogRoutes, registryRoutes } from './api/registry.ts';
import { noteRoutes } from './api/notes.ts';
import { liveRoutes, liveScriptRoute } from './api/live.ts';
import { letterRoutes } from './api/letters.ts';
import { reportRoutes } from './api/reports.ts';
import { requestRoutes } from './api/requests.ts';
import { settingsRoutes } from './api/settings.ts';
import { todayRoutes } from './api/today.ts';
import { newCaseRoutes } from './api/new-cases.ts';
import { worklistRoutes } from './api/worklist.ts';
import { ticketRoutes } from './api/tickets.ts';
import { actions } from './actions.ts';

export type { ApiContext, Identity } from './api/context.ts';

/** Ports that the app may use: those of people's acts and of its pages. */
export const apiUses: readonly (keyof Ports)[] = [
  ...new Set([
    ...actions.flatMap(({ uses }) => uses),
    ...(['tickets', 'models', 'artifacts', 'results', 'logStorage', 'logHead', 'signer', 'clock', 'outside'] as const),
    ...(['people', 'calendar', 'installation'] as const),
  ]),
];

/** Paths that take more than a request is long. */
const LARGER = { '/check': CHECK_LIMIT_BYTES, '/bulk': BULK_LIMIT_BYTES, '/tickets/bulk': BULK_LIMIT_BYTES };

/** `.json` asks for data; before 0.9.3 the Data Rights Protocol had a slash at the end of one path. */
const getPath = (request: Request): string =>
  new URL(request.url).pathname.replace(/(?<=.)\.json$/, '').replace(/^(\/v1\/data-rights-request)\/$/, '$1');

/** `extend` adds routes that need no sender, before those that need one. */
export const api = (context: ApiContext, extend?: (app: Hono<Env>) => void): Hono<Env> => {
  const app = new Hono<Env>({ getPath });
  app.onError(answerProblem);
  app.notFound((c) => answerProblem(notFound(), c));
  const routes = routesOf(app);
  app.use(securityHeaders, hostIsOurs(context), knownMethods(routes), notFromElsewhere, plainBody, limitBody(LARGER));
  context.intake?.(app, context);
  extend?.(app); // before the check of queries: sign-in and the models' API take what protocols of others say
  app.use(knownQuery(routes.at));
  app.get('/style.css', (c) => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/health', (c) => c.json({ ok: true }));
  app.get('/openapi', async (c) => c.json((await import('./api/openapi/document.ts')).openApi()));
  publicLogRoutes(app, context);
  languageRoutes(app);
  liveScriptRoute(app);
  if (context.publicPages) {
    askRoutes(app, context);
    checkRoutes(app, context);
  }
  app.use(identify(context));
  todayRoutes(app, context);
  settingsRoutes(app, context);
  newCaseRoutes(app, context);
  bulkRoutes(app, context);
  if (hasInbox(context)) inboxRoutes(app, context);
  worklistRoutes(app, context);
  ticketRoutes(app, context);
  requestRoutes(app, context);
  liveRoutes(app, context);
  noteRoutes(app, context);
  letterRoutes(app, context);
  actRoutes(app, context);
  approvalRoutes(app, context);
  registryRoutes(app, context);
  reportRoutes(app, context);
  return app;
};
